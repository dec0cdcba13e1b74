"""What a scan of a ticket means."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

DOORS_OPEN_BEFORE = timedelta(hours=2)
DOORS_CLOSE_AFTER = timedelta(hours=6)


class Result(StrEnum):
    """The code that the person at the door reads."""

    OK = "ok"
    ALREADY = "already"
    WRONG_OCCURRENCE = "wrong_occurrence"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Door:
    """The occurrence at whose door the scan happened."""

    occurrence: int
    starts_at: datetime
    ends_at: datetime
    is_cancelled: bool

    @property
    def opens_at(self) -> datetime:
        """The first instant at which a ticket is taken."""
        return self.starts_at - DOORS_OPEN_BEFORE

    @property
    def closes_at(self) -> datetime:
        """The last instant at which a ticket is taken."""
        return self.ends_at + DOORS_CLOSE_AFTER


@dataclass(frozen=True, slots=True)
class Ticket:
    """What is known of the ticket that was shown."""

    occurrence: int
    is_cancelled: bool
    is_used: bool


def judge(door: Door, ticket: Ticket | None, at: datetime) -> Result:
    """The result of showing `ticket` at `door` at this instant (the device's own).

    A used ticket says so before anything about time, so that the second scan always names the first.
    """
    if ticket is None:
        return Result.UNKNOWN
    if ticket.occurrence != door.occurrence:
        return Result.WRONG_OCCURRENCE
    if ticket.is_cancelled or door.is_cancelled:
        return Result.CANCELLED
    if ticket.is_used:
        return Result.ALREADY
    if at < door.opens_at:
        return Result.TOO_EARLY
    if at > door.closes_at:
        return Result.TOO_LATE
    return Result.OK
