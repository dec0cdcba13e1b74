"""The dates of a micro-event: when, how many seats, and calling one off."""

from datetime import date, datetime, time, timedelta

from django.db import transaction

from events_directory.domain import wall_time
from events_directory.errors import BelowTaken, InThePast, OccurrenceCancelled, TooFarAhead
from events_directory.models import Booking, MicroEvent, Occurrence, Partner, Repetition, Venue
from events_directory.operations import seats, words
from members import clock
from members.domain.actors import Actor
from members.operations import audit

#: How far ahead a date may lie. Calendars carry the clock changes of all the years until then.
FURTHEST = timedelta(days=3 * 365)


@transaction.atomic
def add(
    event: MicroEvent,
    *,
    local_on: date,
    local_time: time,
    capacity: int,
    actor: Actor,
    minutes: int = 120,
    repetition: Repetition | None = None,
    at: datetime | None = None,
) -> Occurrence:
    """Add a date, given as the venue's wall shows it. Refused when it has passed or lies years ahead."""
    at = at or clock.now()
    event = MicroEvent.objects.select_for_update(no_key=True, of=("self",)).get(pk=event.pk)
    event.state_after("schedule")
    _check_day(local_on, at)
    zone = event.venue.zone
    starts_at, ends_at = wall_time.span(local_on, local_time, zone, minutes)
    if starts_at <= at:
        raise InThePast()
    occurrence = Occurrence.objects.create(
        micro_event=event,
        repetition=repetition,
        local_on=local_on,
        local_time=local_time,
        zone=zone,
        minutes=minutes,
        starts_at=starts_at,
        ends_at=ends_at,
        capacity=capacity,
        changed_at=at,
    )
    audit.record(
        occurrence,
        actor=actor,
        verb="events_directory.occurrence.added",
        after={"starts_at": starts_at.isoformat(), "capacity": capacity},
    )
    return occurrence


@transaction.atomic
def move(
    occurrence: Occurrence,
    *,
    local_on: date,
    local_time: time,
    actor: Actor,
    minutes: int | None = None,
    at: datetime | None = None,
) -> Occurrence:
    """Put a date at another time; calendars see a new revision. Bookings and places in line stay, and
    their holders are told. One that had begun takes those who wait again."""
    at = at or clock.now()
    occurrence = _changeable(occurrence, at)
    _check_day(local_on, at)
    before = occurrence.starts_at
    occurrence.local_on, occurrence.local_time = local_on, local_time
    occurrence.minutes = minutes or occurrence.minutes
    _compute(occurrence)
    if occurrence.starts_at <= at:
        raise InThePast()
    _revise(occurrence, at)
    audit.record(
        occurrence,
        actor=actor,
        verb="events_directory.occurrence.moved",
        before={"starts_at": before.isoformat()},
        after={"starts_at": occurrence.starts_at.isoformat()},
    )
    words.tell_everybody("moved", occurrence)
    seats.pass_on(occurrence, actor=actor, at=at)
    return occurrence


@transaction.atomic
def change_capacity(
    occurrence: Occurrence, *, capacity: int, actor: Actor, at: datetime | None = None
) -> Occurrence:
    """Offer more or fewer seats; never fewer than are taken. Who waits moves up at once."""
    at = at or clock.now()
    occurrence = _changeable(occurrence, at)
    if capacity < occurrence.booked:
        raise BelowTaken(taken=occurrence.booked)
    before, occurrence.capacity = occurrence.capacity, capacity
    occurrence.save(update_fields=["capacity"])
    audit.record(
        occurrence,
        actor=actor,
        verb="events_directory.occurrence.capacity_changed",
        before={"capacity": before},
        after={"capacity": capacity},
    )
    seats.pass_on(occurrence, actor=actor, at=at)
    return occurrence


@transaction.atomic
def cancel(
    occurrence: Occurrence, *, reason: str, actor: Actor, at: datetime | None = None
) -> Occurrence:
    """Call one date off, with its bookings."""
    at = at or clock.now()
    return call_off(_changeable(occurrence, at), reason=reason, actor=actor, at=at)


