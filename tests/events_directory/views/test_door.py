"""Check-in with nothing but a phone's browser."""

import pytest
import time_machine

from events_directory.models import Booking, CheckIn
from members.models import Activity

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_the_door(client, helper, occurrence, booking):
    """The helper, when it begins."""
    with time_machine.travel(occurrence.starts_at, tick=False):
        client.force_login(helper)
        yield client


def test_scanning_a_code(at_the_door, occurrence, booking):
    """C14, C15: welcome the first time; the second scan is refused with the time of the first."""
    path = f"/partner/elis/dates/{occurrence.pk}/check-in/"
    response = at_the_door.post(path, {"ticket": booking.ticket, "nonce": "a"}, follow=True)
    assert "Welcome, Amara O." in response.content.decode()
    again = at_the_door.post(path, {"ticket": booking.ticket, "nonce": "b"}, follow=True)
    text = again.content.decode()
    assert "This ticket was used before." in text
    assert "18:00" in text
    assert Activity.objects.filter(kind="event.attended").count() == 1


def test_the_whole_address_in_the_qr_is_a_code_too(at_the_door, occurrence, booking):
    """Keyboard-wedge scanners type what they see."""
    path = f"/partner/elis/dates/{occurrence.pk}/check-in/"
    seen = f"http://testserver/partner/tickets/{booking.ticket}/\n"
    at_the_door.post(path, {"ticket": seen, "nonce": "a"})
    assert Booking.objects.get().state == "attended"


def test_a_reload_of_the_same_scan_is_the_same_scan(at_the_door, occurrence, booking):
    """C16."""
    path = f"/partner/elis/dates/{occurrence.pk}/check-in/"
    for _ in range(2):
        response = at_the_door.post(path, {"ticket": booking.ticket, "nonce": "a"}, follow=True)
    assert "Welcome, Amara O." in response.content.decode()
    assert CheckIn.objects.count() == 1


def test_the_phones_own_camera_opens_the_guest(at_the_door, occurrence, booking):
    """The QR holds an address: one tap later the guest is in."""
    page = at_the_door.get(f"/partner/tickets/{booking.ticket}/").content.decode()
    assert "Amara O." in page
    assert f'action="/partner/elis/dates/{occurrence.pk}/check-in/"' in page


def test_a_ticket_opens_for_its_own_door_only(client, gus, other_shop, booking, amara):
    """Another organisation, the member, and a forged code read 404."""
    for user, code in ((gus, booking.ticket), (amara.user, booking.ticket), (gus, "x.y")):
        client.force_login(user)
        assert client.get(f"/partner/tickets/{code}/").status_code == 404


def test_nonsense_is_not_a_ticket(at_the_door, occurrence):
    path = f"/partner/elis/dates/{occurrence.pk}/check-in/"
    response = at_the_door.post(path, {"ticket": "hello", "nonce": "a"}, follow=True)
    assert "This is not one of our tickets." in response.content.decode()
    assert at_the_door.post(path, {"ticket": "", "nonce": "b"}).status_code == 422


def test_the_guest_list_has_a_button_for_each(at_the_door, occurrence, booking):
    page = at_the_door.get(f"/partner/elis/dates/{occurrence.pk}/check-in/").content.decode()
    assert f'name="ticket" value="{booking.ticket}"' in page
    assert 'aria-label="Check in Amara O."' in page


def test_closing_the_list_is_for_editors(client, at_the_door, occurrence, booking, eli):
    path = f"/partner/elis/dates/{occurrence.pk}/closing/"
    assert at_the_door.post(path).status_code == 403
    client.force_login(eli)
    client.post(path)
    assert Booking.objects.get().state == "booked"
    with time_machine.travel(occurrence.ends_at, tick=False):
        client.post(path)
    assert Booking.objects.get().state == "no_show"
