"""The public list and the page of an event."""

import json
import re
from datetime import timedelta

import pytest

from events_directory.models import Occurrence
from events_directory.operations import micro_events, occurrences, partners
from tests.conftest import SYSTEM
from tests.events_directory.conftest import ZONE, evening

pytestmark = pytest.mark.django_db


def listed(client, **filters) -> list[str]:
    page = client.get("/events/", filters).context["page"]
    return [date.micro_event.title for date in page]


@pytest.fixture
def ride(other_shop):
    """Another organisation's published event, in three weeks, elsewhere."""
    yard = partners.add_venue(other_shop, name="Yard", address="Out", zone=ZONE, actor=SYSTEM)
    event = micro_events.draft(
        other_shop,
        title="Slow ride",
        venue=yard,
        category="outdoors",
        neighbourhood="Southside",
        actor=SYSTEM,
    )
    evening(event, days=21)
    micro_events.submit(event, actor=SYSTEM)
    return micro_events.publish(event, actor=SYSTEM)


def test_everybody_reads_what_is_on(client, occurrence, ride):
    """C1: published, soonest first, with the venue's time and zone."""
    page = client.get("/events/")
    assert page.status_code == 200
    assert [date.micro_event.title for date in page.context["page"]] == ["Mend a lamp", "Slow ride"]
    assert "18:00 CE" in page.content.decode()  # CET or CEST, as the season wants


@pytest.mark.parametrize(
    ("filters", "titles"),
    [
        ({"q": "lamp"}, ["Mend a lamp"]),
        ({"q": "gus"}, ["Slow ride"]),
        ({"category": "outdoors"}, ["Slow ride"]),
        ({"neighbourhood": "northgate"}, ["Mend a lamp"]),
        ({"neighbourhood": "Northgate", "category": "outdoors"}, []),
        ({"category": "no such", "since": "never"}, ["Mend a lamp", "Slow ride"]),
    ],
)
def test_filters_in_the_address(client, occurrence, ride, filters, titles):
    """C26 (narrow): text, category, neighbourhood; what cannot be read is not applied."""
    assert listed(client, **filters) == titles


def test_dates_filter_on_the_venues_calendar(client, occurrence, ride):
    day = occurrence.local_on
    assert listed(client, until=day.isoformat()) == ["Mend a lamp"]
    assert listed(client, since=(day + timedelta(days=1)).isoformat()) == ["Slow ride"]


def test_drafts_and_cancelled_dates_are_not_shown(client, drafted, occurrence, shop, venue):
    micro_events.draft(shop, title="Secret", venue=venue, category="talk", actor=SYSTEM)
    occurrences.cancel(occurrence, reason="Rain", actor=SYSTEM)
    assert listed(client) == []
    other = micro_events.MicroEvent.objects.get(title="Secret")
    assert client.get(f"/events/{other.pk}/").status_code == 404
    assert client.get(f"/events/{drafted.pk}/").status_code == 200


def test_the_list_asks_a_constant_number_of_questions(
    client, occurrence, drafted, django_assert_num_queries
):
    """Query budget: count, page, neighbourhoods, cities; one more row costs nothing."""
    with django_assert_num_queries(4):
        client.get("/events/")
    for days in range(8, 12):
        evening(drafted, days=days)
    with django_assert_num_queries(4):
        assert len(client.get("/events/").context["page"]) == 5


def test_pages_of_twenty(client, occurrence, drafted):
    for days in range(8, 29):
        evening(drafted, days=days)
    assert len(listed(client)) == 20
    assert len(listed(client, page="2")) == 2
    assert len(listed(client, page="99")) == 2


def test_the_event_page_shows_what_is_left_and_asks_visitors_to_sign_in(client, occurrence):
    page = client.get(f"/events/{occurrence.micro_event_id}/").content.decode()
    assert "10 seats left" in page
    assert f"/account/login/?next=/events/{occurrence.micro_event_id}/" in page


def test_search_engines_read_the_same(client, occurrence):
    """C22 (narrow): JSON-LD with seats left, under the strict policy's nonce."""
    Occurrence.objects.filter(pk=occurrence.pk).update(booked=10)
    response = client.get(f"/events/{occurrence.micro_event_id}/")
    script = re.search(
        r'<script type="application/ld\+json" nonce="([^"]+)">(.*?)</script>',
        response.content.decode(),
        re.DOTALL,
    )
    assert script.group(1) in response["Content-Security-Policy"]
    (found,) = json.loads(script.group(2))
    assert (found["@type"], found["remainingAttendeeCapacity"], found["eventStatus"]) == (
        "Event",
        0,
        "https://schema.org/EventScheduled",
    )
    assert found["offers"]["availability"] == "https://schema.org/SoldOut"


def test_a_hostile_title_is_only_text(client, occurrence, drafted):
    """Attack 17: a stored script is shown, never run: in text, attributes and JSON-LD."""
    hostile = "</script><script>alert(1)</script>\"'&amp;{{ 7|add:7 }}"
    type(drafted).objects.filter(pk=drafted.pk).update(title=hostile, summary=hostile)
    for path in ("/events/", f"/events/{drafted.pk}/"):
        page = client.get(path).content.decode()
        assert "<script>alert" not in page
        assert "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&amp;amp;{{" in page


def test_without_anything_on_the_page_says_what_to_do(client, db):
    """UM23 (narrow): an empty list has one action."""
    page = client.get("/events/").content.decode()
    assert "Nothing is planned right now" in page
    assert 'href="/events.ics"' in page
