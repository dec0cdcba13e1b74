"""The directory's endpoints: shapes, scopes, organisations."""

import json

import pytest
import time_machine
from django.test import Client

from events_directory.models import Booking, CheckIn, GrantApplication, Occurrence
from events_directory.operations import bookings, micro_events, partners
from loyalty.connectors.operations import keys
from members.models import Activity
from tests.conftest import SYSTEM
from tests.events_directory.conftest import ZONE, evening

pytestmark = pytest.mark.django_db

ALL = ["events:read", "events:write", "bookings:write", "grants:read", "grants:write"]


class Caller(Client):
    """Sends JSON with a key."""

    def __init__(self, *scopes: str, partner=None) -> None:
        super().__init__()
        _, self.text = keys.create(
            "shop", scopes=list(scopes), actor=SYSTEM, partner_id=partner.pk if partner else None
        )

    def ask(self, path: str, body=None, **headers):
        """GET without a body, POST with one."""
        headers["Authorization"] = f"Bearer {self.text}"
        if body is None:
            return self.get(f"/api/v1/{path}", headers=headers)
        return self.post(
            f"/api/v1/{path}",
            json.dumps(body),
            content_type="application/json",
            headers=headers,
        )


@pytest.fixture
def shop_key(db) -> Caller:
    """The programme's own key."""
    return Caller(*ALL)


@pytest.fixture
def eli_key(shop) -> Caller:
    return Caller(*ALL, partner=shop)


@pytest.fixture
def gus_key(other_shop) -> Caller:
    return Caller(*ALL, partner=other_shop)


def test_events_are_listed_soonest_first_with_a_cursor(shop_key, occurrence, drafted):
    """CONTRACT: GET events; lists are results, next, previous."""
    later = evening(drafted, days=9)
    page = shop_key.ask("events?page_size=1").json()
    assert sorted(page) == ["next", "previous", "results"]
    assert page["results"] == [
        {
            "id": occurrence.pk,
            "event": drafted.pk,
            "title": "Mend a lamp",
            "summary": "Bring the lamp, leave with light.",
            "category": "repair",
            "neighbourhood": "Northgate",
            "partner": "elis",
            "state": "published",
            "access_needed": "",
            "venue": {
                "name": "The back room",
                "address": "Lindenweg 3",
                "city": "",
                "latitude": None,
                "longitude": None,
            },
            "starts_at": page["results"][0]["starts_at"],
            "ends_at": page["results"][0]["ends_at"],
            "time_zone": ZONE,
            "capacity": 10,
            "free": 10,
            "is_cancelled": False,
        }
    ]
    second = shop_key.ask(page["next"].partition("/api/v1/")[2]).json()
    assert [row["id"] for row in second["results"]] == [later.pk]


def test_events_take_the_lists_filters(shop_key, occurrence):
    assert len(shop_key.ask("events?category=repair&q=lamp").json()["results"]) == 1
    assert shop_key.ask("events?category=talk").json()["results"] == []


def test_a_partners_key_sees_its_own_alone(eli_key, gus_key, shop_key, occurrence, shop, venue):
    """CONTRACT: partners see their own organisation only, drafts included."""
    draft = micro_events.draft(shop, title="Secret", venue=venue, category="talk", actor=SYSTEM)
    evening(draft, days=3)
    titles = [row["title"] for row in eli_key.ask("events").json()["results"]]
    assert titles == ["Secret", "Mend a lamp"]
    assert gus_key.ask("events").json()["results"] == []
    assert [row["title"] for row in shop_key.ask("events").json()["results"]] == ["Mend a lamp"]


def test_events_cost_the_same_however_many(
    shop_key, occurrence, drafted, django_assert_num_queries
):
    """Query budget: the key, the page; the first use of a day also notes it."""
    shop_key.ask("events")
    for days in range(8, 12):
        evening(drafted, days=days)
    with django_assert_num_queries(2):
        assert len(shop_key.ask("events").json()["results"]) == 5


