"""A month as weeks of days, and what lies across them."""

from calendar import Calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

#: Years that a calendar shows; others are somebody's slip.
FIRST_YEAR, LAST_YEAR = 2000, 2199
#: What a week of the month shows; the agenda has the rest.
MOST_BARS = 16


class Lying(Protocol):
    """What has a first and a last day; None where it has no such end."""

    @property
    def first(self) -> date | None: ...

    @property
    def last(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class Bar:
    """The part of an entry that lies in one week: from which column (1 to 7) over how many, and whether its
    own first and last day are in it."""

    entry: Any
    column: int
    span: int
    begins: bool
    ends: bool


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from a Monday, what lies across them, and how much more does."""

    days: tuple[date, ...]
    bars: tuple[Bar, ...]
    more: int


def read_month(text: str) -> date | None:
    """The first day of a month told as 2026-11; None for anything else."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return first if len(text) == 7 and FIRST_YEAR <= first.year <= LAST_YEAR else None


def days_of(month: date) -> list[tuple[date, ...]]:
    """The weeks that touch a month."""
    return [tuple(week) for week in Calendar().monthdatescalendar(month.year, month.month)]


def weeks(month: date, entries: Iterable[Lying]) -> Iterator[Week]:
    """The month's weeks with what lies across each, in the order of the entries."""
    told = list(entries)
    for days in days_of(month):
        bars = [bar for entry in told if (bar := _bar(entry, days)) is not None]
        yield Week(days, tuple(bars[:MOST_BARS]), max(0, len(bars) - MOST_BARS))


def _bar(entry: Lying, days: tuple[date, ...]) -> Bar | None:
    first, last = entry.first or days[0], entry.last or days[-1]
    if first > days[-1] or last < days[0]:
        return None
    start, end = max(first, days[0]), min(last, days[-1])
    return Bar(
        entry,
        column=(start - days[0]).days + 1,
        span=(end - start).days + 1,
        begins=entry.first == start,
        ends=entry.last == end,
    )
