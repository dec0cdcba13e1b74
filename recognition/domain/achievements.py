"""How far a member is with an achievement: a replay of the steps they took.

The steps are sorted by when they were taken, so the order in which they were told does not matter.
`docs/algorithms/achievements.md` has a worked table.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

PERIODS = ("day", "week", "month", "year", "life")
ONCE, EACH_PERIOD, REPEAT = "once", "each_period", "repeat"


@dataclass(frozen=True, slots=True)
class Terms:
    """What an achievement asks for: `target` steps within a `period`; how often it can be reached; and
    whether, reached again and again, what is on top counts towards the next time (`carries`)."""

    target: int
    period: str = "life"
    recurrence: str = ONCE
    carries: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Taken:
    """Steps taken at an instant, on one of the member's own days; `key` orders those of one instant."""

    at: datetime
    key: str
    day: date
    steps: int


@dataclass(frozen=True, slots=True)
class Tally:
    """One period: the steps that count towards the target now, and those with which it was reached.
    `is_over` when it cannot be reached in this period (again)."""

    period: str
    steps: int
    reached: tuple[Taken, ...] = ()
    is_over: bool = False


def period_of(period: str, day: date) -> str:
    """The name of the period that a local date falls into."""
    year, week, _ = day.isocalendar()
    return {
        "day": day.isoformat(),
        "week": f"{year}-W{week:02}",
        "month": f"{day:%Y-%m}",
        "year": f"{day:%Y}",
        "life": "life",
    }[period]


def last_day_of(period: str, day: date) -> date | None:
    """The last day of the period that a local date falls into; None when it has none."""
    if period == "life":
        return None
    if period == "day":
        return day
    if period == "week":
        return day + timedelta(days=7 - day.isoweekday())
    month = 12 if period == "year" else day.month
    return date(day.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def replay(terms: Terms, taken: Iterable[Taken]) -> list[Tally]:
    """The periods in which steps were taken, in order. What is left in one expires with it."""
    periods: dict[str, list[Taken]] = {}
    for each in sorted(taken):
        periods.setdefault(period_of(terms.period, each.day), []).append(each)
    tallies: list[Tally] = []
    is_done = False
    for name, steps in periods.items():
        tally = _tally(terms, name, steps, is_done=is_done)
        tallies.append(tally)
        is_done = terms.recurrence == ONCE and (is_done or bool(tally.reached))
    return tallies


def _tally(terms: Terms, name: str, taken: list[Taken], *, is_done: bool) -> Tally:
    have, reached = 0, list[Taken]()
    for each in taken:
        if is_done:
            break
        have += each.steps
        while have >= terms.target and not is_done:
            reached.append(each)
            is_done = terms.recurrence != REPEAT
            on_top = have - terms.target if terms.carries else 0
            have = terms.target if is_done else on_top
    return Tally(name, have, tuple(reached), is_done)
