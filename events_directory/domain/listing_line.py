"""A date of a micro-event as plain values, for everything that is read outside: calendars, search."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Line:
    """One date in the calendar. `uid` never changes, `sequence` grows with time, place and state."""

    uid: str
    title: str
    description: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    place: str
    position: tuple[float, float] | None
    category: str
    url: str
    sequence: int
    changed_at: datetime
    is_cancelled: bool
