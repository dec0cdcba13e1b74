"""The partner console: one's own organisation, by role, with plain forms."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events_directory.models import MicroEvent, Occurrence, Partner, Venue
from events_directory.operations import bookings, micro_events, partners
from members import clock
from tests.conftest import SYSTEM
from tests.events_directory.conftest import crowd, evening

pytestmark = pytest.mark.django_db


@pytest.fixture
def console(client, eli, shop):
    """Eli at the console."""
    client.force_login(eli)
    return client


def in_a_week() -> str:
    return (clock.now() + timedelta(days=7)).strftime("%Y-%m-%dT18:00")


def test_an_organisation_signs_itself_up(client, gus):
    """UP1 (narrow): without an organisation the console offers to sign one up."""
    client.force_login(gus)
    assert client.get("/partner/")["Location"] == "/partner/organisations/"
    response = client.post("/partner/organisations/", {"name": "Gus's bikes"})
    assert response["Location"] == "/partner/guss-bikes/events/"
    page = client.get("/partner/guss-bikes/events/").content.decode()
    assert "Waiting for verification" in page
    taken = client.post("/partner/organisations/", {"name": "Gus's bikes"})
    assert taken.status_code == 422
    assert Partner.objects.count() == 1


def test_the_door_leads_where_the_role_may_go(client, eli, helper, shop, gus):
    client.force_login(eli)
    assert client.get("/partner/")["Location"] == "/partner/elis/events/"
    client.force_login(helper)
    assert client.get("/partner/")["Location"] == "/partner/elis/dates/"
    second = partners.register("Second", owner=eli, actor=SYSTEM)
    client.force_login(eli)
    assert f"/partner/{second.slug}/dates/" in client.get("/partner/").content.decode()


def test_a_listing_in_five_fields_goes_to_review(console, venue):
    """UP2 (narrow), C1: title, kind, venue, when, seats; then one button."""
    asked = {
        "title": "Mend a radio",
        "category": "repair",
        "venue": venue.pk,
        "starts": in_a_week(),
        "capacity": 8,
        "minutes": 90,
    }
    response = console.post("/partner/elis/events/new/", asked)
    event = MicroEvent.objects.get()
    date = event.occurrences.get()
    assert response["Location"] == f"/partner/elis/events/{event.pk}/"
    assert (event.state, date.local_time.hour, date.capacity, date.minutes) == ("draft", 18, 8, 90)
    page = console.get(response["Location"]).content.decode()
    assert "Next: check it and submit it." in page
    console.post(f"/partner/elis/events/{event.pk}/submission/")
    event.refresh_from_db()
    assert event.state == "in_review"


def test_a_refused_date_leaves_no_half_a_draft(console, venue):
    past = (clock.now() - timedelta(days=1)).strftime("%Y-%m-%dT18:00")
    asked = {"title": "X", "category": "talk", "venue": venue.pk, "starts": past, "capacity": 1}
    response = console.post("/partner/elis/events/new/", asked | {"minutes": 60})
    assert response.status_code == 422
    assert "This date has passed." in response.content.decode()
    assert not MicroEvent.objects.exists()


def test_without_a_venue_the_draft_asks_for_one_first(console):
    assert console.get("/partner/elis/events/new/")["Location"] == "/partner/elis/venues/new/"
    asked = {"name": "Attic", "address": "Up there", "zone": "Europe/Lisbon"}
    assert console.post("/partner/elis/venues/new/", asked).status_code == 302
    assert Venue.objects.get().zone == "Europe/Lisbon"
    assert console.post("/partner/elis/venues/new/", asked).status_code == 422


def test_what_was_sent_back_shows_its_reason_and_can_be_changed(console, drafted):
    """UP3 (narrow)."""
    evening(drafted)
    micro_events.submit(drafted, actor=SYSTEM)
    micro_events.reject(drafted, reason="Which lamps?", actor=SYSTEM)
    assert "Which lamps?" in console.get("/partner/elis/events/").content.decode()
    path = f"/partner/elis/events/{drafted.pk}/"
    asked = {"title": "Mend a desk lamp", "category": "repair", "venue": drafted.venue_id}
    assert console.post(f"{path}edit/", asked).status_code == 302
    console.post(f"{path}submission/")
    drafted.refresh_from_db()
    assert (drafted.title, drafted.state) == ("Mend a desk lamp", "in_review")


def test_dates_seats_and_cancellation(console, occurrence, drafted, amara):
    bookings.book(occurrence, member=amara, seats=4, key="k", actor=SYSTEM)
    path = f"/partner/elis/dates/{occurrence.pk}"
    console.post(f"{path}/capacity/", {"capacity": 3})
    assert Occurrence.objects.get().capacity == 10
    console.post(f"{path}/capacity/", {"capacity": 4})
    assert Occurrence.objects.get().capacity == 4
    later = (clock.now() + timedelta(days=20)).strftime("%Y-%m-%dT19:30")
    asked = {"starts": later, "capacity": 5, "minutes": 60}
    assert console.post(f"/partner/elis/events/{drafted.pk}/dates/", asked).status_code == 302
    bad = console.post(f"/partner/elis/events/{drafted.pk}/dates/", asked | {"starts": "soon"})
    assert bad.status_code == 422
    console.post(f"{path}/time/", {"starts": later, "minutes": 45})
    moved = Occurrence.objects.get(pk=occurrence.pk)
    assert (moved.local_time.hour, moved.minutes, moved.sequence, moved.booked) == (19, 45, 1, 4)
    console.post(f"{path}/time/", {"starts": "soon", "minutes": 45})
    assert Occurrence.objects.get(pk=occurrence.pk).sequence == 1
    console.post(f"{path}/cancellation/", {"reason": "Rain"})
    assert [row.is_cancelled for row in Occurrence.objects.order_by("pk")] == [True, False]
    console.post(f"/partner/elis/events/{drafted.pk}/cancellation/", {"reason": "Flood"})
    drafted.refresh_from_db()
    assert drafted.state == "cancelled"


@pytest.mark.parametrize("reason", ["", "Rain\0"])
def test_calling_off_needs_a_reason_that_can_be_read(console, occurrence, drafted, reason):
    """Not for nothing, and not with what no database keeps."""
    for path in (f"dates/{occurrence.pk}", f"events/{drafted.pk}"):
        answer = console.post(
            f"/partner/elis/{path}/cancellation/", {"reason": reason}, follow=True
        )
        assert [said.level_tag for said in answer.context["messages"]] == ["error"]
    occurrence.refresh_from_db()
    drafted.refresh_from_db()
    assert (occurrence.is_cancelled, drafted.state) == (False, "published")


def test_the_guest_list_shows_as_little_as_the_door_needs(console, occurrence, amara, bo):
    """Partners see minimal attendee data: no e-mail, no reference, no family name."""
    bookings.book(occurrence, member=amara, key="k", actor=SYSTEM)
    bookings.book(occurrence, member=bo, key="k", actor=SYSTEM)
    page = console.get(f"/partner/elis/dates/{occurrence.pk}/guests/").content.decode()
    assert "Amara O." in page
    for secret in ("amara@example.test", "Obi"):
        assert secret not in page


def test_tabs_count_and_narrow(console, occurrence, amara, bo):
    """UP4 (narrow): counts sum to the total."""
    bookings.cancel(bookings.book(occurrence, member=bo, key="k", actor=SYSTEM), actor=SYSTEM)
    bookings.book(occurrence, member=amara, key="k", actor=SYSTEM)
    path = f"/partner/elis/dates/{occurrence.pk}/guests/"
    tabs = console.get(path).context["tabs"]
    assert [tab["count"] for tab in tabs] == [2, 1, 1, 0, 0]
    assert [row.member for row in console.get(path, {"state": "cancelled"}).context["page"]] == [bo]


PAGES = [
    "events/",
    "events/new/",
    "events/{event}/",
    "events/{event}/edit/",
    "dates/{date}/guests/",
    "grants/",
    "grants/new/",
    "venues/",
    "venues/new/",
]
DOOR = ["dates/", "dates/{date}/check-in/"]


@pytest.mark.parametrize("tail", [*PAGES, *DOOR])
def test_who_may_open_which_page(client, tail, shop, occurrence, eli, helper, gus, other_shop):
    """Authorization: own organisation; others read 404; a helper only stands at the door."""
    path = f"/partner/{shop.slug}/" + tail.format(
        event=occurrence.micro_event_id, date=occurrence.pk
    )
    answers = {}
    for name, user in (("eli", eli), ("helper", helper), ("gus", gus), ("nobody", None)):
        client.logout()
        if user is not None:
            client.force_login(user)
        answers[name] = client.get(path).status_code
    reached = 200 if tail in DOOR else 403
    assert answers == {"eli": 200, "helper": reached, "gus": 404, "nobody": 302}


@pytest.mark.parametrize(
    "tail",
    [
        "events/{event}/submission/",
        "events/{event}/cancellation/",
        "events/{event}/dates/",
        "dates/{date}/capacity/",
        "dates/{date}/time/",
        "dates/{date}/cancellation/",
        "dates/{date}/closing/",
    ],
)
def test_nobody_else_changes_anything(client, tail, shop, occurrence, helper, gus, other_shop):
    """Attack 13: another organisation's ids are 404, and the rows stay as they are."""
    path = f"/partner/{{slug}}/{tail}".format(
        slug="{slug}", event=occurrence.micro_event_id, date=occurrence.pk
    )
    before = list(Occurrence.objects.values()), list(MicroEvent.objects.values())
    client.force_login(gus)
    asked = {"reason": "x", "capacity": 99, "starts": in_a_week(), "minutes": 60}
    assert client.post(path.format(slug=shop.slug), asked).status_code == 404
    assert client.post(path.format(slug=other_shop.slug), asked).status_code == 404
    client.force_login(helper)
    assert client.post(path.format(slug=shop.slug), asked).status_code == 403
    assert (list(Occurrence.objects.values()), list(MicroEvent.objects.values())) == before


