"""A date of a micro-event in the words of schema.org, for search engines."""

from typing import Any

from events_directory.domain.listing_line import Line

VOCABULARY = "https://schema.org"


def event(line: Line, *, organiser: str, capacity: int, free: int, currency: str) -> dict[str, Any]:
    """The JSON-LD object. A cancelled date says so and offers nothing."""
    status = "EventCancelled" if line.is_cancelled else "EventScheduled"
    available = "InStock" if free and not line.is_cancelled else "SoldOut"
    return {
        "@context": VOCABULARY,
        "@type": "Event",
        "name": line.title,
        "description": line.description,
        "url": line.url,
        "startDate": line.starts_at.isoformat(),
        "endDate": line.ends_at.isoformat(),
        "eventStatus": f"{VOCABULARY}/{status}",
        "eventAttendanceMode": f"{VOCABULARY}/OfflineEventAttendanceMode",
        "location": {"@type": "Place", "name": line.place, "address": line.place},
        "organizer": {"@type": "Organization", "name": organiser},
        "maximumAttendeeCapacity": capacity,
        "remainingAttendeeCapacity": 0 if line.is_cancelled else free,
        "offers": {
            "@type": "Offer",
            "price": "0",
            "priceCurrency": currency,
            "availability": f"{VOCABULARY}/{available}",
            "url": line.url,
        },
    }