def call_off(occurrence: Occurrence, *, reason: str, actor: Actor, at: datetime) -> Occurrence:
    """What cancelling a locked date writes: its bookings, its seats, its revision, the audit row. Its guests
    and those who wait are told."""
    dropped = list(
        Booking.objects.filter(occurrence=occurrence, state=Booking.State.BOOKED).order_by("pk")
    )
    Booking.objects.filter(pk__in=[booking.pk for booking in dropped]).update(
        state=Booking.State.CANCELLED, state_reason=reason[:300], cancelled_at=at
    )
    taken = Booking.objects.live().filter(occurrence=occurrence).values_list("seats", flat=True)
    occurrence.booked = sum(taken)
    occurrence.cancelled_at = at
    _revise(occurrence, at)
    words.tell_all("called_off", occurrence, dropped)
    seats.close_lines([occurrence], occasion="called_off", actor=actor, at=at)
    audit.record(
        occurrence,
        actor=actor,
        verb="events_directory.occurrence.cancelled",
        after={"bookings": len(dropped)},
        reason=reason,
    )
    return occurrence


def follow_venue(event: MicroEvent, *, at: datetime) -> None:
    """After the event moved to another venue: the wall times stay, the instants follow its clock."""
    for occurrence in Occurrence.objects.locked(event.occurrences.values_list("pk", flat=True)):
        occurrence.zone = event.venue.zone
        _compute(occurrence)
        _revise(occurrence, at)


def follow_address(venue: Venue, *, at: datetime) -> None:
    """After a venue's address changed: calendars see a new revision of its coming dates, and who holds seats
    of them or waits for some is told."""
    for occurrence in _coming(at, micro_event__venue=venue):
        _revise(occurrence, at)
        words.tell_everybody("relocated", occurrence)


def put_on_hold(partner: Partner, *, at: datetime) -> None:
    """After an organisation was suspended: who holds seats of its coming dates is told, once.

    Whoever books at the same moment holds the lock of the date until they have booked, and is told; or comes
    after it, and reads that the organisation is suspended.
    """
    for occurrence in _coming(at, micro_event__partner=partner):
        words.tell("on_hold", _holders(occurrence), mark=at.isoformat())


def take_up(partner: Partner, *, actor: Actor, at: datetime) -> None:
    """After an organisation came back: its guests are told, and who waits moves up to what became free."""
    for occurrence in _coming(at, micro_event__partner=partner):
        words.tell("taken_up", _holders(occurrence), mark=at.isoformat())
        seats.pass_on(occurrence, actor=actor, at=at)


def _holders(occurrence: Occurrence) -> list[Booking]:
    return list(occurrence.bookings.filter(state=Booking.State.BOOKED).order_by("pk"))


def _coming(at: datetime, **of: object) -> list[Occurrence]:
    """The published dates to come of a venue or an organisation, locked."""
    dates = Occurrence.objects.coming(at).filter(**of)
    held = Occurrence.objects.locked(dates.values_list("pk", flat=True))
    # One that was called off while its lock was waited for is no date to come any more.
    return [occurrence for occurrence in held if not occurrence.is_cancelled]


def _changeable(occurrence: Occurrence, at: datetime) -> Occurrence:
    """The locked row, when it can still be changed."""
    (occurrence,) = Occurrence.objects.locked([occurrence.pk])
    if occurrence.is_cancelled:
        raise OccurrenceCancelled()
    if occurrence.ends_at <= at:
        raise InThePast()
    occurrence.micro_event.state_after("schedule")
    return occurrence


def _check_day(local_on: date, at: datetime) -> None:
    """Within a day of the venue's own calendar, which the instant then decides."""
    if local_on < (at - timedelta(days=1)).date():
        raise InThePast()
    if local_on > (at + FURTHEST).date():
        raise TooFarAhead()


def _compute(occurrence: Occurrence) -> None:
    occurrence.starts_at, occurrence.ends_at = wall_time.span(
        occurrence.local_on, occurrence.local_time, occurrence.zone, occurrence.minutes
    )


def _revise(occurrence: Occurrence, at: datetime) -> None:
    """Save what calendars must notice."""
    occurrence.sequence += 1
    occurrence.changed_at = at
    occurrence.save()
