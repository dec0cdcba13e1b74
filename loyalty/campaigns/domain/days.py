"""Instants as days on a calendar, and moved to other days: the time on the wall stays."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from members.domain.calendar import local_date, start_of_day

DAY, LEAST = timedelta(days=1), timedelta(microseconds=1)


def last_day(until: datetime, zone: str) -> date:
    """The last day on which something is that ends before `until`: up to midnight is the day before."""
    return local_date(until - LEAST, zone)


def days_of(
    starts_at: datetime | None, ends_at: datetime | None, zone: str
) -> tuple[date | None, date | None]:
    """The first and the last day of what lasts from one instant until before another."""
    first = local_date(starts_at, zone) if starts_at else None
    return first, last_day(ends_at, zone) if ends_at else None


def begun_on(day: date, at: datetime | None, zone: str) -> datetime:
    """A beginning on another day at the same time of day; without one so far, the day's first instant."""
    if at is None:
        return start_of_day(day, zone)
    return _on(day, at, zone)


def ended_on(day: date, until: datetime | None, zone: str) -> datetime:
    """An end such that `day` is the last one, at the same time of day; without one so far, the day's end."""
    if until is None:
        return start_of_day(day + DAY, zone)
    return _on(local_date(until, zone) + (day - last_day(until, zone)), until, zone)


def _on(day: date, at: datetime, zone: str) -> datetime:
    """What the clocks skip on that day is read as the instant after the gap (PEP 495)."""
    local = at.astimezone(ZoneInfo(zone))
    return datetime.combine(day, local.time(), ZoneInfo(zone)).astimezone(UTC)
