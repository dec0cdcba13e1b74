"""At the door."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction

from events_directory.errors import KeyReused, NotOver
from events_directory.models import Booking, CheckIn
from events_directory.operations import (
    bookings,
    check_ins,
    micro_events,
    partners,
)
from members.models import Activity, Job
from tests.conftest import SYSTEM
from tests.events_directory.conftest import ZONE, broken, evening

pytestmark = pytest.mark.django_db


@pytest.fixture
def scan(occurrence, the_day_after):
    """Scans a ticket at the door of the evening, at its start unless told otherwise."""

    def scan(ticket: str, *, nonce: str = "n1", at=None, door=occurrence) -> CheckIn:
        return check_ins.check_in(
            door, ticket=ticket, nonce=nonce, actor=SYSTEM, at=at or occurrence.starts_at
        )

    return scan


@pytest.fixture
def the_day_after(occurrence, booking):
    """Our own clock stands a day after the evening."""
    with time_machine.travel(occurrence.ends_at + timedelta(days=1), tick=False):
        yield


def test_attendance_is_an_activity_once(scan, booking, occurrence, amara):
    """C25: the first scan marks the booking and tells the programme, in the same transaction."""
    assert scan(booking.ticket).result == "ok"
    assert scan(booking.ticket, nonce="n2").result == "already"
    booking.refresh_from_db()
    assert (booking.state, booking.attended_at) == ("attended", occurrence.starts_at)
    activity = Activity.objects.get(source="events")
    assert (activity.kind, activity.member, activity.external_id, activity.occurred_at) == (
        "event.attended",
        amara,
        f"attended:{occurrence.pk}:{amara.pk}",
        occurrence.starts_at,
    )
    assert activity.payload == {
        "occurrence": occurrence.pk,
        "title": "Mend a lamp",
        "category": "repair",
        "partner": "elis",
    }
    assert Job.objects.filter(kind="activity.evaluate", key=f"evaluate:{activity.pk}").count() == 1


def test_the_same_scan_uploaded_again_is_one_row(scan, booking):
    """C16: the device's nonce names the scan."""
    first = scan(booking.ticket)
    assert scan(booking.ticket) == first
    assert CheckIn.objects.count() == 1


def test_a_scan_does_not_answer_for_another_ticket(scan, booking, occurrence, bo):
    """C16: the name of Amara's scan used again for Bo's ticket welcomes nobody."""
    with time_machine.travel(occurrence.starts_at - timedelta(days=1), tick=False):
        other = bookings.book(occurrence, member=bo, key="bo-1", actor=SYSTEM)
    scan(booking.ticket)
    with pytest.raises(KeyReused):
        scan(other.ticket)
    assert CheckIn.objects.count() == 1
    other.refresh_from_db()
    assert other.state == "booked"


def test_tickets_that_are_not_for_this_door(scan, booking, occurrence, amara):
    """C17: wrong date, too early, too late, cancelled, forged; none of them attends."""
    other = evening(occurrence.micro_event, days=40)
    assert scan(booking.ticket, nonce="a", door=other).result == "wrong_occurrence"
    early = occurrence.door.opens_at - timedelta(minutes=1)
    assert scan(booking.ticket, nonce="b", at=early).result == "too_early"
    late = occurrence.door.closes_at + timedelta(minutes=1)
    assert scan(booking.ticket, nonce="c", at=late).result == "too_late"
    forged = booking.ticket[:-1] + ("A" if booking.ticket[-1] != "A" else "B")
    assert scan(forged, nonce="d").result == "unknown"
    assert scan("nonsense", nonce="e").result == "unknown"
    bookings.cancel(booking, actor=SYSTEM, at=occurrence.starts_at - timedelta(hours=1))
    assert scan(booking.ticket, nonce="f").result == "cancelled"
    assert CheckIn.objects.count() == 6
    assert not Activity.objects.filter(source="events").exists()


def test_a_ticket_of_another_organisation_is_unknown(scan, other_shop, amara):
    """The door of one organisation learns nothing of another's guests."""
    yard = partners.add_venue(other_shop, name="Yard", address="Out", zone=ZONE, actor=SYSTEM)
    ride = micro_events.draft(
        other_shop, title="Ride", venue=yard, category="outdoors", actor=SYSTEM
    )
    date = evening(ride)
    micro_events.submit(ride, actor=SYSTEM)
    micro_events.publish(ride, actor=SYSTEM)
    foreign = bookings.book(date, member=amara, key="ride", actor=SYSTEM)
    row = scan(foreign.ticket)
    assert (row.result, row.booking) == ("unknown", None)


def test_a_clock_ahead_of_ours_counts_as_now(occurrence, booking):
    """A device cannot attend in the future."""
    row = check_ins.check_in(
        occurrence, ticket=booking.ticket, nonce="n", actor=SYSTEM, at=occurrence.starts_at
    )
    assert row.result == "too_early"
    assert Booking.objects.get().state == "booked"


def test_scans_are_history(scan, booking):
    """Append-only: not even the owner of the table changes a scan."""
    row = scan(booking.ticket)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        CheckIn.objects.filter(pk=row.pk).update(result="unknown")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        row.delete()


def test_closing_the_list_marks_who_did_not_come(scan, booking, occurrence, bo):
    """C18 (narrow); a scan uploaded later still counts."""
    with pytest.raises(NotOver):
        check_ins.close_list(occurrence, actor=SYSTEM, at=occurrence.starts_at)
    check_ins.close_list(occurrence, actor=SYSTEM)
    assert Booking.objects.get().state == "no_show"
    assert scan(booking.ticket).result == "ok"
    assert Booking.objects.get().state == "attended"
    assert broken() == {}
