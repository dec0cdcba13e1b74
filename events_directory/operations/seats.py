"""The seats of one locked date: taken, given back, and passed on to who waits for them.

Everything here is called with the row of the occurrence locked, in the transaction of its cause.
`docs/algorithms/capacity.md` is the law.
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
    PartnerSuspended,
    PartyTooLarge,
    SoldOut,
    Started,
)
from events_directory.models import Booking, Occurrence, WaitlistPlace
from events_directory.operations import words
from members.domain.actors import Actor
from members.models import Member
from members.operations import accesses, audit


def check(occurrence: Occurrence, *, member: Member, seats: int, at: datetime) -> None:
    """Whether the member may have, or wait for, so many seats; raises what speaks against it."""
    event = occurrence.micro_event
    if occurrence.is_cancelled:
        raise OccurrenceCancelled()
    if not event.is_published:
        raise NotOpen()
    if event.partner.is_suspended:
        raise PartnerSuspended()
    if occurrence.starts_at <= at:
        raise Started()
    if not _may_enter(occurrence, member, at):
        raise AccessNeeded()
    if not 1 <= seats <= Booking.LARGEST_PARTY:
        raise PartyTooLarge(largest=Booking.LARGEST_PARTY)
    if Booking.objects.live().filter(member=member, occurrence=occurrence).exists():
        raise AlreadyBooked()


def _may_enter(occurrence: Occurrence, member: Member, at: datetime) -> bool:
    name = occurrence.micro_event.access_name
    return not name or accesses.has_access(member, name=name, at=at)


def take(
    occurrence: Occurrence, *, member: Member, seats: int, key: str, actor: Actor, at: datetime
) -> Booking:
    """Count the seats and write the booking. Whoever waited for this date waits no longer.

    Seats that are free are those that nobody who waits could use: `pass_on` saw to that.
    """
    check(occurrence, member=member, seats=seats, at=at)
    if seats > occurrence.free:
        raise SoldOut(free=occurrence.free)
    booking = _write(occurrence, member=member, seats=seats, key=key, actor=actor, at=at)
    own = WaitlistPlace.objects.in_line().filter(occurrence=occurrence, member=member)
    for place in own.select_for_update(no_key=True):
        end(place, "leave", actor=actor, at=at)
    words.tell("booked", [booking])
    return booking


def _write(
    occurrence: Occurrence, *, member: Member, seats: int, key: str, actor: Actor, at: datetime
) -> Booking:
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


def give_back(
    occurrence: Occurrence, booking: Booking, *, reason: str, actor: Actor, at: datetime
) -> Booking:
    """Write the cancellation and count the seats as free. The caller passes them on."""
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


def pass_on(occurrence: Occurrence, *, actor: Actor, at: datetime) -> list[Booking]:
    """Give free seats to who waits, first come first, and tell them.

    A party that is larger than what is free keeps its place, and those behind it are asked; so does
    who has lost the access that the event asks for. Nobody moves up once it has begun, or while the
    organisation is suspended.
    """
    event = occurrence.micro_event
    is_open = event.is_published and not occurrence.is_cancelled and not event.partner.is_suspended
    if not is_open or occurrence.starts_at <= at or not occurrence.free:
        return []
    line = (
        WaitlistPlace.objects.in_line()
        .filter(occurrence=occurrence)
        .admitted(at)
        .select_for_update(no_key=True, of=("self",))
        .select_related("member")
    )
    taken = []
    for place in line:
        if place.seats <= occurrence.free:
            taken.append(_promote(occurrence, place, actor=actor, at=at))
    words.tell("promoted", taken)
    return taken


def _promote(
    occurrence: Occurrence, place: WaitlistPlace, *, actor: Actor, at: datetime
) -> Booking:
    place.booking = _write(
        occurrence,
        member=place.member,
        seats=place.seats,
        key=f"waitlist:{place.pk}",
        actor=actor,
        at=at,
    )
    end(place, "promote", actor=actor, at=at)
    return place.booking


def end(place: WaitlistPlace, verb: str, *, actor: Actor, at: datetime) -> WaitlistPlace:
    """Take a locked place off the list by one of its moves."""
    place.state = place.state_after(verb)
    place.ended_at = max(at, place.joined_at)
    place.save(update_fields=["state", "ended_at", "booking"])
    audit.record(
        place,
        actor=actor,
        verb=f"events_directory.waitlist_place.{place.state}",
        after={"booking": place.booking_id} if place.booking_id else None,
    )
    return place


def close_lines(
    occurrences: Sequence[Occurrence], *, occasion: str, actor: Actor, at: datetime
) -> int:
    """Nobody waits for these locked dates any more, and they are told of the `occasion`; how many did."""
    line = WaitlistPlace.objects.in_line().filter(occurrence__in=occurrences)
    places = list(line.select_for_update(no_key=True))
    for place in places:
        end(place, "close", actor=actor, at=at)
    words.tell_waiting(occasion, places)
    return len(places)
