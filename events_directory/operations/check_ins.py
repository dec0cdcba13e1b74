"""At the door: scanning tickets, and closing the list afterwards."""

from datetime import datetime

from django.db import transaction

from events_directory.domain.scans import Result, judge
from events_directory.errors import KeyReused, NotOver
from events_directory.models import Booking, CheckIn, Occurrence
from members import clock
from members.domain.actors import Actor
from members.operations import activities, audit


@transaction.atomic
def check_in(
    occurrence: Occurrence,
    *,
    ticket: str,
    nonce: str,
    actor: Actor,
    at: datetime | None = None,
) -> CheckIn:
    """Scan a ticket at the door of `occurrence`; every scan is kept, whatever came of it.

    `at` is the device's time (a later one than ours counts as now); `nonce` its name for the scan:
    the same nonce again returns the first row, and with another ticket raises KeyReused. The first
    `ok` of a booking marks it as attended and records `event.attended`, once per member and
    occurrence. A ticket of another organisation is as unknown as a forged one.
    """
    now = clock.now()
    (occurrence,) = Occurrence.objects.locked([occurrence.pk])
    booking = (
        Booking.objects.with_ticket(ticket)
        .filter(occurrence__micro_event__partner=occurrence.micro_event.partner_id)
        .select_for_update(no_key=True, of=("self",))
        .select_related("member")
        .first()
    )
    known = CheckIn.objects.filter(occurrence=occurrence, nonce=nonce).first()
    if known is not None:
        return _same(known, booking)
    moment = min(at or now, now)
    result = judge(occurrence.door, booking.shown if booking else None, moment)
    if booking is not None and result is Result.OK:
        _attend(booking, occurrence, actor=actor, at=moment)
    elif booking is not None and result is Result.ALREADY:
        _came_earlier(booking, at=moment)
    row = CheckIn.objects.create(
        occurrence=occurrence,
        booking=booking,
        result=result.value,
        nonce=nonce,
        scanned_at=at or now,
        recorded_at=now,
        scanned_by_id=actor.id if actor.kind == "user" else None,
    )
    audit.record(
        row,
        actor=actor,
        verb="events_directory.check_in.recorded",
        after={"result": result.value, "booking": booking.pk if booking else None},
    )
    return row


def _same(known: CheckIn, booking: Booking | None) -> CheckIn:
    """The answer to a scan that was told before; nobody gets in by another guest's."""
    if known.booking != booking:
        raise KeyReused()
    return known


def _attend(booking: Booking, occurrence: Occurrence, *, actor: Actor, at: datetime) -> None:
    booking.state = booking.state_after("attend")
    booking.attended_at = at
    booking.save(update_fields=["state", "attended_at"])
    event = occurrence.micro_event
    activities.record(
        "event.attended",
        member=booking.member,
        source="events",
        external_id=f"attended:{occurrence.pk}:{booking.member_id}",
        occurred_at=at,
        payload={
            "occurrence": occurrence.pk,
            "title": event.title,
            "category": event.category,
            "partner": event.partner.slug,
        },
        actor=actor,
    )


def _came_earlier(booking: Booking, *, at: datetime) -> None:
    """Two devices, one ticket: of both scans the first is when the guest came, whichever was told first."""
    if booking.attended_at is not None and at < booking.attended_at:
        booking.attended_at = at
        booking.save(update_fields=["attended_at"])


@transaction.atomic
def close_list(occurrence: Occurrence, *, actor: Actor, at: datetime | None = None) -> Occurrence:
    """After it is over: who was not scanned did not come. Closing twice changes nothing."""
    at = at or clock.now()
    (occurrence,) = Occurrence.objects.locked([occurrence.pk])
    if occurrence.closed_at is not None:
        return occurrence
    if at < occurrence.ends_at:
        raise NotOver()
    missing = Booking.objects.filter(occurrence=occurrence, state=Booking.State.BOOKED).update(
        state=Booking.State.NO_SHOW
    )
    occurrence.closed_at = at
    occurrence.save(update_fields=["closed_at"])
    audit.record(
        occurrence,
        actor=actor,
        verb="events_directory.occurrence.list_closed",
        after={"missing": missing},
    )
    return occurrence
