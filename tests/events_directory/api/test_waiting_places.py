"""Waiting for a seat, for scripts and shops."""

import pytest
from django.test import Client

from events_directory.models import Booking, WaitlistPlace
from events_directory.operations import bookings, occurrences, waitlists
from loyalty.connectors.operations import keys
from tests.conftest import SYSTEM
from tests.events_directory.api.test_directory import Caller
from tests.events_directory.conftest import crowd

pytestmark = pytest.mark.django_db
PLACES = "waiting-places"


@pytest.fixture
def taken(occurrence):
    """Somebody has both of the evening's two seats."""
    occurrences.change_capacity(occurrence, capacity=2, actor=SYSTEM)
    (guest,) = crowd(1)
    return bookings.book(occurrence, member=guest, seats=2, key="k", actor=SYSTEM)


@pytest.fixture
def shop_key(db) -> Caller:
    """The programme's own key."""
    return Caller("bookings:write")


def asked(taken, **more):
    return {"member": "amara", "occurrence": taken.occurrence_id} | more


def test_joining_the_place_in_line_and_what_becomes_of_it(shop_key, taken, amara, bo):
    """UM17: number 2; the seats are given back; both have one."""
    waitlists.join(taken.occurrence, member=bo, key="w", actor=SYSTEM)
    made = shop_key.ask(PLACES, asked(taken))
    place = WaitlistPlace.objects.get(member=amara)
    assert made.status_code == 201
    body = made.json()
    assert body.pop("joined_at") and body == {
        "id": place.pk,
        "member": "amara",
        "occurrence": taken.occurrence_id,
        "seats": 1,
        "state": "waiting",
        "position": 2,
        "booking": None,
        "ended_at": None,
    }
    bookings.cancel(taken, actor=SYSTEM)
    now = shop_key.ask(f"{PLACES}/{place.pk}").json()
    seat = Booking.objects.live().get(member=amara)
    assert (now["state"], now["position"], now["booking"]) == ("promoted", None, seat.pk)


def test_seats_that_are_free_are_booked_at_once(shop_key, taken, amara):
    bookings.cancel(taken, actor=SYSTEM)
    body = shop_key.ask(PLACES, asked(taken, seats=2)).json()
    assert (body["state"], body["booking"]) == ("promoted", Booking.objects.live().get().pk)


def test_leaving_twice_is_leaving_once(shop_key, taken, amara):
    place = waitlists.join(taken.occurrence, member=amara, key="w", actor=SYSTEM)
    for _ in range(2):
        left = shop_key.ask(f"{PLACES}/{place.pk}/leave", {})
        assert (left.status_code, left.json()["state"], left.json()["position"]) == (
            200,
            "left",
            None,
        )


def test_who_has_a_seat_leaves_by_the_booking(shop_key, taken, amara):
    place = waitlists.join(taken.occurrence, member=amara, key="w", actor=SYSTEM)
    bookings.cancel(taken, actor=SYSTEM)
    refused = shop_key.ask(f"{PLACES}/{place.pk}/leave", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_move")
    assert Booking.objects.live().get().member == amara


def test_the_same_key_and_body_is_the_same_answer(shop_key, taken, amara):
    """P1: byte for byte, though the line has moved meanwhile; another body is 422."""
    named = {"Idempotency-Key": "one"}
    first = shop_key.ask(PLACES, asked(taken), **named)
    bookings.cancel(taken, actor=SYSTEM)
    again = shop_key.ask(PLACES, asked(taken), **named)
    assert (first.status_code, again.content) == (201, first.content)
    other = shop_key.ask(PLACES, asked(taken, seats=2), **named)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert WaitlistPlace.objects.count() == 1


def test_refusals_have_a_stable_code(shop_key, taken, amara):
    assert shop_key.ask(PLACES, asked(taken, seats=3)).json()["code"] == "more_than_there_are"
    assert shop_key.ask(PLACES, asked(taken)).status_code == 201
    twice = shop_key.ask(PLACES, asked(taken))
    assert (twice.status_code, twice.json()["code"]) == (409, "already_waiting")
    assert WaitlistPlace.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"seats": 0}, 400),
        ({"seats": 11}, 400),
        ({"occurrence": 2**62}, 404),
        ({"member": "x"}, 404),
    ],
)
def test_input_faults_are_4xx(shop_key, taken, amara, more, status):
    assert shop_key.ask(PLACES, asked(taken) | more).status_code == status
    assert not WaitlistPlace.objects.exists()


def test_a_partners_key_reaches_its_own_lines_alone(taken, amara, shop, other_shop):
    """CONTRACT: own organisation only; 404 hides the rest."""
    place = waitlists.join(taken.occurrence, member=amara, key="w", actor=SYSTEM)
    other = Caller("bookings:write", partner=other_shop)
    assert other.ask(PLACES, asked(taken)).status_code == 404
    assert other.ask(f"{PLACES}/{place.pk}").status_code == 404
    assert other.ask(f"{PLACES}/{place.pk}/leave", {}).status_code == 404
    own = Caller("bookings:write", partner=shop)
    assert own.ask(f"{PLACES}/{place.pk}").json()["state"] == "waiting"


@pytest.mark.parametrize(
    ("tail", "body"), [("", {}), ("/1", None), ("/1/leave", {})], ids=["join", "place", "leave"]
)
def test_every_endpoint_asks_for_its_scope(db, tail, body):
    """K0."""
    path = f"{PLACES}{tail}"
    bare = Client().get(f"/api/v1/{path}") if body is None else Client().post(f"/api/v1/{path}")
    assert bare.status_code == 401
    others = [name for name in keys.SCOPES if name != "bookings:write"]
    assert Caller(*others).ask(path, body).status_code == 403
    assert Caller("bookings:write").ask(path, body).status_code in (400, 404)


def test_a_place_is_read_in_two_questions(shop_key, taken, amara, django_assert_num_queries):
    """Query budget: the key, the place with its position."""
    place = waitlists.join(taken.occurrence, member=amara, key="w", actor=SYSTEM)
    shop_key.ask(f"{PLACES}/{place.pk}")
    with django_assert_num_queries(2):
        assert shop_key.ask(f"{PLACES}/{place.pk}").json()["position"] == 1
