"""A calendar file (RFC 5545) from plain values. The text depends on the values alone, never on now."""

from collections.abc import Sequence
from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event
from icalendar.prop import vDuration

from events_directory.domain.listing_line import Line

REFRESH = timedelta(hours=1)


def write(name: str, lines: Sequence[Line]) -> bytes:
    """The calendar `name` with these lines, folded at 75 octets, lines ended with CRLF.

    No METHOD: it would ask for an ORGANIZER in every entry, and nobody is invited by a public feed.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Laurel//Directory//EN")
    calendar.add("version", "2.0")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar["refresh-interval"] = vDuration(REFRESH)
    calendar["refresh-interval"].params["value"] = "DURATION"
    calendar.add("x-published-ttl", vDuration(REFRESH).to_ical().decode())
    for line in lines:
        calendar.add_component(_entry(line))
    if lines:
        calendar.add_missing_timezones(
            first_date=date(min(line.starts_at for line in lines).year - 1, 1, 1),
            last_date=date(max(line.ends_at for line in lines).year + 2, 1, 1),
        )
    return calendar.to_ical()


def _entry(line: Line) -> Event:
    zone = ZoneInfo(line.zone)
    ends = line.ends_at.astimezone(zone)
    entry = Event()
    entry.add("uid", line.uid)
    entry.add("dtstamp", line.changed_at.astimezone(UTC))
    entry.add("last-modified", line.changed_at.astimezone(UTC))
    entry.add("dtstart", line.starts_at.astimezone(zone))
    # The second of two equal wall times cannot be written with a zone: readers take the first.
    entry.add("dtend", line.ends_at.astimezone(UTC) if ends.fold else ends)
    entry.add("sequence", line.sequence)
    entry.add("status", "CANCELLED" if line.is_cancelled else "CONFIRMED")
    entry.add("summary", line.title)
    entry.add("description", line.description)
    entry.add("location", line.place)
    entry.add("categories", [line.category])
    entry.add("url", line.url)
    if line.position is not None:
        entry.add("geo", line.position)
    return entry
