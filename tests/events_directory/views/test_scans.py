"""Scans that a phone made without a connection."""

import json
from datetime import timedelta

import pytest
import time_machine

from events_directory.models import Booking, CheckIn
from events_directory.operations import bookings
from members.models import Activity
from tests.conftest import SYSTEM
from tests.events_directory.conftest import crowd, evening

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_the_door(client, helper, occurrence, booking):
    """The helper, half an hour after it began."""
    with time_machine.travel(occurrence.starts_at + timedelta(minutes=30), tick=False):
        client.force_login(helper)
        yield client


@pytest.fixture
def path(occurrence):
    return f"/partner/elis/dates/{occurrence.pk}/scans/"


def scan(occurrence, name: str, ticket: str, *, minutes: int = 0) -> dict[str, str]:
    at = occurrence.starts_at + timedelta(minutes=minutes)
    return {"id": name, "ticket": ticket, "at": at.isoformat()}


def tell(client, path, *scans):
    return client.post(path, json.dumps({"scans": scans}), content_type="application/json")


def test_scans_told_again_are_the_same_scans(at_the_door, path, occurrence, booking):
    """UP5, C16: a batch that was sent twice counts once, with the device's time."""
    told = scan(occurrence, "a1", booking.ticket, minutes=3)
    first = tell(at_the_door, path, told).json()
    again = tell(at_the_door, path, told, scan(occurrence, "b2", booking.ticket, minutes=5)).json()
    assert [(each["id"], each["result"]) for each in first["results"]] == [("a1", "ok")]
    assert [(each["id"], each["result"]) for each in again["results"]] == [
        ("a1", "ok"),
        ("b2", "already"),
    ]
    assert "Welcome, Amara O." in first["results"][0]["said"]
    assert "This ticket was used before." in again["results"][1]["said"]
    assert "1 arrived, 1 seat booked" in again["standing"]
    assert CheckIn.objects.count() == 2
    assert Activity.objects.filter(kind="event.attended").count() == 1
    seat = Booking.objects.get()
    assert (seat.state, seat.attended_at) == (
        "attended",
        occurrence.starts_at + timedelta(minutes=3),
    )


def test_of_two_devices_the_earlier_scan_is_when_the_guest_came(
    at_the_door, path, occurrence, booking
):
    """UP5: the first timestamp wins, the other is kept as a conflict and told in words."""
    tell(at_the_door, path, scan(occurrence, "one", booking.ticket, minutes=9))
    late = tell(at_the_door, path, scan(occurrence, "other", booking.ticket, minutes=2)).json()
    assert late["results"][0]["result"] == "already"
    assert "first scanned" in late["results"][0]["said"]
    assert "18:02" in late["results"][0]["said"]
    assert Booking.objects.get().attended_at == occurrence.starts_at + timedelta(minutes=2)
    assert list(CheckIn.objects.order_by("pk").values_list("result", flat=True)) == [
        "ok",
        "already",
    ]


