"""Taking seats and giving them back. `docs/algorithms/capacity.md` is the law here.

The row of the occurrence is the lock: whoever makes seats scarcer holds it while checking and
counting. Several occurrences are locked in the order of their ids.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from events_directory.errors import (
    AccessNeeded,
    AlreadyBooked,
    KeyReused,
    NotOpen,
    OccurrenceCancelled,
    PartyTooLarge,
    SoldOut,
    Started,
)
from events_directory.models import Booking, Occurrence
from members import clock
from members.domain.actors import Actor
from members.models import Member
from members.operations import accesses, audit


@transaction.atomic
def book(
    occurrence: Occurrence,
    *,
    member: Member,
    key: str,
    actor: Actor,
    seats: int = 1,
    at: datetime | None = None,
) -> Booking:
    """Take `seats` seats for the member.

    The same (member, key) again returns the first booking. Refused when the date is not open, has
    begun, is full, asks for an access that the member lacks, or is booked by them already.
    """
    (occurrence,) = Occurrence.objects.locked([occurrence.pk])
    known = Booking.objects.filter(member=member, key=key).first()
    if known is not None:
        return _same(known, occurrence, seats)
    return _take(occurrence, member=member, seats=seats, key=key, actor=actor, at=at or clock.now())


@transaction.atomic
def cancel(
    booking: Booking, *, actor: Actor, reason: str = "", at: datetime | None = None
) -> Booking:
    """Give the seats back, until it begins. Cancelling twice changes nothing."""
    (occurrence,) = Occurrence.objects.locked([booking.occurrence_id])
    booking = Booking.objects.select_for_update(no_key=True).get(pk=booking.pk)
    if booking.state == Booking.State.CANCELLED:
        return booking
    return _free(occurrence, booking, reason=reason, actor=actor, at=at or clock.now())


@transaction.atomic
def rebook(
    booking: Booking, *, to: Occurrence, key: str, actor: Actor, at: datetime | None = None
) -> Booking:
    """Move to another date of the same event: the old seats are freed only if the new ones are there.

    Returns the new booking; the same (member, key) again returns it again.
    """
    at = at or clock.now()
    pair = Occurrence.objects.locked({booking.occurrence_id, to.pk})
    rows = {occurrence.pk: occurrence for occurrence in pair}
    old, new = rows[booking.occurrence_id], rows[to.pk]
    booking = (
        Booking.objects.select_for_update(no_key=True, of=("self",))
        .select_related("member")
        .get(pk=booking.pk)
    )
    known = Booking.objects.filter(member=booking.member, key=key).first()
    if known is not None:
        return _same(known, new, booking.seats)
    if old.micro_event_id != new.micro_event_id:
        raise NotOpen()
    if old.pk == new.pk:
        return booking
    _free(old, booking, reason="", actor=actor, at=at)
    return _take(new, member=booking.member, seats=booking.seats, key=key, actor=actor, at=at)


def _same(known: Booking, occurrence: Occurrence, seats: int) -> Booking:
    """The answer to a request that was answered before."""
    if known.occurrence_id != occurrence.pk or known.seats != seats:
        raise KeyReused()
    return known


def _take(
    occurrence: Occurrence, *, member: Member, seats: int, key: str, actor: Actor, at: datetime
) -> Booking:
    """Count the seats on the locked occurrence and write the booking."""
    _check_open(occurrence, member, at)
    if not 1 <= seats <= Booking.LARGEST_PARTY:
        raise PartyTooLarge(largest=Booking.LARGEST_PARTY)
    if Booking.objects.live().filter(member=member, occurrence=occurrence).exists():
        raise AlreadyBooked()
    if seats > occurrence.free:
        raise SoldOut(free=occurrence.free)
    occurrence.booked += seats
    occurrence.save(update_fields=["booked"])
    try:
        with transaction.atomic():
            booking = Booking.objects.create(
                occurrence=occurrence, member=member, seats=seats, key=key, booked_at=at
            )
    except IntegrityError as taken:  # the same key, at the same moment, for another date
        raise KeyReused() from taken
    audit.record(
        booking,
        actor=actor,
        verb="events_directory.booking.made",
        after={"occurrence": occurrence.pk, "seats": seats},
    )
    return booking


def _check_open(occurrence: Occurrence, member: Member, at: datetime) -> None:
    event = occurrence.micro_event
    if occurrence.is_cancelled:
        raise OccurrenceCancelled()
    if not event.is_published:
        raise NotOpen()
    if occurrence.starts_at <= at:
        raise Started()
    if event.access_name and not accesses.has_access(member, name=event.access_name, at=at):
        raise AccessNeeded()


def _free(
    occurrence: Occurrence, booking: Booking, *, reason: str, actor: Actor, at: datetime
) -> Booking:
    """Write the cancellation and give the seats back to the locked occurrence."""
    state = booking.state_after("cancel")
    if occurrence.starts_at <= at:
        raise Started()
    booking.state, booking.state_reason, booking.cancelled_at = state, reason[:300], at
    booking.save(update_fields=["state", "state_reason", "cancelled_at"])
    occurrence.booked -= booking.seats
    occurrence.save(update_fields=["booked"])
    audit.record(
        booking,
        actor=actor,
        verb="events_directory.booking.cancelled",
        after={"seats": booking.seats},
        reason=reason,
    )
    return booking


def hand_over(source: Member, target: Member) -> list[int]:
    """Have the seats of `source` be `target`'s, who is the same person; answers which. Where both have
    a live one on the same date, each stays."""
    taken = Booking.objects.live().filter(member=target).values("occurrence")
    keys = Booking.objects.filter(member=target).values("key")
    own = Booking.objects.filter(member=source).exclude(key__in=keys)
    doubled = Booking.objects.live().filter(member=source, occurrence__in=taken)
    ids = list(own.exclude(pk__in=doubled).order_by("pk").values_list("pk", flat=True))
    Booking.objects.filter(pk__in=ids).update(member=target)
    return ids


def hand_back(source: Member, target: Member, ids: Sequence[int]) -> None:
    """Have what `hand_over` moved be `source`'s again."""
    Booking.objects.filter(pk__in=ids, member=target).update(member=source)
