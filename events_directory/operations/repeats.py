"""Dates that come again: a rule, and a date of its own for each time."""

from datetime import date, datetime, time
from itertools import islice

from dateutil.rrule import rrulestr
from django.db import transaction

from events_directory.domain.repeats import MOST, Repeat
from events_directory.errors import NoDate, TooManyDates
from events_directory.models import MicroEvent, Occurrence, Repetition
from events_directory.operations import occurrences
from members import clock
from members.domain.actors import Actor
from members.operations import audit


def days(repeat: Repeat, *, first_on: date) -> list[date]:
    """The days of a rule from `first_on` on, which is one of them only if it fits.

    Raises NoDate when there is none, TooManyDates when there are more than `MOST`.
    """
    rule = rrulestr(repeat.rule, dtstart=datetime.combine(first_on, time(0)))
    found = [each.date() for each in islice(rule, MOST + 1)]
    if not found:
        raise NoDate()
    if len(found) > MOST:
        raise TooManyDates(most=MOST)
    return found


@transaction.atomic
def add(
    event: MicroEvent,
    *,
    repeat: Repeat,
    first_on: date,
    local_time: time,
    capacity: int,
    actor: Actor,
    minutes: int = 120,
    at: datetime | None = None,
) -> list[Occurrence]:
    """Add every date of the rule, all at the same time on the venue's wall: 18:00 stays 18:00 when the
    clock changes. From then on each is booked, moved and cancelled by itself.

    A date that is there already is left alone, so that the same rule again adds nothing. All or none.
    """
    at = at or clock.now()
    event = MicroEvent.objects.select_for_update(no_key=True, of=("self",)).get(pk=event.pk)
    event.state_after("schedule")
    there = event.occurrences.filter(cancelled_at=None, local_time=local_time)
    known = set(there.values_list("local_on", flat=True))
    new = [day for day in days(repeat, first_on=first_on) if day not in known]
    if not new:
        return []
    repetition = Repetition.objects.create(
        micro_event=event,
        rule=repeat.rule,
        first_on=first_on,
        local_time=local_time,
        minutes=minutes,
        capacity=capacity,
        created_at=at,
    )
    audit.record(
        repetition,
        actor=actor,
        verb="events_directory.repetition.added",
        after={"rule": repeat.rule, "dates": len(new)},
    )
    return [
        occurrences.add(
            event,
            local_on=day,
            local_time=local_time,
            capacity=capacity,
            minutes=minutes,
            repetition=repetition,
            actor=actor,
            at=at,
        )
        for day in new
    ]
