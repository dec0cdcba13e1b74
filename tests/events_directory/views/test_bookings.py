"""Booking as a member does it: with a plain form."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events_directory.models import Booking, Occurrence
from events_directory.operations import bookings, micro_events
from tests.conftest import SYSTEM
from tests.events_directory.conftest import evening

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, amara):
    client.force_login(amara.user)
    return client


def form_of(client, occurrence, /, **fields) -> dict:
    """The booking form as the page offers it."""
    text = client.get(f"/events/{occurrence.micro_event_id}/").content.decode()
    key = re.search(r'name="key" value="([^"]+)"', text).group(1)
    return {"occurrence": occurrence.pk, "seats": 1, "key": key} | fields


def test_book_without_javascript(page, occurrence, amara):
    """UA7: the form posts, the answer redirects to the ticket."""
    asked = form_of(page, occurrence, seats=2)
    response = page.post("/events/bookings/", asked)
    row = Booking.objects.get()
    assert (row.member, row.seats, row.state) == (amara, 2, "booked")
    assert (response.status_code, response["Location"]) == (
        302,
        f"/events/bookings/{row.reference}/",
    )
    again = page.post("/events/bookings/", asked)  # a double tap
    assert again["Location"] == response["Location"]
    assert (Booking.objects.count(), Occurrence.objects.get().booked) == (1, 2)


def test_a_refusal_keeps_the_input_and_says_why(page, occurrence, bo):
    """UA8: status 422, summary first."""
    bookings.book(occurrence, member=bo, seats=9, key="k", actor=SYSTEM)
    response = page.post("/events/bookings/", form_of(page, occurrence, seats=2))
    text = response.content.decode()
    assert response.status_code == 422
    assert "There are not enough seats for so many. Free now: 1." in text
    assert 'id="error-summary"' in text
    assert 'value="2"' in text
    assert Booking.objects.count() == 1


@pytest.mark.parametrize("seats", ["0", "11", "many", ""])
def test_nonsense_is_answered_at_the_field(page, occurrence, seats):
    response = page.post("/events/bookings/", form_of(page, occurrence, seats=seats))
    assert response.status_code == 422
    assert not Booking.objects.exists()


@pytest.mark.parametrize("number", ["999999", "x", "", "9" * 40, "-1"])
def test_a_date_that_is_not_public_does_not_exist(page, occurrence, number):
    asked = form_of(page, occurrence, occurrence=number)
    assert page.post("/events/bookings/", asked).status_code == 404


def test_the_draft_of_somebody_is_not_bookable(page, occurrence, shop, venue):
    draft = micro_events.draft(shop, title="X", venue=venue, category="talk", actor=SYSTEM)
    asked = form_of(page, occurrence, occurrence=evening(draft).pk)
    assert page.post("/events/bookings/", asked).status_code == 404


def test_the_ticket_page_has_a_code_for_the_door(page, booking):
    """C14 (narrow): a QR in the page itself, no script, no other host."""
    text = page.get(f"/events/bookings/{booking.reference}/").content.decode()
    assert 'src="data:image/svg+xml' in text


def test_cancel_and_exchange(page, booking, occurrence, drafted):
    other = evening(drafted, days=9)
    response = page.post(
        f"/events/bookings/{booking.reference}/exchange/", {"occurrence": other.pk, "key": "k"}
    )
    moved = Booking.objects.live().get()
    assert (moved.occurrence, response["Location"]) == (
        other,
        f"/events/bookings/{moved.reference}/",
    )
    page.post(f"/events/bookings/{moved.reference}/cancellation/")
    assert not Booking.objects.live().exists()
    assert list(Occurrence.objects.values_list("booked", flat=True)) == [0, 0]


def test_a_refused_exchange_says_why(page, booking, drafted, bo):
    other = evening(drafted, days=9, capacity=1)
    bookings.book(other, member=bo, key="k", actor=SYSTEM)
    response = page.post(
        f"/events/bookings/{booking.reference}/exchange/", {"occurrence": other.pk, "key": "k"}
    )
    assert response.status_code == 422
    assert Booking.objects.live().filter(member=booking.member).get() == booking


@pytest.mark.parametrize("tail", ["", "cancellation/", "exchange/"])
def test_somebody_elses_booking_is_a_404(client, booking, bo, tail):
    """Authorization: cancel | own | 404 for another member; nothing changes."""
    client.force_login(bo.user)
    path = f"/events/bookings/{booking.reference}/{tail}"
    answer = client.post(path) if tail else client.get(path)
    assert answer.status_code == 404
    assert Booking.objects.get().state == "booked"


def test_a_partner_who_is_no_member_cannot_book(client, occurrence, eli):
    """Authorization: redeem / book / cancel is 403 for partners."""
    client.force_login(eli)
    answer = client.post("/events/bookings/", {"occurrence": occurrence.pk, "seats": 1, "key": "k"})
    assert answer.status_code == 403
    assert not Booking.objects.exists()


def test_visitors_are_asked_to_sign_in(client, occurrence):
    answer = client.post("/events/bookings/", {"occurrence": occurrence.pk, "seats": 1, "key": "k"})
    assert (answer.status_code, answer["Location"]) == (
        302,
        "/account/login/?next=/events/bookings/",
    )


def test_my_bookings_cost_the_same_however_many(page, amara, occurrence, drafted):
    """Query budget."""
    bookings.book(occurrence, member=amara, key="k", actor=SYSTEM)

    def questions() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert page.get("/events/bookings/").status_code == 200
        return len(seen)

    one = questions()
    for days in range(8, 13):
        bookings.book(evening(drafted, days=days), member=amara, key=f"k{days}", actor=SYSTEM)
    assert questions() == one