def test_book_and_cancel(shop_key, occurrence, amara):
    """CONTRACT: POST bookings takes member, occurrence, seats."""
    asked = {"member": "amara", "occurrence": occurrence.pk, "seats": 2}
    made = shop_key.ask("bookings", asked)
    row = Booking.objects.get()
    assert made.status_code == 201
    body = made.json()
    assert (body["id"], body["member"], body["occurrence"], body["seats"], body["state"]) == (
        row.pk,
        "amara",
        occurrence.pk,
        2,
        "booked",
    )
    assert body["ticket"] == row.ticket
    cancelled = shop_key.ask(f"bookings/{row.pk}/cancel", {})
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert shop_key.ask(f"bookings/{row.pk}/cancel", {}).status_code == 200
    assert Occurrence.objects.get().booked == 0


def test_the_same_key_and_body_is_the_same_answer(shop_key, occurrence, amara):
    """P1: byte for byte; another body under the key is 422."""
    asked = {"member": "amara", "occurrence": occurrence.pk, "seats": 2}
    first, again = (shop_key.ask("bookings", asked, **{"Idempotency-Key": "one"}) for _ in range(2))
    assert (first.status_code, again.content) == (201, first.content)
    other = shop_key.ask("bookings", asked | {"seats": 1}, **{"Idempotency-Key": "one"})
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert Booking.objects.count() == 1


def test_long_keys_that_differ_at_the_end_are_two_bookings(shop_key, occurrence, drafted, amara):
    """P1: a key counts to its last character."""
    dates = [occurrence.pk, evening(drafted, days=9).pk]
    made = [
        shop_key.ask(
            "bookings",
            {"member": "amara", "occurrence": date, "seats": 1},
            **{"Idempotency-Key": "k" * 199 + str(place)},
        )
        for place, date in enumerate(dates)
    ]
    assert [answer.json()["occurrence"] for answer in made] == dates
    assert Booking.objects.count() == 2


def test_refusals_are_problems_with_a_stable_code(shop_key, occurrence, amara, bo):
    bookings.book(occurrence, member=bo, seats=10, key="k", actor=SYSTEM)
    full = shop_key.ask("bookings", {"member": "amara", "occurrence": occurrence.pk})
    assert (full.status_code, full["Content-Type"], full.json()["code"]) == (
        409,
        "application/problem+json",
        "sold_out",
    )
    twice = shop_key.ask("bookings", {"member": "bo", "occurrence": occurrence.pk})
    assert (twice.status_code, twice.json()["code"]) == (409, "already_booked")
    assert Booking.objects.count() == 1


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"member": "nobody", "occurrence": 0}, 400),
        ({"member": "amara", "occurrence": 2**62}, 404),
        ({"member": "amara", "occurrence": 2**70}, 400),
        ({"member": "amara", "occurrence": "x"}, 400),
        ({"member": "amara", "occurrence": 1.5}, 400),
        ({"member": "amara", "seats": 11}, 400),
        ({"occurrence": 1}, 400),
        ([], 400),
    ],
)
def test_input_faults_are_4xx(shop_key, amara, asked, status):
    answer = shop_key.ask("bookings", asked)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert not Booking.objects.exists()


def test_an_unknown_member_is_a_404(shop_key, occurrence):
    answer = shop_key.ask("bookings", {"member": "nobody", "occurrence": occurrence.pk})
    assert answer.status_code == 404


def test_a_partner_books_and_cancels_at_its_own_events_alone(gus_key, eli_key, occurrence, amara):
    """CONTRACT: directory endpoints, own organisation only; 404 hides the rest."""
    asked = {"member": "amara", "occurrence": occurrence.pk}
    assert gus_key.ask("bookings", asked).status_code == 404
    made = eli_key.ask("bookings", asked).json()
    assert gus_key.ask(f"bookings/{made['id']}/cancel", {}).status_code == 404
    assert gus_key.ask("check-ins", {"booking": made["id"]}).status_code == 404
    assert gus_key.ask("check-ins", {"ticket": made["ticket"]}).status_code == 404
    assert Booking.objects.get().state == "booked"


