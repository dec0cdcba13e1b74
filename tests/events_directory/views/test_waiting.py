"""Waiting for a seat, as a member sees it."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events_directory.models import Booking, WaitlistPlace
from events_directory.operations import bookings, occurrences, waitlists
from tests.conftest import SYSTEM
from tests.events_directory.conftest import crowd, evening

pytestmark = pytest.mark.django_db


@pytest.fixture
def taken(occurrence):
    """The one seat of the evening is somebody else's."""
    occurrences.change_capacity(occurrence, capacity=1, actor=SYSTEM)
    (guest,) = crowd(1)
    return bookings.book(occurrence, member=guest, key="k", actor=SYSTEM)


@pytest.fixture
def page(client, amara, taken):
    client.force_login(amara.user)
    return f"/events/{taken.occurrence.micro_event_id}/"


def asked(client, page: str) -> dict[str, str]:
    """What the waiting form of the page would send as it stands."""
    text = client.get(page).content.decode()
    form = text[text.index('action="/events/waiting/"') :]
    names = re.findall(r'<option value="(\d+)"', form)
    return {
        "occurrence": names[0],
        "seats": "1",
        "key": re.search(r'name="key" value="(\w+)"', form)[1],
    }


def test_a_full_event_offers_its_list_and_says_the_position(client, page, taken, amara, bo):
    """UM17: full event: position 1; the seat is given back; promoted, with a ticket."""
    answer = client.post("/events/waiting/", asked(client, page), follow=True)
    assert "You are number 1 on the waiting list." in answer.content.decode()
    assert "Number 1 in line" in client.get("/events/bookings/").content.decode()
    waitlists.join(taken.occurrence, member=bo, key="w", actor=SYSTEM)
    bookings.cancel(taken, actor=SYSTEM)
    seat = Booking.objects.live().get(member=amara)
    text = client.get(page).content.decode()
    assert "You have a seat. See your ticket." in text and "on the waiting list." not in text
    assert client.get(f"/events/bookings/{seat.reference}/").status_code == 200
    client.force_login(bo.user)
    assert "You are number 1 on the waiting list." in client.get(page).content.decode()


def test_the_form_sent_twice_is_one_place(client, page):
    form = asked(client, page)
    for _ in range(2):
        assert client.post("/events/waiting/", form).status_code == 302
    assert WaitlistPlace.objects.count() == 1


def test_a_seat_that_was_just_given_back_is_booked_at_once(client, page, taken):
    form = asked(client, page)
    bookings.cancel(taken, actor=SYSTEM)
    seat = client.post("/events/waiting/", form)
    assert seat["Location"] == f"/events/bookings/{Booking.objects.live().get().reference}/"


def test_leaving_the_list(client, page, taken, amara, bo):
    place = waitlists.join(taken.occurrence, member=amara, key="w", actor=SYSTEM)
    way_out = f"/events/waiting/{place.pk}/departure/"
    assert f'action="{way_out}"' in client.get(page).content.decode()
    client.force_login(bo.user)
    assert client.post(way_out).status_code == 404
    assert WaitlistPlace.objects.get().state == "waiting"
    client.force_login(amara.user)
    assert (
        "You are no longer on the waiting list."
        in client.post(way_out, follow=True).content.decode()
    )
    assert WaitlistPlace.objects.get().state == "left"


def test_more_people_than_there_are_seats_is_refused_with_the_form(client, page):
    """UA8."""
    answer = client.post("/events/waiting/", asked(client, page) | {"seats": "2"})
    assert answer.status_code == 422
    assert "There are not so many seats. In all: 1." in answer.content.decode()
    assert not WaitlistPlace.objects.exists()


def test_a_party_that_does_not_fit_is_asked_whether_to_wait(client, page, taken, amara):
    """UM17, UA7: one seat is free, two come: without a script they read how many are free, and wait."""
    occurrences.change_capacity(taken.occurrence, capacity=2, actor=SYSTEM)
    text = client.get(page).content.decode()
    assert "1 free)" in text and "you can wait for all of you" in text
    asked_for = {"occurrence": taken.occurrence_id, "seats": "2", "key": "a"}
    answer = client.post("/events/bookings/", asked_for)
    text = " ".join(answer.content.decode().split())
    assert answer.status_code == 422
    assert "There are not enough seats for so many. Free now: 1." in text
    assert ": 1 seat is free now." in text and "Wait for 2 seats</button>" in text
    form = text[text.index('action="/events/waiting/"') :]
    offered = dict(re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', form)[:4])
    assert (offered["occurrence"], offered["seats"]) == (str(taken.occurrence_id), "2")
    text = client.post("/events/waiting/", offered, follow=True).content.decode()
    assert "You are number 1 on the waiting list." in text
    assert "You wait for 2 seats." in text and "1 is free now." in text
    bookings.cancel(taken, actor=SYSTEM)
    assert Booking.objects.live().get(member=amara).seats == 2


def test_who_waits_for_two_may_take_the_one_that_is_free(client, page, taken, amara):
    """C9: never a seat and a place in line for one date."""
    occurrences.change_capacity(taken.occurrence, capacity=2, actor=SYSTEM)
    waitlists.join(taken.occurrence, member=amara, seats=2, key="w", actor=SYSTEM)
    assert 'action="/events/bookings/"' in client.get(page).content.decode()
    asked_for = {"occurrence": taken.occurrence_id, "seats": "1", "key": "a"}
    assert client.post("/events/bookings/", asked_for).status_code == 302
    assert WaitlistPlace.objects.get().state == "left"


def test_more_than_it_has_seats_in_all_cannot_wait(client, page, taken):
    occurrences.change_capacity(taken.occurrence, capacity=2, actor=SYSTEM)
    asked_for = {"occurrence": taken.occurrence_id, "seats": "3", "key": "a"}
    answer = client.post("/events/bookings/", asked_for)
    assert (answer.status_code, answer.context["party"]) == (422, None)
    assert not Booking.objects.filter(key="page:a").exists()


def test_nonsense_waits_for_nothing(client, page, drafted):
    for number in ("", "x", "999999999", "9" * 40):
        assert client.post("/events/waiting/", {"occurrence": number}).status_code == 404
    assert client.post("/events/waiting/", {"occurrence": evening(drafted).pk}).status_code == 422


def test_a_partner_sees_who_waits_and_no_more_of_them(client, taken, amara, eli):
    waitlists.join(taken.occurrence, member=amara, key="w", actor=SYSTEM)
    client.force_login(eli)
    text = client.get(f"/partner/elis/dates/{taken.occurrence_id}/guests/").content.decode()
    assert "Amara O." in text and "Obi" not in text and "amara@example.test" not in text


def test_a_partner_reads_beside_each_date_how_many_wait(client, taken, amara, eli):
    page = f"/partner/elis/events/{taken.occurrence.micro_event_id}/"
    client.force_login(eli)
    assert "1 waits" not in client.get(page).content.decode()
    place = waitlists.join(taken.occurrence, member=amara, key="w", actor=SYSTEM)
    assert "1 of 1 seats taken · 1 waits" in client.get(page).content.decode()
    waitlists.leave(place, actor=SYSTEM)
    assert "1 waits" not in client.get(page).content.decode()


def test_the_event_page_costs_the_same_however_many_wait(client, page, taken, drafted):
    """Query budget."""

    def questions() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(page).status_code == 200
        return len(seen)

    evening(drafted, days=9)
    before = questions()
    for number, member in enumerate(crowd(5)[1:]):
        waitlists.join(taken.occurrence, member=member, key="w", actor=SYSTEM)
        evening(drafted, days=10 + number)
    assert questions() == before
