"""From scores to places. `docs/algorithms/ranking.md` tells it in words with a worked table.

Listing is always by (points down, moment of reaching them, opaque id); the tie rule only decides which
number stands before the name. Equal points never depend on anything but that order, so a page begins
where the one before ended.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Ties(StrEnum):
    """What equal points mean: 1,2,2,4 (competition), 1,2,2,3 (dense) or 1,2,3,4 (unique)."""

    COMPETITION = "competition"
    DENSE = "dense"
    UNIQUE = "unique"


@dataclass(frozen=True, slots=True)
class Score:
    """What somebody has on a board. `opaque` stands for them on this board and nowhere else."""

    member: int
    points: int
    reached_at: datetime
    opaque: str

    @property
    def order(self) -> tuple[int, datetime, str]:
        """Sorts the best first."""
        return -self.points, self.reached_at, self.opaque


@dataclass(frozen=True, slots=True)
class Above:
    """What is known of the rows listed before a page: how many, how many different totals, and how
    many have more points than its first row."""

    rows: int = 0
    totals: int = 0
    better: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """A row of a board."""

    rank: int
    score: Score


def rank(rule: Ties, *, rows: int, totals: int, better: int) -> int:
    """The number before a name: `rows` are listed before it, `better` have more points, and those
    have `totals` different totals."""
    match rule:
        case Ties.COMPETITION:
            return better + 1
        case Ties.DENSE:
            return totals + 1
        case _:
            return rows + 1


def places(scores: Iterable[Score], *, rule: Ties, above: Above | None = None) -> list[Place]:
    """Number a run of scores that is in order. `above` describes what is listed before the run;
    its `better` and `totals` count rows with more points than the run's first."""
    above = above or Above()
    rows, totals, better = above.rows, above.totals, above.better
    found: list[Place] = []
    for score in scores:
        if found and score.points < found[-1].score.points:
            better, totals = rows, totals + 1
        found.append(Place(rank(rule, rows=rows, totals=totals, better=better), score))
        rows += 1
    return found


def ordered(scores: Iterable[Score]) -> list[Score]:
    """Scores in the order they are listed."""
    return sorted(scores, key=lambda score: score.order)
