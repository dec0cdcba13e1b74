"""`/events.ics`, read by the library that phones trust, and by hand where the bytes matter."""

from datetime import date, time, timedelta

import pytest
import time_machine
from icalendar import Calendar

from events_directory.models import Occurrence
from events_directory.operations import micro_events, occurrences
from members import clock
from tests.conftest import SYSTEM
from tests.events_directory.conftest import evening

pytestmark = pytest.mark.django_db


def read(client, **filters):
    response = client.get("/events.ics", filters)
    assert response.status_code == 200
    return response, Calendar.from_ical(response.content)


def entries(client, **filters) -> list:
    return list(read(client, **filters)[1].walk("VEVENT"))


def test_a_date_is_an_entry_at_the_venues_wall_time(client, occurrence):
    """C19: UID, DTSTAMP, SEQUENCE, LAST-MODIFIED, zone, place."""
    response, calendar = read(client)
    (entry,) = calendar.walk("VEVENT")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert entry["UID"] == f"{occurrence.uid}@laurel"
    assert (entry["SEQUENCE"], entry["STATUS"], entry["SUMMARY"]) == (0, "CONFIRMED", "Mend a lamp")
    starts = entry.decoded("DTSTART")
    assert (starts, starts.strftime("%H:%M")) == (occurrence.starts_at, "18:00")
    assert entry["DTSTART"].params["TZID"] == "Europe/Berlin"
    assert entry.decoded("DTEND") == occurrence.ends_at
    assert entry["LOCATION"] == "The back room, Lindenweg 3"
    assert entry["DTSTAMP"].dt == entry["LAST-MODIFIED"].dt
    assert "METHOD" not in calendar  # it would need an ORGANIZER in every entry
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Europe/Berlin"]
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(hours=1)
    assert calendar["NAME"] == "Laurel"


def test_lines_are_folded_at_75_octets_and_end_with_crlf(client, occurrence, drafted):
    """RFC 5545 3.1: also in the middle of long words of two-byte letters."""
    type(drafted).objects.filter(pk=drafted.pk).update(title="Ä" * 120, summary="ß; , \\ \n" * 20)
    text = read(client)[0].content
    assert text.count(b"\n") == text.count(b"\r\n") > 20
    assert max(len(line) for line in text.split(b"\r\n")) <= 75
    for line in text.split(b"\r\n"):
        line.decode()  # no letter is torn apart
    (entry,) = Calendar.from_ical(text).walk("VEVENT")
    assert (str(entry["SUMMARY"]), str(entry["DESCRIPTION"])) == ("Ä" * 120, "ß; , \\ \n" * 20)


def test_same_filters_as_the_list(client, occurrence, drafted):
    """C19: with filters."""
    evening(drafted, days=30)
    assert len(entries(client)) == 2
    assert len(entries(client, until=occurrence.local_on.isoformat())) == 1
    assert entries(client, category="talk") == []
    assert len(entries(client, q="lamp", neighbourhood="Northgate")) == 2


def test_nothing_changed_is_304_and_a_change_is_seen(client, occurrence):
    """ETag: the text depends on the rows alone, not on when it is asked for."""
    first = client.get("/events.ics")
    again = client.get("/events.ics", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    with time_machine.travel(clock.now() + timedelta(hours=3), tick=False):
        assert client.get("/events.ics")["ETag"] == first["ETag"]
        day = occurrence.local_on + timedelta(days=1)
        occurrences.move(occurrence, local_on=day, local_time=occurrence.local_time, actor=SYSTEM)
    changed = client.get("/events.ics", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    (entry,) = Calendar.from_ical(changed.content).walk("VEVENT")
    assert (entry["UID"], entry["SEQUENCE"]) == (f"{occurrence.uid}@laurel", 1)


def test_what_was_cancelled_stays_thirty_days(client, occurrence, drafted):
    """C21 (narrow): STATUS:CANCELLED with a new SEQUENCE, then gone."""
    micro_events.cancel(drafted, reason="Flood", actor=SYSTEM)
    (entry,) = entries(client)
    assert (entry["STATUS"], entry["SEQUENCE"]) == ("CANCELLED", 1)
    cancelled_at = Occurrence.objects.get().cancelled_at
    with time_machine.travel(cancelled_at + timedelta(days=29), tick=False):
        assert len(entries(client)) == 1
    with time_machine.travel(cancelled_at + timedelta(days=31), tick=False):
        assert entries(client) == []


def test_drafts_never_appear_not_even_cancelled(client, drafted):
    evening(drafted)
    micro_events.cancel(drafted, reason="Changed my mind", actor=SYSTEM)
    assert entries(client) == []


def test_an_end_in_the_repeated_hour_is_not_before_the_start(client, drafted, venue):
    """Calendars: DTEND never before DTSTART, also on the night when the clock goes back."""
    date_of_change = occurrences.add(
        drafted,
        local_on=date(2027, 10, 31),
        local_time=time(2, 30),
        capacity=5,
        minutes=60,
        actor=SYSTEM,
    )
    micro_events.submit(drafted, actor=SYSTEM)
    micro_events.publish(drafted, actor=SYSTEM)
    (entry,) = entries(client)
    starts, ends = entry.decoded("DTSTART"), entry.decoded("DTEND")
    assert (starts.timestamp(), ends.timestamp() - starts.timestamp()) == (
        date_of_change.starts_at.timestamp(),
        3600,
    )


def test_one_question_for_the_whole_feed(client, occurrence, drafted, django_assert_num_queries):
    for days in range(8, 12):
        evening(drafted, days=days)
    with django_assert_num_queries(1):
        client.get("/events.ics")
