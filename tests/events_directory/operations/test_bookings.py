"""Seats: taken, given back, never oversold."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from events_directory.errors import (
    AccessNeeded,
    AlreadyBooked,
    BelowTaken,
    KeyReused,
    NotOpen,
    OccurrenceCancelled,
    PartyTooLarge,
    SoldOut,
    Started,
)
from events_directory.models import Booking, Occurrence
from events_directory.operations import bookings, micro_events, occurrences
from members.models import AuditRow
from members.operations import accesses
from tests.conftest import SYSTEM
from tests.events_directory.conftest import crowd, evening

pytestmark = pytest.mark.django_db


def booked(occurrence) -> int:
    return Occurrence.objects.get(pk=occurrence.pk).booked


def test_a_booking_takes_its_seats(occurrence, amara):
    row = bookings.book(occurrence, member=amara, seats=3, key="k", actor=SYSTEM)
    assert (row.state, row.seats, booked(occurrence)) == ("booked", 3, 3)
    assert AuditRow.objects.filter(verb="events_directory.booking.made").count() == 1


def test_the_same_key_is_the_same_booking(occurrence, amara):
    """P1: a retried request has one effect and one answer."""
    first = bookings.book(occurrence, member=amara, seats=2, key="k", actor=SYSTEM)
    again = bookings.book(occurrence, member=amara, seats=2, key="k", actor=SYSTEM)
    assert (again.pk, booked(occurrence)) == (first.pk, 2)
    with pytest.raises(KeyReused):
        bookings.book(occurrence, member=amara, seats=1, key="k", actor=SYSTEM)
    with pytest.raises(AlreadyBooked):
        bookings.book(occurrence, member=amara, seats=2, key="other", actor=SYSTEM)
    assert (Booking.objects.count(), booked(occurrence)) == (1, 2)


def test_a_full_date_refuses_and_changes_nothing(occurrence, amara, bo):
    """C4, C9: a party that does not fit is refused as a whole."""
    bookings.book(occurrence, member=amara, seats=9, key="k", actor=SYSTEM)
    with pytest.raises(SoldOut) as refusal:
        bookings.book(occurrence, member=bo, seats=2, key="k", actor=SYSTEM)
    assert refusal.value.messages == ["There are not enough seats for so many. Free now: 1."]
    assert (Booking.objects.count(), booked(occurrence)) == (1, 9)
    with pytest.raises(PartyTooLarge):
        bookings.book(occurrence, member=bo, seats=0, key="k", actor=SYSTEM)


def test_cancelling_frees_the_seats_once(occurrence, amara, bo):
    row = bookings.book(occurrence, member=amara, seats=10, key="k", actor=SYSTEM)
    bookings.cancel(row, actor=SYSTEM)
    bookings.cancel(row, actor=SYSTEM)
    assert booked(occurrence) == 0
    bookings.book(occurrence, member=bo, seats=10, key="k", actor=SYSTEM)
    again = bookings.book(
        evening(occurrence.micro_event, days=8), member=amara, key="k2", actor=SYSTEM
    )
    assert (booked(occurrence), again.state) == (10, "booked")


def test_a_door_needs_its_access(occurrence, amara):
    """C11 (narrow): the event asks for an access that some other app opened."""
    occurrence.micro_event.access_name = "circle"
    occurrence.micro_event.save()
    with pytest.raises(AccessNeeded):
        bookings.book(occurrence, member=amara, key="k", actor=SYSTEM)
    assert booked(occurrence) == 0
    accesses.grant(amara, name="circle", cause="badge:1", actor=SYSTEM)
    assert bookings.book(occurrence, member=amara, key="k", actor=SYSTEM).state == "booked"


def test_only_what_is_published_and_to_come_is_booked(occurrence, drafted, amara):
    with pytest.raises(Started):
        bookings.book(occurrence, member=amara, key="k", actor=SYSTEM, at=occurrence.starts_at)
    occurrences.cancel(occurrence, reason="Rain", actor=SYSTEM)
    with pytest.raises(OccurrenceCancelled):
        bookings.book(occurrence, member=amara, key="k", actor=SYSTEM)
    assert not Booking.objects.exists()


def test_a_draft_is_not_open(drafted, amara):
    with pytest.raises(NotOpen):
        bookings.book(evening(drafted), member=amara, key="k", actor=SYSTEM)


def test_after_the_start_nothing_is_cancelled(occurrence, booking):
    with pytest.raises(Started):
        bookings.cancel(booking, actor=SYSTEM, at=occurrence.starts_at + timedelta(minutes=1))
    assert (Booking.objects.get().state, booked(occurrence)) == ("booked", 1)


def test_capacity_never_falls_below_what_is_taken(occurrence, amara):
    """C4: lowering below taken is refused, raising works."""
    bookings.book(occurrence, member=amara, seats=5, key="k", actor=SYSTEM)
    with pytest.raises(BelowTaken):
        occurrences.change_capacity(occurrence, capacity=4, actor=SYSTEM)
    assert Occurrence.objects.get(pk=occurrence.pk).capacity == 10
    assert occurrences.change_capacity(occurrence, capacity=5, actor=SYSTEM).free == 0
    assert occurrences.change_capacity(occurrence, capacity=6, actor=SYSTEM).free == 1


def test_the_database_itself_refuses_to_oversell(occurrence):
    """C4: the constraint stands below the code."""
    with pytest.raises(IntegrityError), transaction.atomic():
        Occurrence.objects.filter(pk=occurrence.pk).update(booked=11)


def test_moving_to_another_date_needs_a_seat_there(occurrence, booking, amara):
    small = evening(occurrence.micro_event, days=8, capacity=1)
    (guest,) = crowd(1)
    taken = bookings.book(small, member=guest, key="k", actor=SYSTEM)
    with pytest.raises(SoldOut):
        bookings.rebook(booking, to=small, key="move", actor=SYSTEM)
    assert (booked(occurrence), booked(small)) == (1, 1)
    bookings.cancel(taken, actor=SYSTEM)
    moved = bookings.rebook(booking, to=small, key="move", actor=SYSTEM)
    assert bookings.rebook(booking, to=small, key="move", actor=SYSTEM) == moved
    assert (moved.occurrence_id, booked(occurrence), booked(small)) == (small.pk, 0, 1)


def test_another_events_date_is_no_exchange(occurrence, booking, shop, venue):
    other = micro_events.draft(shop, title="X", venue=venue, category="talk", actor=SYSTEM)
    with pytest.raises(NotOpen):
        bookings.rebook(booking, to=evening(other), key="move", actor=SYSTEM)
    assert booked(occurrence) == 1


def test_the_same_key_of_two_members_is_two_requests(occurrence, amara, bo):
    first = bookings.book(occurrence, member=amara, key="same", actor=SYSTEM)
    second = bookings.book(occurrence, member=bo, key="same", actor=SYSTEM)
    assert first.pk != second.pk