def test_a_name_that_stands_for_another_ticket_is_refused_in_words(
    at_the_door, path, occurrence, booking
):
    (guest,) = crowd(1)
    with time_machine.travel(occurrence.starts_at - timedelta(hours=1), tick=False):
        other = bookings.book(occurrence, member=guest, key="k", actor=SYSTEM)
    tell(at_the_door, path, scan(occurrence, "a", booking.ticket))
    answer = tell(at_the_door, path, scan(occurrence, "a", other.ticket)).json()
    assert "This key was used before for something else." in answer["results"][0]["said"]
    assert Booking.objects.get(pk=other.pk).state == "booked"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        '{"scans": 1}',
        '{"scans": [1]}',
        "\xff",
        pytest.param("[" * 100_000, id="deep"),
        '{"scans": {"a": 1}}',
    ],
)
def test_nonsense_is_no_scan(at_the_door, path, body):
    answer = at_the_door.post(path, body, content_type="application/json")
    assert answer.status_code == 422
    assert not CheckIn.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"ticket": ""},
        {"ticket": None},
        {"at": "soon"},
        {"at": None},
        {"id": ""},
        {"id": "x" * 101},
        {"ticket": "x\0y"},
        {"id": "\ud800"},
        {"ticket": "\udfff"},
        {"at": "0001-01-01T00:00:00+14:00"},
        {"at": "9999-12-31T23:59:59-12:00"},
        {"id": ["a"], "ticket": {"b": 1}, "at": 3},
    ],
)
def test_one_scan_that_cannot_be_taken_is_answered_and_the_rest_goes_on(
    at_the_door, path, occurrence, booking, wrong
):
    bad = scan(occurrence, "bad", booking.ticket) | wrong
    answer = tell(at_the_door, path, bad, scan(occurrence, "good", booking.ticket)).json()
    assert "This scan could not be taken." in answer["results"][0]["said"]
    assert answer["results"][1]["result"] == "ok"
    assert CheckIn.objects.count() == 1


def test_what_came_too_early_is_too_early_by_the_devices_clock(
    at_the_door, path, occurrence, booking
):
    answer = tell(at_the_door, path, scan(occurrence, "a", booking.ticket, minutes=-121)).json()
    assert answer["results"][0]["result"] == "too_early"
    assert Booking.objects.get().state == "booked"


def test_a_ticket_of_another_date_says_so(at_the_door, drafted, booking):
    other = evening(drafted, days=9)
    path = f"/partner/elis/dates/{other.pk}/scans/"
    answer = tell(at_the_door, path, scan(other, "a", booking.ticket)).json()
    assert "This ticket is for another date." in answer["results"][0]["said"]


def test_scans_are_for_those_at_the_door(client, path, occurrence, booking, gus, other_shop):
    told = scan(occurrence, "a", booking.ticket)
    assert tell(client, path, told).status_code == 302
    client.force_login(gus)
    assert tell(client, path, told).status_code == 404
    assert not CheckIn.objects.exists()


def test_the_camera_is_for_the_door_alone(at_the_door, occurrence, booking):
    """UP5: this page may use the camera and is kept by its device; no other may or is."""
    page = at_the_door.get(f"/partner/elis/dates/{occurrence.pk}/check-in/")
    assert page["Permissions-Policy"] == "camera=(self), geolocation=(), microphone=()"
    assert (page["X-Offline"], page["Cache-Control"]) == ("keep", "private, no-store")
    assert "jsQR" in page.content.decode()
    for path in ("/partner/elis/dates/", "/events/"):
        other = at_the_door.get(path)
        assert other["Permissions-Policy"] == "camera=(), geolocation=(), microphone=()"
        assert "X-Offline" not in other and "jsQR" not in other.content.decode()


@pytest.mark.parametrize(
    "odd",
    [
        {"at": "0001-01-01T00:00:00+14:00"},
        {"at": "9999-12-31T23:59:59-14:00"},
        {"at": "2026-12-03T18:00:00+99:99"},
        {"ticket": "half a letter \ud800"},
        {"id": "half a letter \ud800"},
    ],
)
def test_one_odd_scan_does_not_hold_up_the_others(at_the_door, path, occurrence, booking, odd):
    """UP5: whatever a guest shows and a clock says is answered, so that the device forgets it."""
    told = [scan(occurrence, "a1", "nonsense") | odd, scan(occurrence, "b2", booking.ticket)]
    for _ in range(2):
        results = tell(at_the_door, path, *told).json()["results"]
        assert [each["id"] for each in results] == [told[0]["id"], "b2"]
        assert results[1]["result"] == "ok"
    assert at_the_door.get(path.replace("scans", "check-in")).status_code == 200


def test_nested_nonsense_is_no_scan(at_the_door, path):
    answer = at_the_door.post(path, "[" * 100_000, content_type="application/json")
    assert (answer.status_code, CheckIn.objects.count()) == (422, 0)
