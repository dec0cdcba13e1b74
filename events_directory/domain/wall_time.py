"""From a time on the wall of a venue to an instant.

Where the clock jumps forward over a wall time, it moves forward by the gap; where a wall time happens
twice, the first is meant. Both are PEP 495's reading of `fold=0`.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def instant(day: date, wall: time, zone: str) -> datetime:
    """The instant at which a clock in `zone` shows `wall` on `day`, in UTC."""
    return datetime.combine(day, wall.replace(fold=0), ZoneInfo(zone)).astimezone(UTC)


def span(day: date, wall: time, zone: str, minutes: int) -> tuple[datetime, datetime]:
    """When something that begins so and lasts `minutes` (elapsed, not on the wall) starts and ends."""
    starts_at = instant(day, wall, zone)
    return starts_at, starts_at + timedelta(minutes=minutes)
