"""Which days a board counts. Windows are half-open: [starts_on, ends_on), in the programme's zone."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

#: The bounds of "all": days outside are nobody's.
EARLIEST, LATEST = date(1970, 1, 1), date(9999, 12, 31)


class Kind(StrEnum):
    """How a board cuts time. Weeks begin on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    ALL = "all"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class Window:
    """The days from `starts_on` up to, not including, `ends_on`. Empty when they meet."""

    kind: Kind
    starts_on: date
    ends_on: date

    def within(self, starts_on: date | None, ends_on: date | None) -> "Window":
        """Cut to a board's own dates (None: no bound)."""
        starts = max(self.starts_on, starts_on or EARLIEST)
        ends = min(self.ends_on, ends_on or LATEST)
        return Window(self.kind, starts, max(starts, ends))

    def __contains__(self, day: date) -> bool:
        return self.starts_on <= day < self.ends_on

    @property
    def last_day(self) -> date:
        """The last day that counts."""
        return self.ends_on - timedelta(days=1)


def window(kind: Kind, day: date) -> Window:
    """The window of this kind that `day` lies in ("all" and "custom" have no bounds of their own)."""
    month = day.replace(day=1)
    match kind:
        case Kind.DAY:
            return Window(kind, day, day + timedelta(days=1))
        case Kind.WEEK:
            monday = day - timedelta(days=day.weekday())
            return Window(kind, monday, monday + timedelta(days=7))
        case Kind.MONTH:
            return Window(kind, month, _months_after(month, 1))
        case Kind.QUARTER:
            start = month.replace(month=month.month - (month.month - 1) % 3)
            return Window(kind, start, _months_after(start, 3))
        case Kind.YEAR:
            return Window(kind, date(day.year, 1, 1), date(day.year + 1, 1, 1))
        case _:
            return Window(kind, EARLIEST, LATEST)


def before(current: Window) -> Window | None:
    """The window of the same kind just before; None for "all" and "custom"."""
    if current.kind in (Kind.ALL, Kind.CUSTOM):
        return None
    return window(current.kind, current.starts_on - timedelta(days=1))


def _months_after(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)
