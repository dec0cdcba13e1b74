"""Which days count together towards a tier, and how much was earned in them.

`docs/algorithms/tiers.md` has a worked table for each window.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Protocol

from members.domain.calendar import add_months, local_date, start_of_day

DAY = timedelta(days=1)
#: Points, when they were earned, and when they were taken back.
Undone = tuple[datetime, int, datetime]


class Window(Protocol):
    """Calendar arithmetic of a qualifying window; every day is a date in the member's zone."""

    def opening(self, day: date) -> date:
        """The first day that counts together with this one."""

    def last_day(self, day: date) -> date:
        """The last day of the period of somebody who comes to a tier on this day."""

    def next_last_day(self, last_day: date) -> date:
        """The last day of the period that follows one that ended with `last_day`."""

    def counts_until(self, day: date) -> date:
        """The last day on which points earned on this day still count."""


@dataclass(frozen=True, slots=True)
class Rolling:
    """The last so many months; a tier is held for as long."""

    months: int

    def opening(self, day: date) -> date:
        return add_months(day, -self.months) + DAY

    def last_day(self, day: date) -> date:
        return add_months(day, self.months)

    def next_last_day(self, last_day: date) -> date:
        return add_months(last_day, self.months)

    def counts_until(self, day: date) -> date:
        return add_months(day, self.months) - DAY


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms of so many months, end to end, of which one begins on `anchor`.

    The calendar year is anchored on a 1 January, the membership year on the day of joining, fixed
    dates on the day that the programme chose. An anchor that a month lacks is clipped to its end.
    """

    anchor: date
    months: int = 12

    def opening(self, day: date) -> date:
        return self._start(self._number(day))

    def last_day(self, day: date) -> date:
        return self._start(self._number(day) + 1) - DAY

    def next_last_day(self, last_day: date) -> date:
        return self.last_day(last_day + DAY)

    def counts_until(self, day: date) -> date:
        return self.last_day(day)

    def _start(self, number: int) -> date:
        return add_months(self.anchor, number * self.months)

    def _number(self, day: date) -> int:
        """Which term a day is in, counted from the anchor's."""
        apart = (day.year - self.anchor.year) * 12 + day.month - self.anchor.month
        number = apart // self.months
        return number - 1 if day < self._start(number) else number


class Status:
    """Status points over a window, asked at any instant.

    `events` are points and the instants they were earned; `undone` says which of them were taken
    back, and when: until then they counted.
    """

    def __init__(
        self,
        events: Iterable[tuple[datetime, int]],
        *,
        window: Window,
        zone: str,
        undone: Iterable[Undone] = (),
    ) -> None:
        ordered = sorted(events)
        self.times = [at for at, _ in ordered]
        self._sums = [0, *accumulate(amount for _, amount in ordered)]
        self._undone = sorted((max(undone_at, at), at, amount) for at, amount, undone_at in undone)
        self.undone_times = [undone_at for undone_at, _, _ in self._undone]
        self._window = window
        self._zone = zone
        self._openings: dict[date, datetime] = {}

    def at(self, instant: datetime, known: datetime | None = None) -> int:
        """Points earned in the window that ends at (and includes) this instant.

        What was taken back until `known` (default: until then) does not count.
        """
        return self.counted(self.opening(instant), instant, known or instant)

    def counted(self, opening: datetime, instant: datetime, known: datetime) -> int:
        """Points earned from `opening` to `instant` that were not taken back until `known`."""
        first = bisect_left(self.times, opening)
        last = bisect_right(self.times, instant)
        total = self._sums[last] - self._sums[min(first, last)]
        # Nothing is taken back before it was earned, so older ones cannot concern this window.
        for _, at, amount in self._undone[
            bisect_left(self.undone_times, opening) : bisect_right(self.undone_times, known)
        ]:
            if opening <= at <= instant:
                total -= amount
        return total

    def instants(self, since: datetime, until: datetime) -> Sequence[datetime]:
        """When something was earned or taken back from `since` to `until`, in order."""
        found = {
            *self.times[bisect_left(self.times, since) : bisect_right(self.times, until)],
            *self.undone_times[
                bisect_left(self.undone_times, since) : bisect_right(self.undone_times, until)
            ],
        }
        return sorted(found)

    def whole_until(self, instant: datetime) -> date | None:
        """The last local day on which everything that counts at this instant still counts.

        None when nothing counts. To reach a threshold with the least effort, reach it by then.
        """
        first = bisect_left(self.times, self.opening(instant))
        if first == bisect_right(self.times, instant):
            return None
        return self._window.counts_until(local_date(self.times[first], self._zone))

    def opening(self, instant: datetime) -> datetime:
        """The first instant of the window that ends at this one."""
        day = local_date(instant, self._zone)
        if day not in self._openings:
            self._openings[day] = start_of_day(self._window.opening(day), self._zone)
        return self._openings[day]

    def review_after(self, instant: datetime) -> datetime:
        """When a tier that begins at this instant is reviewed: when its period's last day is over."""
        return self._after(self._window.last_day(local_date(instant, self._zone)))

    def next_review(self, review: datetime) -> datetime:
        """When a tier that was kept at this review is reviewed again."""
        last_day = local_date(review, self._zone) - DAY
        return self._after(self._window.next_last_day(last_day))

    def days_after(self, instant: datetime, days: int) -> datetime:
        """The start of the local day so many days after this one's."""
        return start_of_day(local_date(instant, self._zone) + timedelta(days=days), self._zone)

    def _after(self, last_day: date) -> datetime:
        return start_of_day(last_day + DAY, self._zone)
