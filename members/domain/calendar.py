"""Dates as people mean them: months that clip, days that begin in the member's own zone."""

from calendar import isleap, monthrange
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Every IANA zone name that exists."""
    return frozenset(available_timezones())


def is_day_of_year(month: int, day: int) -> bool:
    """Whether this month has this day in some year (29 February counts)."""
    return 1 <= month <= 12 and 1 <= day <= monthrange(2024, month)[1]


def local_date(at: datetime, zone: str) -> date:
    """The calendar date of an instant in a zone."""
    return at.astimezone(ZoneInfo(zone)).date()


def start_of_day(day: date, zone: str) -> datetime:
    """The first instant of a local date, in UTC.

    Where midnight happens twice, the first. Where it does not exist (some zones change at 0:00),
    PEP 495 reads it with the offset from before the gap, which is the first instant after it.
    """
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def add_months(day: date, months: int) -> date:
    """The same day so many months later, clipped to the month's end (31 Jan + 1 = 28 or 29 Feb)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def mmdd_in(year: int, mmdd: int) -> date:
    """The date on which a yearly day falls: 29 February is 28 February in other years."""
    month, day = divmod(mmdd, 100)
    if mmdd == 229 and not isleap(year):
        day = 28
    return date(year, month, day)
