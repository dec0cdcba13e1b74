"""How long a member has kept something up: a replay of the days on which they did it.

A day counts once, whatever was done on it. Days that were missed are bridged by freezes, so many in each
period; where they do not reach, the streak ends. A day that is told late can heal a gap.
`docs/algorithms/streaks.md` has a worked table.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from recognition.domain.achievements import period_of

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Terms:
    """`freezes` missed days in each `period` (week, month or year) do not end it."""

    freezes: int = 0
    period: str = "month"
    milestones: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """Days in a row: the first, the last, how many were kept, and those that freezes bridged."""

    days: tuple[date, ...]
    frozen: tuple[date, ...] = ()

    @property
    def first(self) -> date:
        """The first day."""
        return self.days[0]

    @property
    def last(self) -> date:
        """The last day that was kept."""
        return self.days[-1]

    @property
    def length(self) -> int:
        """How many days were kept; frozen days count for nothing."""
        return len(self.days)

    def reached_on(self, milestone: int) -> date | None:
        """The day on which it became so long, if it did."""
        return self.days[milestone - 1] if milestone <= len(self.days) else None


@dataclass(frozen=True, slots=True)
class Standing:
    """Today: the run that goes on (None: there is none), whether today is kept already, the freezes that
    are left in today's period, and the longest run there was."""

    run: Run | None
    is_kept_today: bool
    freezes_left: int
    longest: int


def runs(terms: Terms, kept: Iterable[date]) -> list[Run]:
    """The runs that these days make, in order."""
    found: list[Run] = []
    used: Counter[str] = Counter()
    for day in sorted(set(kept)):
        last = found[-1] if found else None
        missed = _between(last.last, day) if last else None
        if last is not None and missed is not None and _bridge(terms, missed, used):
            found[-1] = Run((*last.days, day), (*last.frozen, *missed))
        else:
            found.append(Run((day,)))
    return found


def standing(terms: Terms, kept: Iterable[date], *, today: date) -> Standing:
    """Where somebody stands today. Today itself is not missed until it is over."""
    found = [run for run in runs(terms, kept) if run.first <= today]
    used = Counter(period_of(terms.period, day) for run in found for day in run.frozen)
    last = found[-1] if found else None
    if last is not None:
        missed = _between(last.last, today)
        if missed is None or not _bridge(terms, missed, used):
            last = None
    return Standing(
        run=last,
        is_kept_today=last is not None and last.last >= today,
        freezes_left=max(terms.freezes - used[period_of(terms.period, today)], 0),
        longest=max((run.length for run in found), default=0),
    )


def news(
    found: Iterable[Run], milestones: Iterable[int], told: Iterable[tuple[int, date]]
) -> Iterator[tuple[int, date]]:
    """The milestones that runs have reached and that nobody was told of: (milestone, day) each.

    One that was told stays with the run that now holds its day, so a healed gap tells nothing twice.
    """
    told = set(told)
    for run in found:
        for milestone in sorted(set(milestones)):
            day = run.reached_on(milestone)
            known = any(run.first <= on <= run.last for which, on in told if which == milestone)
            if day is not None and not known:
                yield milestone, day


def _between(last: date, day: date) -> list[date] | None:
    """The days between; None when there are more than any freezes could bridge (a year)."""
    gap = (day - last).days - 1
    return None if gap > 366 else [last + DAY * n for n in range(1, gap + 1)]


def _bridge(terms: Terms, missed: list[date], used: Counter[str]) -> bool:
    """Whether freezes bridge these days; then they are used."""
    needed = Counter(period_of(terms.period, day) for day in missed)
    if any(used[period] + days > terms.freezes for period, days in needed.items()):
        return False
    used.update(needed)
    return True
