"""A calendar file (RFC 5545) from plain values. The text depends on the values alone, never on now."""

from collections.abc import Sequence
from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse
from icalendar import Calendar, Event
from icalendar.prop import vDuration

from events_directory.domain.listing_line import Line
from events_directory.models import Occurrence

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


def line_of(occurrence: Occurrence, *, site: str) -> Line:
    """The date as plain values, its page under the address `site`; needs `with_place`."""
    event = occurrence.micro_event
    venue = event.venue
    position = None
    if venue.latitude is not None and venue.longitude is not None:
        position = (float(venue.latitude), float(venue.longitude))
    return Line(
        uid=f"{occurrence.uid}@laurel",
        title=event.title,
        description=event.summary or event.description[:500],
        starts_at=occurrence.starts_at,
        ends_at=occurrence.ends_at,
        zone=occurrence.zone,
        place=", ".join(filter(None, (venue.name, venue.address, venue.city))),
        position=position,
        category=event.get_category_display(),
        url=site + reverse("events_directory:micro_event", args=[event.pk]),
        sequence=occurrence.sequence,
        changed_at=max(occurrence.changed_at, event.changed_at),
        is_cancelled=occurrence.is_cancelled,
    )


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
