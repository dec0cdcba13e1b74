"""When a person looks first: too many, too much, or far more than this member usually does."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

EARN, SPEND = "earn", "spend"


@dataclass(frozen=True, slots=True)
class Watch:
    """One rule for looking first. `subjects` are activity kinds or rewards, all when there are none.

    More than `most_times`, or more than `most_units` points of `unit`, within `window`; or an amount
    above `factor` times the median of the member's last `last` ones, once there are `least` of them.
    """

    slug: str
    side: str
    subjects: frozenset[str] = frozenset()
    window: timedelta | None = None
    most_times: int | None = None
    most_units: int | None = None
    unit: str = ""
    factor: Decimal | None = None
    last: int = 10
    least: int = 3

    def watches(self, side: str, subject: str) -> bool:
        """Whether it looks at this."""
        return self.side == side and (not self.subjects or subject in self.subjects)


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a rule found: the code says which of its questions, what was seen, and what it allows."""

    rule: str
    code: str
    seen: str
    most: str

    def compact(self) -> dict[str, Any]:
        """As it is stored."""
        return {"rule": self.rule, "code": self.code, "seen": self.seen, "most": self.most}


def busiest(times: Sequence[datetime], at: datetime, window: timedelta) -> int:
    """The most that happened within any `window` that `at` falls into, this one counted; so it makes no
    difference in which order they were told. A window leaves out the instant it ends at."""
    near = sorted([each for each in times if at - window < each < at + window] + [at])
    until = bisect_right(near, at)
    return max(bisect_left(near, near[place] + window) - place for place in range(until))


def too_many(watch: Watch, times: Sequence[datetime], at: datetime) -> Doubt | None:
    """Whether this one, beside those at `times`, is more than the watch allows."""
    if watch.most_times is None or watch.window is None:
        return None
    seen = busiest(times, at, watch.window)
    if seen <= watch.most_times:
        return None
    return Doubt(watch.slug, "times", str(seen), str(watch.most_times))


def too_much(watch: Watch, units: int) -> Doubt | None:
    """Whether so many points within the window are more than the watch allows."""
    if watch.most_units is None or units <= watch.most_units:
        return None
    return Doubt(watch.slug, "units", str(units), str(watch.most_units))


def unusual(watch: Watch, amount: Decimal, earlier: Sequence[Decimal]) -> Doubt | None:
    """Whether an amount is far above the median of those before it, the newest first."""
    known = earlier[: watch.last]
    if watch.factor is None or len(known) < watch.least:
        return None
    most = Decimal(median(known)) * watch.factor
    if amount <= most:
        return None
    return Doubt(watch.slug, "amount", f"{amount:f}", f"{most.normalize():f}")
