"""Saying in a form that an event comes again."""

from datetime import UTC, date, datetime, time

import pytest
from django.utils import translation

from events_directory.domain.repeats import LAST, MONTHLY, WEEKLY, Repeat
from events_directory.models import MicroEvent, Occurrence
from events_directory.views.repeat_words import said
from members import clock

pytestmark = pytest.mark.django_db
FAR = {"starts": "9999-12-31T18:00"}
NEW = "/partner/elis/events/new/"


@pytest.fixture
def console(client, eli, shop):
    with clock.standing_at(datetime(2026, 10, 1, 12, tzinfo=UTC)):
        client.force_login(eli)
        yield client


@pytest.fixture
def asked(venue):
    return {
        "title": "Mend a radio",
        "category": "repair",
        "venue": venue.pk,
        "starts": "2026-10-13T18:00",
        "capacity": 8,
        "minutes": 90,
        "repeats": "WEEKLY",
        "times": "7",
    }


def test_a_rule_shows_its_next_five_dates_before_it_is_saved(console, asked):
    """UP2: in words, with the next five dates, right across the change of the clock."""
    page = console.post(NEW, asked | {"do": "dates"})
    text = page.content.decode()
    assert (page.status_code, MicroEvent.objects.count()) == (200, 0)
    assert "Every Tuesday at 18:00, 7 times" in text
    for shown in ("Tue 13 Oct 2026, 18:00 CEST", "Tue 27 Oct 2026, 18:00 CET", "Tue 10 Nov 2026"):
        assert shown in text
    assert "Tue 17 Nov 2026" not in text and "and 2 more" in text
    assert 'value="Mend a radio"' in text and 'value="2026-10-13T18:00"' in text
    assert "error-summary" not in text
    console.post(NEW, asked)
    rows = Occurrence.objects.order_by("starts_at")
    assert [row.local_time.hour for row in rows] == [18] * 7
    page = console.get(f"/partner/elis/events/{MicroEvent.objects.get().pk}/").content.decode()
    assert "Every Tuesday at 18:00, 7 times" in page


def test_without_a_title_the_dates_are_shown_all_the_same(console, asked):
    text = console.post(NEW, asked | {"title": "", "do": "dates"}).content.decode()
    assert "Every Tuesday at 18:00, 7 times" in text


def test_the_dates_as_one_fills_in(console, asked):
    """UP2: the piece of the page that is asked for while the form is being filled in."""
    text = console.get("/partner/elis/events/repeat/", asked).content.decode()
    assert "<html" not in text and "Tue 13 Oct 2026, 18:00 CEST" in text
    for unfinished in ({"times": ""}, {"repeats": ""}, {"starts": "soon"}, {"venue": "0"}, FAR):
        text = console.get("/partner/elis/events/repeat/", asked | unfinished).content.decode()
        assert "2026" not in text and 'id="repeat-dates"' in text


def test_a_rule_needs_one_end(console, asked):
    """UA8."""
    for ends in ({"times": ""}, {"last_on": "2026-12-01"}):
        answer = console.post(NEW, asked | ends)
        assert answer.status_code == 422
        assert "one of both" in answer.content.decode()
    assert not MicroEvent.objects.exists()


def test_too_many_dates_are_refused_in_the_preview_and_on_saving(console, asked):
    asked |= {"times": "", "last_on": "2029-10-01", "weekdays": ["0", "1", "2"]}
    assert (
        "These are more than 100 dates"
        in console.post(NEW, asked | {"do": "dates"}).content.decode()
    )
    assert console.post(NEW, asked).status_code == 422
    assert not MicroEvent.objects.exists()


def test_days_of_the_week_and_the_nth_of_the_month(console, asked):
    text = console.post(NEW, asked | {"weekdays": ["3", "1"], "do": "dates"}).content.decode()
    assert "Every Tuesday and Thursday at 18:00, 7 times" in text
    monthly = asked | {"repeats": "MONTHLY", "do": "dates"}
    assert "On the second Tuesday of every month" in console.post(NEW, monthly).content.decode()
    last = console.post(NEW, monthly | {"nth": "-1"}).content.decode()
    assert "On the last Tuesday of every month" in last and "Tue 27 Oct 2026" in last


def test_more_dates_of_an_event_that_is_there(console, drafted):
    path = f"/partner/elis/events/{drafted.pk}/dates/"
    asked = {
        "starts": "2026-10-13T18:00",
        "minutes": 60,
        "capacity": 5,
        "repeats": "MONTHLY",
        "last_on": "2026-12-31",
    }
    text = console.post(path, asked | {"do": "dates"}).content.decode()
    assert "On the second Tuesday of every month at 18:00, until 31 Dec 2026" in text
    assert not Occurrence.objects.exists()
    assert "3 dates are added." in console.post(path, asked, follow=True).content.decode()
    assert Occurrence.objects.count() == 3


@pytest.mark.parametrize(
    ("repeat", "words"),
    [
        (
            Repeat(WEEKLY, (0, 2, 4), count=3),
            "Every Monday, Wednesday and Friday at 18:00, 3 times",
        ),
        (
            Repeat(MONTHLY, (6,), LAST, until=date(2027, 1, 31)),
            "On the last Sunday of every month at 18:00, until 31 Jan 2027",
        ),
    ],
)
def test_rules_in_words(repeat, words):
    """UP2."""
    with translation.override("en"):
        assert said(repeat, time(18)) == words


@pytest.mark.parametrize(
    "starts", ["9999-12-31T23:59", "0001-01-01T00:00", "2026-10-13T18:00+99:00"]
)
def test_a_day_beyond_every_calendar_is_asked_for_again(console, asked, starts):
    odd = asked | {"starts": starts, "times": "2"}
    assert console.get("/partner/elis/events/repeat/", odd).status_code == 200
    for do in ("dates", "save"):
        page = console.post(NEW, odd | {"do": do})
        assert "Enter a date and a time." in page.content.decode()
    assert not MicroEvent.objects.exists()
