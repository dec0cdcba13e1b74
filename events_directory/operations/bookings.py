"""Taking seats and giving them back. `docs/algorithms/capacity.md` is the law here.

The row of the occurrence is the lock: whoever makes seats scarcer holds it while checking and
counting. Several occurrences are locked in the order of their ids.
"""

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime

from django.db import transaction

from events_directory.errors import NotOpen, Started
from events_directory.models import Booking, Occurrence
from events_directory.operations import seats as seating
from events_directory.operations.keys import made_before
from members import clock
from members.domain.actors import Actor
from members.models import Member


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
    known = _made_before(member, key=key, occurrence=occurrence, seats=seats)
    if known is not None:
        return known
    return seating.take(
        occurrence, member=member, seats=seats, key=key, actor=actor, at=at or clock.now()
    )


@transaction.atomic
def cancel(
    booking: Booking, *, actor: Actor, reason: str = "", at: datetime | None = None
) -> Booking:
    """Give the seats back, until it begins, and have who waits move up. Cancelling twice changes nothing."""
    at = at or clock.now()
    (occurrence,) = Occurrence.objects.locked([booking.occurrence_id])
    booking = Booking.objects.select_for_update(no_key=True).get(pk=booking.pk)
    if booking.state == Booking.State.CANCELLED:
        return booking
    booking = seating.give_back(occurrence, booking, reason=reason, actor=actor, at=at)
    seating.pass_on(occurrence, actor=actor, at=at)
    return booking


def free_erased(members: Collection[int]) -> None:
    """Give back what is still to come of these members' seats, once they are erased: nobody else could."""
    coming = Booking.objects.filter(
        member__in=members,
        member__erased_at__isnull=False,
        state=Booking.State.BOOKED,
        occurrence__starts_at__gt=clock.now(),
    )
    for booking in coming.order_by("occurrence", "pk"):
        with suppress(Started):
            cancel(booking, actor=Actor.system("erasure"))


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
    known = _made_before(booking.member, key=key, occurrence=new, seats=booking.seats)
    if known is not None:
        return known
    if old.micro_event_id != new.micro_event_id:
        raise NotOpen()
    if old.pk == new.pk:
        return booking
    seating.give_back(old, booking, reason="", actor=actor, at=at)
    made = seating.take(
        new, member=booking.member, seats=booking.seats, key=key, actor=actor, at=at
    )
    seating.pass_on(old, actor=actor, at=at)
    return made


def _made_before(member: Member, *, key: str, occurrence: Occurrence, seats: int) -> Booking | None:
    own = Booking.objects.filter(member=member)
    return made_before(own, key=key, occurrence_id=occurrence.pk, seats=seats)
