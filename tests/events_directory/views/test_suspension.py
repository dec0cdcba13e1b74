"""What members, callers and staff see of an organisation that is suspended."""

import pytest

from events_directory.models import Booking, CheckIn, WaitlistPlace
from events_directory.operations import bookings, partners
from members import clock
from tests.conftest import SYSTEM, member_of
from tests.events_directory.api.test_directory import Caller
from tests.events_directory.views.test_staff_console import press

pytestmark = pytest.mark.django_db
PAUSED = "The organiser is paused just now"


@pytest.fixture
def suspended(shop, occurrence, booking):
    """Amara has a seat; then Eli's was suspended."""
    return partners.suspend(shop, reason="Complaints about prices", actor=SYSTEM)


def test_members_find_it_nowhere_but_by_its_address(client, suspended, occurrence, bo):
    """ADR 44: list, map, calendar, search, feed, home; the reason is not theirs to read."""
    client.force_login(bo.user)
    places = ["/events/", "/events/?view=map", "/events/?view=calendar", "/events/?q=lamp"]
    for place in [*places, "/events.ics", "/"]:
        assert "Mend a lamp" not in client.get(place).content.decode(), place
    text = client.get(f"/events/{occurrence.micro_event_id}/").content.decode()
    assert PAUSED in text and "Complaints" not in text
    assert 'action="/events/bookings/"' not in text and "ld+json" not in text


def test_a_form_that_was_open_already_is_refused_in_words(client, suspended, occurrence, bo):
    client.force_login(bo.user)
    asked = {"occurrence": occurrence.pk, "seats": "1", "key": "a"}
    for address in ("/events/bookings/", "/events/waiting/"):
        answer = client.post(address, asked)
        assert answer.status_code == 422
        assert f"{PAUSED}: nobody can book until that is settled." in answer.content.decode()
    assert (Booking.objects.count(), WaitlistPlace.objects.count()) == (1, 0)


def test_callers_read_a_stable_code(suspended, occurrence, shop, bo):
    """CONTRACT: the code does not change; the list leaves the dates out, but for their own partner."""
    asked = {"member": "bo", "occurrence": occurrence.pk}
    for key in (Caller("events:read", "bookings:write"), Caller("bookings:write", partner=shop)):
        answer = key.ask("bookings", asked)
        assert (answer.status_code, answer.json()["code"]) == (409, "partner_suspended")
    assert Caller("events:read").ask("events").json()["results"] == []
    assert len(Caller("events:read", partner=shop).ask("events").json()["results"]) == 1
    assert Booking.objects.count() == 1


def test_who_has_a_seat_reads_it_on_the_booking(client, suspended, booking, amara):
    client.force_login(amara.user)
    text = client.get(f"/events/bookings/{booking.reference}/").content.decode()
    assert PAUSED in text and "Your booking stays." in text and "Cancel the booking" in text
    assert "On hold" in client.get("/events/bookings/").content.decode()
    partners.verify(suspended, actor=SYSTEM)
    assert PAUSED not in client.get(f"/events/bookings/{booking.reference}/").content.decode()


def test_staff_let_a_guest_in(client, suspended, occurrence, booking, fay, gus):
    """The scan is kept whatever comes of it, and the console says what came."""
    path = f"booking/{booking.pk}/check_in"
    client.force_login(gus)
    assert press(client, path, key="a").status_code == 302
    assert not CheckIn.objects.exists()
    client.force_login(fay)
    page = f"/admin/events_directory/booking/{booking.pk}/change/"
    press(client, path, key="a")
    assert "Too early" in client.get(page).content.decode()
    with clock.standing_at(occurrence.starts_at):
        press(client, path, key="b")
    booking.refresh_from_db()
    assert booking.state == "attended"
    assert list(CheckIn.objects.order_by("pk").values_list("result", flat=True)) == [
        "too_early",
        "ok",
    ]
    assert press(client, path, key="c").status_code == 403
    assert CheckIn.objects.count() == 2


def test_staff_do_not_let_themselves_in(client, occurrence, fay):
    """Coming is worth points: whoever gives them does not take them, nor does their household."""
    own = member_of(fay, "fay", given_name="Fay")
    seat = bookings.book(occurrence, member=own, key="f", actor=SYSTEM)
    client.force_login(fay)
    with clock.standing_at(occurrence.starts_at):
        assert press(client, f"booking/{seat.pk}/check_in", key="a").status_code == 403
    assert not CheckIn.objects.exists()