def test_check_in_by_ticket_or_booking(eli_key, occurrence, booking, while_it_begins):
    """C25, C15, C16: a result code each; the same nonce is the same scan."""
    first = eli_key.ask("check-ins", {"ticket": booking.ticket, "nonce": "a"})
    assert first.status_code == 201
    body = first.json()
    assert (body["result"], body["member"], body["booking"]) == ("ok", "amara", booking.pk)
    same = eli_key.ask("check-ins", {"ticket": booking.ticket, "nonce": "a"})
    assert same.json()["id"] == body["id"]
    again = eli_key.ask("check-ins", {"booking": booking.pk}).json()
    assert (again["result"], again["first_at"]) == ("already", body["first_at"])
    forged = {"ticket": "x.y", "occurrence": occurrence.pk}
    assert eli_key.ask("check-ins", forged).json()["result"] == "unknown"
    assert (CheckIn.objects.count(), Activity.objects.filter(source="events").count()) == (3, 1)


@pytest.fixture
def while_it_begins(occurrence, booking):
    with time_machine.travel(occurrence.starts_at, tick=False):
        yield


@pytest.mark.parametrize("asked", [{}, {"ticket": "x", "booking": 1}, {"booking": "x"}])
def test_a_scan_names_one_ticket(eli_key, asked):
    assert eli_key.ask("check-ins", asked).status_code == 400


def test_pools_are_read_as_decimal_strings(shop_key, pool):
    (found,) = shop_key.ask("grants/pools").json()["results"]
    assert (found["slug"], found["currency"], found["balances"]["available"]) == (
        "northgate",
        "EUR",
        "1000.00",
    )


def test_applications_by_organisation(eli_key, gus_key, shop_key, application, pool):
    """A partner's key drafts for its own organisation; people hand in and decide."""
    asked = {"pool": "northgate", "title": "Shelves", "amount": "99.50"}
    made = eli_key.ask("grants/applications", asked)
    assert (made.status_code, made.json()["requested"], made.json()["state"]) == (
        201,
        "99.50",
        "draft",
    )
    assert GrantApplication.objects.get(title="Shelves").author is None
    assert len(eli_key.ask("grants/applications").json()["results"]) == 2
    assert [row["title"] for row in shop_key.ask("grants/applications").json()["results"]] == [
        "Soldering"
    ]
    assert gus_key.ask("grants/applications").json()["results"] == []
    assert gus_key.ask(f"grants/applications/{application.pk}").status_code == 404
    assert shop_key.ask(f"grants/applications/{application.pk}").json()["title"] == "Soldering"
    assert shop_key.ask("grants/applications", asked).status_code == 403
    assert eli_key.ask("grants/applications", asked | {"amount": "1.001"}).status_code == 400


@pytest.mark.parametrize(
    ("path", "body", "scope"),
    [
        ("events", None, "events:read"),
        ("bookings", {}, "bookings:write"),
        ("bookings/1/cancel", {}, "bookings:write"),
        ("check-ins", {}, "events:write"),
        ("grants/pools", None, "grants:read"),
        ("grants/applications", None, "grants:read"),
        ("grants/applications", {}, "grants:write"),
        ("grants/applications/1", None, "grants:read"),
    ],
)
def test_every_endpoint_asks_for_its_scope(db, path, body, scope):
    """K0: without a key 401, with every other scope 403."""
    url = f"/api/v1/{path}"
    bare = Client().get(url) if body is None else Client().post(url, body)
    assert bare.status_code == 401
    others = [name for name in keys.SCOPES if name != scope]
    assert Caller(*others).ask(path, body).status_code == 403
    assert Caller(scope).ask(path, body).status_code not in (401, 403) or path.endswith(
        "applications"
    )


def test_a_ticket_of_another_partner_is_no_clue(gus_key, other_shop, booking):
    """At the door of Gus a ticket of Eli's is as unknown as a forged one."""
    yard = partners.add_venue(other_shop, name="Yard", address="Out", zone=ZONE, actor=SYSTEM)
    ride = micro_events.draft(
        other_shop, title="Ride", venue=yard, category="outdoors", actor=SYSTEM
    )
    date = evening(ride)
    asked = {"ticket": booking.ticket, "occurrence": date.pk}
    answer = gus_key.ask("check-ins", asked).json()
    assert (answer["result"], answer["booking"], answer["member"]) == ("unknown", None, None)