@pytest.mark.parametrize("tail", [*PAGES, *DOOR, "team/", "coupons/", "points/"])
def test_the_seat_is_asked_once_a_page(console, shop, occurrence, tail):
    """Query budget: once by the page, and once by the header, which asks for all desks at once."""
    path = f"/partner/elis/{tail}".format(event=occurrence.micro_event_id, date=occurrence.pk)
    with CaptureQueriesContext(connection) as seen:
        assert console.get(path).status_code == 200
    asked = [each["sql"] for each in seen if "events_directory_partnerseat" in each["sql"]]
    # The people's page lists its seats, and asks who may still make them.
    assert len(asked) == (4 if tail == "team/" else 2)


def test_lists_cost_the_same_however_long(console, occurrence, drafted, shop, venue):
    """Query budget: listings, guests, check-in."""

    def questions(path: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert console.get(path).status_code == 200
        return len(seen)

    paths = [
        "/partner/elis/events/",
        "/partner/elis/dates/",
        f"/partner/elis/dates/{occurrence.pk}/guests/",
        f"/partner/elis/dates/{occurrence.pk}/check-in/",
    ]
    members = crowd(8)
    bookings.book(occurrence, member=members[0], key="k", actor=SYSTEM)
    before = [questions(path) for path in paths]
    for n, member in enumerate(members[1:]):
        micro_events.draft(shop, title=f"X{n}", venue=venue, category="talk", actor=SYSTEM)
        evening(drafted, days=10 + n)
        bookings.book(occurrence, member=member, key="k", actor=SYSTEM)
    assert [questions(path) for path in paths] == before
