"""Waiting for a seat: joining the list of a date that is full, moving up, leaving it, and its end."""

from datetime import datetime

from django.db import IntegrityError, transaction

from events_directory.errors import AlreadyWaiting, KeyReused, MoreThanThereAre
from events_directory.models import Occurrence, WaitlistPlace
from events_directory.operations import seats as seating
from events_directory.operations.keys import made_before
from members import clock
from members.domain.actors import Actor
from members.models import Member
from members.operations import audit
from members.operations.sweeps import Tally

BY_CLOCK = Actor.system("waiting lists")
BATCH = 200


@transaction.atomic
def join(
    occurrence: Occurrence,
    *,
    member: Member,
    key: str,
    actor: Actor,
    seats: int = 1,
    at: datetime | None = None,
) -> WaitlistPlace:
    """Wait for `seats` seats. When they have just become free, the place is promoted at once.

    The same (member, key) again returns the first place, whatever has become of it. Refused for what a
    booking would be refused for, except that it is full; for more seats than there are; and twice.
    """
    (occurrence,) = Occurrence.objects.locked([occurrence.pk])
    own = WaitlistPlace.objects.filter(member=member)
    known = made_before(own, key=key, occurrence_id=occurrence.pk, seats=seats)
    if known is not None:
        return known
    at = at or clock.now()
    seating.check(occurrence, member=member, seats=seats, at=at)
    if seats > occurrence.capacity:
        raise MoreThanThereAre(capacity=occurrence.capacity)
    if WaitlistPlace.objects.in_line().filter(member=member, occurrence=occurrence).exists():
        raise AlreadyWaiting()
    try:
        with transaction.atomic():
            place = WaitlistPlace.objects.create(
                occurrence=occurrence, member=member, seats=seats, key=key, joined_at=at
            )
    except IntegrityError as taken:  # the same key, at the same moment, for another date
        raise KeyReused() from taken
    audit.record(
        place,
        actor=actor,
        verb="events_directory.waitlist_place.joined",
        after={"occurrence": occurrence.pk, "seats": seats},
    )
    seating.pass_on(occurrence, actor=actor, at=at)
    place.refresh_from_db()
    return place


@transaction.atomic
def leave(place: WaitlistPlace, *, actor: Actor, at: datetime | None = None) -> WaitlistPlace:
    """Wait no longer. Leaving twice changes nothing; who got a seat gives it back as a booking."""
    Occurrence.objects.locked([place.occurrence_id])
    place = WaitlistPlace.objects.select_for_update(no_key=True).get(pk=place.pk)
    if place.state == WaitlistPlace.State.LEFT:
        return place
    return seating.end(place, "leave", actor=actor, at=at or clock.now())


def let_in(since: datetime, until: datetime) -> Tally:
    """Give free seats to those who wait and to whom the access that the event asks for has opened since.

    Such a seat is free only because they might not have it, and what opens the door to them is no change of
    the date. So this asks, of all lists in one query, how things stand now, whatever opened the door: a
    rule's effect (for a tier, a tag), a reward, a day that has come, a merge. A step after each grant would
    miss the doors that open by the clock, and whatever is written by another way. Nothing is given twice:
    `pass_on` decides under the lock of the date, and who has moved up waits no longer.
    """
    now = clock.now()
    waiting = WaitlistPlace.objects.in_line().order_by().admitted(now).who_fit()
    shown = Occurrence.objects.on_show(now).filter(starts_at__gt=now)
    due = waiting.exclude(occurrence__micro_event__access_name="").filter(occurrence__in=shown)
    taken = 0
    found = Occurrence.objects.locked(due.values("occurrence").distinct()[:BATCH])
    for occurrence in found:
        taken += len(seating.pass_on(occurrence, actor=BY_CLOCK, at=now))
    more = len(found) == BATCH and taken > 0
    return Tally(since if more else until, taken, taken, more=more)


def close_begun(since: datetime, until: datetime) -> Tally:
    """Close the lists of dates that have begun: nobody is offered a seat any more."""
    waiting = WaitlistPlace.objects.in_line().order_by()
    due = waiting.filter(occurrence__starts_at__lte=until).values("occurrence").distinct()
    found = Occurrence.objects.locked(due[:BATCH])
    closed = seating.close_lines(found, occasion="line_closed", actor=BY_CLOCK, at=until)
    more = len(found) == BATCH
    return Tally(since if more else until, closed, closed, more=more)
