"""How a micro-event comes again, as a rule of RFC 5545 that always ends."""

from dataclasses import dataclass
from datetime import date, datetime, time

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WEEKLY, MONTHLY = "WEEKLY", "MONTHLY"
#: The last of a month, whichever that is.
LAST = -1
#: At most so many dates come of one rule.
MOST = 100


@dataclass(frozen=True, slots=True)
class Repeat:
    """Every week on `weekdays` (0 is Monday), or every month on the `nth` of one weekday.

    It ends after `count` dates, or with the day `until`: one of both. Times are those of a wall, so the
    rule knows no zone.
    """

    frequency: str
    weekdays: tuple[int, ...]
    nth: int = 0
    count: int | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        """Refuse what is no rule of ours."""
        is_weekly = self.frequency == WEEKLY and self.nth == 0 and len(self.weekdays) >= 1
        is_monthly = (
            self.frequency == MONTHLY and self.nth in (1, 2, 3, 4, LAST) and len(self.weekdays) == 1
        )
        if not (is_weekly or is_monthly) or not all(0 <= day < 7 for day in self.weekdays):
            raise ValueError("not a weekly or monthly rule")
        if (self.count is None) == (self.until is None):
            raise ValueError("a rule ends after a number of dates or with a day")

    @property
    def rule(self) -> str:
        """The RRULE. UNTIL is a wall's time, as DTSTART is."""
        nth = str(self.nth) if self.nth else ""
        days = ",".join(f"{nth}{DAYS[day]}" for day in sorted(set(self.weekdays)))
        if self.until is None:
            end = f"COUNT={self.count}"
        else:
            end = f"UNTIL={datetime.combine(self.until, time(23, 59, 59)):%Y%m%dT%H%M%S}"
        return f"FREQ={self.frequency};BYDAY={days};{end}"

    @classmethod
    def read(cls, rule: str) -> "Repeat":
        """The repeat that a `rule` of ours says; ValueError for any other text."""
        parts = dict(part.split("=", 1) for part in rule.split(";"))
        days = parts["BYDAY"].split(",")
        nth = {int(day[:-2] or 0) for day in days}
        if len(nth) != 1:
            raise ValueError(rule)
        return cls(
            parts["FREQ"],
            tuple(DAYS.index(day[-2:]) for day in days),
            nth.pop(),
            count=int(parts["COUNT"]) if "COUNT" in parts else None,
            until=date.fromisoformat(parts["UNTIL"][:8]) if "UNTIL" in parts else None,
        )


def nth_of(day: date) -> int:
    """Which of its weekday a day is in its month: 1 to 4, or the last for a fifth."""
    nth = (day.day - 1) // 7 + 1
    return nth if nth < 5 else LAST
