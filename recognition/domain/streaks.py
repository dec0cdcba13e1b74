"""How long a member has kept something up: a replay of the days on which they did it.

What counts is a turn: a week, which begins on Monday, or a day. It counts once, whatever was done in it, and
goes by its first day. Turns that were missed are bridged by freezes, so many in each period; where they do
not reach, the streak ends. A day that is told late can heal a gap.
`docs/algorithms/streaks.md` has a worked table.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from recognition.domain.achievements import period_of

DAY, WEEK = "day", "week"
LENGTHS = {DAY: timedelta(days=1), WEEK: timedelta(days=7)}


def turn_of(every: str, day: date) -> date:
    """The first day of the turn that `day` lies in."""
    return day - timedelta(days=day.weekday()) if every == WEEK else day


@dataclass(frozen=True, slots=True)
class Terms:
    """A turn is a day or a week (`every`). `freezes` missed turns in each `period` (week, month or year) do
    not end it; a turn belongs to the period of its first day."""

    freezes: int = 0
    period: str = "month"
    milestones: tuple[int, ...] = ()
    every: str = DAY


@dataclass(frozen=True, slots=True)
class Run:
    """Turns in a row, each by its first day: how many were kept, and those that freezes bridged."""

    turns: tuple[date, ...]
    frozen: tuple[date, ...] = ()

    @property
    def first(self) -> date:
        """The first turn."""
        return self.turns[0]

    @property
    def last(self) -> date:
        """The last turn that was kept."""
        return self.turns[-1]

    @property
    def length(self) -> int:
        """How many turns were kept; frozen ones count for nothing."""
        return len(self.turns)

    def reached_on(self, milestone: int) -> date | None:
        """The turn in which it became so long, if it did."""
        return self.turns[milestone - 1] if milestone <= len(self.turns) else None


@dataclass(frozen=True, slots=True)
class Standing:
    """Today: the run that goes on (None: there is none), whether today's turn is kept already, the freezes
    that are left in its period, and the longest run there was."""

    run: Run | None
    is_kept_now: bool
    freezes_left: int
    longest: int


def runs(terms: Terms, kept: Iterable[date]) -> list[Run]:
    """The runs that these days make, in order."""
    found: list[Run] = []
    used: Counter[str] = Counter()
    for turn in sorted({turn_of(terms.every, day) for day in kept}):
        last = found[-1] if found else None
        missed = _between(terms, last.last, turn) if last else None
        if last is not None and missed is not None and _bridge(terms, missed, used):
            found[-1] = Run((*last.turns, turn), (*last.frozen, *missed))
        else:
            found.append(Run((turn,)))
    return found


def standing(terms: Terms, kept: Iterable[date], *, today: date) -> Standing:
    """Where somebody stands today. Today's turn is not missed until it is over."""
    now = turn_of(terms.every, today)
    found = [run for run in runs(terms, kept) if run.first <= now]
    used = Counter(period_of(terms.period, turn) for run in found for turn in run.frozen)
    last = found[-1] if found else None
    if last is not None:
        missed = _between(terms, last.last, now)
        if missed is None or not _bridge(terms, missed, used):
            last = None
    return Standing(
        run=last,
        is_kept_now=last is not None and last.last >= now,
        freezes_left=max(terms.freezes - used[period_of(terms.period, now)], 0),
        longest=max((run.length for run in found), default=0),
    )


def news(
    found: Iterable[Run], milestones: Iterable[int], told: Iterable[tuple[int, date]]
) -> Iterator[tuple[int, date]]:
    """The milestones that runs have reached and that nobody was told of: (milestone, turn) each.

    One that was told stays with the run that now holds its turn, so a healed gap tells nothing twice.
    """
    told = set(told)
    for run in found:
        for milestone in sorted(set(milestones)):
            turn = run.reached_on(milestone)
            known = any(run.first <= on <= run.last for which, on in told if which == milestone)
            if turn is not None and not known:
                yield milestone, turn


def _between(terms: Terms, last: date, turn: date) -> list[date] | None:
    """The turns between; None when there are more than any freezes could bridge (a year)."""
    length = LENGTHS[terms.every]
    gap = (turn - last) // length - 1
    return (
        None
        if gap * length > timedelta(days=366)
        else [last + length * n for n in range(1, gap + 1)]
    )


def _bridge(terms: Terms, missed: list[date], used: Counter[str]) -> bool:
    """Whether freezes bridge these turns; then they are used."""
    needed = Counter(period_of(terms.period, turn) for turn in missed)
    if any(used[period] + turns > terms.freezes for period, turns in needed.items()):
        return False
    used.update(needed)
    return True
