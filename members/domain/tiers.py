"""Which tier a member holds when: up at once, down only at a review.

The periods are a pure replay of the status points earned, so the order in which activities arrive
does not matter. `docs/algorithms/tiers.md` walks through an example.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import accumulate

from members.domain.calendar import add_months, local_date, start_of_day


@dataclass(frozen=True, slots=True)
class Rung:
    """A tier on the ladder, by its threshold in status points."""

    threshold: int
    tier_id: int


@dataclass(frozen=True, slots=True)
class Period:
    """A tier held from `starts_at` until `ends_at` (None: still); reviewed at `review_at`."""

    tier_id: int
    starts_at: datetime
    ends_at: datetime | None
    review_at: datetime | None
    cause: str


class Status:
    """Status points over a moving window of months, asked at any instant."""

    def __init__(self, events: Sequence[tuple[datetime, int]], *, months: int, zone: str) -> None:
        ordered = sorted(events)
        self.times = [at for at, _ in ordered]
        self._sums = [0, *accumulate(amount for _, amount in ordered)]
        self._months = months
        self._zone = zone

    def at(self, instant: datetime) -> int:
        """Points earned in the window that ends at (and includes) this instant."""
        opening = self._opening(instant)
        last = bisect_right(self.times, instant)
        first = bisect_right(self.times, opening - timedelta(microseconds=1))
        return self._sums[last] - self._sums[min(first, last)]

    def whole_until(self, instant: datetime) -> date | None:
        """The last local day on which everything that counts at this instant still counts.

        None when nothing counts. To reach a threshold with the least effort, reach it by then.
        """
        opening = self._opening(instant)
        first = bisect_right(self.times, opening - timedelta(microseconds=1))
        if first == bisect_right(self.times, instant):
            return None
        return add_months(local_date(self.times[first], self._zone), self._months) - timedelta(
            days=1
        )

    def _opening(self, instant: datetime) -> datetime:
        """The first instant of the window that ends at this one."""
        return start_of_day(
            add_months(local_date(instant, self._zone), -self._months) + timedelta(days=1),
            self._zone,
        )

    def review_after(self, instant: datetime) -> datetime:
        """When a tier reached at this instant is reviewed: the end of that day, a window later."""
        day = add_months(local_date(instant, self._zone), self._months)
        return start_of_day(day + timedelta(days=1), self._zone)


def replay(
    status: Status, ladder: Sequence[Rung], *, joined_at: datetime, until: datetime
) -> list[Period]:
    """The tier periods from `joined_at` to `until`; the last one is open.

    `ladder` is ordered by threshold and starts at 0.
    """
    thresholds = [rung.threshold for rung in ladder]

    def earned(at: datetime) -> int:
        return max(bisect_right(thresholds, status.at(at)) - 1, 0)

    start = min([joined_at, *status.times[:1]])
    held = 0
    periods = [Period(ladder[0].tier_id, start, None, None, "joined")]

    def move(to: int, at: datetime, cause: str) -> None:
        nonlocal held
        held = to
        periods[-1] = replace(periods[-1], ends_at=at)
        review = status.review_after(at) if to else None
        periods.append(Period(ladder[to].tier_id, at, None, review, cause))

    def review(upto: datetime) -> None:
        while (due := periods[-1].review_at) is not None and due <= upto:
            last_instant = due - timedelta(microseconds=1)
            if (now := earned(last_instant)) < held:
                move(now, due, "not_kept")
            else:
                next_review = status.review_after(last_instant)
                periods[-1] = replace(periods[-1], review_at=next_review)

    for at in status.times:
        if at > until:
            break
        review(at)
        if (now := earned(at)) > held:
            move(now, at, "reached")
    review(until)
    # An upgrade at the very instant of a review leaves a period of no length behind: drop it.
    return [period for period in periods if period.ends_at != period.starts_at]


def tier_at(periods: Sequence[Period], at: datetime) -> int:
    """The tier held at an instant (the first one, before anything happened)."""
    held = periods[0].tier_id
    for period in periods:
        if period.starts_at <= at:
            held = period.tier_id
    return held
