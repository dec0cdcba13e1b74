"""One address of filters, three ways to see what it finds."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from events_directory.models import Venue
from events_directory.operations import micro_events, occurrences, partners
from members.models import AuditRow
from tests.conftest import SYSTEM
from tests.events_directory.conftest import ZONE, evening

pytestmark = pytest.mark.django_db


def ids(text: str) -> list[int]:
    return sorted(int(number) for number in re.findall(r'data-date="(\d+)"', text))


def in_months(client, query: str) -> list[int]:
    """What the calendar shows from its first month on, for a year."""
    month, found = "", []
    for _ in range(13):
        text = client.get(f"/events/?view=calendar&month={month}&{query}").content.decode()
        found += ids(text)
        onwards = re.search(r'href="\?view=calendar&amp;month=([\d-]+)[^"]*"[^>]*rel="next"', text)
        if onwards is None:
            break
        month = onwards[1]
    return sorted(found)


@pytest.fixture
def places(occurrence, other_shop, venue):
    """Two towns: the back room in Hamburg, and a yard in Bremen that nobody has put on the map."""
    Venue.objects.filter(pk=venue.pk).update(
        city="Hamburg", latitude=Decimal("53.54"), longitude=Decimal("9.97")
    )
    yard = partners.add_venue(
        other_shop, name="Yard", address="Out 1", city="Bremen", zone=ZONE, actor=SYSTEM
    )
    event = micro_events.draft(
        other_shop, title="Slow ride", venue=yard, category="outdoors", actor=SYSTEM
    )
    for days in (21, 70):
        evening(event, days=days)
    micro_events.submit(event, actor=SYSTEM)
    micro_events.publish(event, actor=SYSTEM)
    evening(occurrence.micro_event, days=8)
    return occurrence


@pytest.mark.parametrize(
    ("query", "size"),
    [("", 4), ("city=hamburg", 2), ("city=Bremen", 2), ("category=outdoors", 2), ("q=lamp", 2)],
)
def test_list_map_and_calendar_show_the_same_dates(client, places, query, size):
    """UM16: the same ids in all three."""
    listed = ids(client.get(f"/events/?{query}").content.decode())
    mapped = ids(client.get(f"/events/?view=map&{query}").content.decode())
    assert (len(listed), mapped, in_months(client, query)) == (size, listed, listed)


def test_the_ways_to_see_it_keep_the_filters(client, places):
    """UM16: the filters are one address; the subscription is the same without the view."""
    for view in ("list", "map", "calendar"):
        text = client.get(f"/events/?view={view}&city=Hamburg&q=a%26b").content.decode()
        for other in ("list", "map", "calendar"):
            assert f'href="?view={other}&amp;q=a%26b&amp;city=Hamburg"' in text
        assert 'href="/events.ics?q=a%26b&amp;city=Hamburg"' in text
    assert 'name="view" value="calendar"' in text


def test_towns_that_the_directory_knows_are_offered(client, places):
    """UM16: works without location: a typeahead of places known here, in the page itself."""
    text = client.get("/events/").content.decode()
    offered = text[text.index('<datalist id="cities">') :].partition("</datalist>")[0]
    assert re.findall(r'value="([^"]+)"', offered) == ["Bremen", "Hamburg"]
    assert 'list="cities"' in text


def test_pins_are_links_with_names_and_the_list_is_beside_them(client, places):
    """UM16: reachable by keyboard, said aloud; what has no position is listed all the same."""
    text = client.get("/events/?view=map").content.decode()
    assert 'href="#place-1" aria-label="1: The back room, 2 dates"' in text
    assert 'id="place-1"' in text and "Not on the map" in text
    assert "<image" not in text and "tile" not in text


def test_a_german_map_has_no_commas_in_its_figures(client, places):
    with translation.override("de"):
        text = client.get("/events/?view=map", headers={"Accept-Language": "de"}).content.decode()
    assert re.findall(r'<circle cx="([^"]+)" cy="([^"]+)"', text) == [("200", "160")]


def test_a_day_with_something_on_is_a_link_to_it(client, places):
    text = client.get("/events/?view=calendar").content.decode()
    day = places.local_on
    assert f'href="#day-{day.isoformat()}" aria-label="{day.day} {day:%B}: 1 date"' in text
    assert f'id="day-{day.isoformat()}"' in text


def test_the_week_begins_as_the_language_has_it(client, places):
    """UM16."""
    for language, first in (("en", "Monday"), ("de", "Montag")):
        text = client.get(
            "/events/?view=calendar", headers={"Accept-Language": language}
        ).content.decode()
        assert re.search(r'<abbr title="(\w+)"', text)[1] == first


def test_an_empty_month_says_when_the_next_is(client, occurrence):
    """UM16."""
    later = (occurrence.local_on + timedelta(days=400)).strftime("%Y-%m")
    text = client.get(f"/events/?view=calendar&month={later}").content.decode()
    assert "Nothing this month" in text
    assert f"The next is on {occurrence.local_on.day}" in text
    assert f"month={occurrence.local_on:%Y-%m}" in text


@pytest.mark.parametrize("query", ["view=x", "view=calendar&month=9999-12", "view=map&page=x"])
def test_nonsense_in_the_address_shows_what_there_is(client, occurrence, query):
    assert ids(client.get(f"/events/?{query}").content.decode()) == [occurrence.pk]


@pytest.mark.parametrize("view", ["map", "calendar"])
def test_nothing_on_says_so_in_every_view(client, db, view):
    """UM23."""
    assert "Nothing is planned right now" in client.get(f"/events/?view={view}").content.decode()


@pytest.mark.parametrize(("view", "questions"), [("map", 4), ("calendar", 5)])
def test_views_ask_a_constant_number_of_questions(
    client, occurrence, drafted, django_assert_num_queries, view, questions
):
    """Query budget."""
    for _ in range(2):
        with django_assert_num_queries(questions):
            client.get(f"/events/?view={view}&month={occurrence.local_on:%Y-%m}")
        for minutes in range(3):
            occurrences.add(
                drafted,
                local_on=occurrence.local_on,
                local_time=occurrence.local_time.replace(minute=10 + minutes),
                capacity=3,
                actor=SYSTEM,
            )


def test_a_partner_says_where_a_venue_is(client, eli, shop, venue):
    """UM16: the town and the position that map and typeahead need."""
    client.force_login(eli)
    path = f"/partner/elis/venues/{venue.pk}/"
    assert "not on the map yet" in client.get("/partner/elis/venues/").content.decode()
    asked = {"address": "Lindenweg 4", "city": "Hamburg", "latitude": "53.54"}
    assert client.post(path, asked).status_code == 422
    assert client.post(path, asked | {"longitude": "181"}).status_code == 422
    venue.refresh_from_db()
    assert (venue.address, venue.city) == ("Lindenweg 3", "")
    assert client.post(path, asked | {"longitude": "9.97"}).status_code == 302
    venue.refresh_from_db()
    assert (venue.city, venue.zone, venue.longitude) == ("Hamburg", ZONE, Decimal("9.97"))
    row = AuditRow.objects.get(verb="events_directory.venue.changed")
    assert sorted(row.after) == ["address", "city", "latitude", "longitude"]


def test_another_organisations_venue_is_not_there(client, gus, other_shop, venue):
    client.force_login(gus)
    assert client.get(f"/partner/gus/venues/{venue.pk}/").status_code == 404
