"""What a rule would have given for what really happened, added up.

Tallies of different members add up in any order: that is how a back-test is cut into parts.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from heapq import nlargest
from typing import Any

#: How many of those who would have got most are named.
TOP = 10


@dataclass(slots=True)
class Side:
    """One wording's part: how many activities and members it would have paid, its points by unit, and
    by day and unit."""

    hits: int = 0
    members: int = 0
    points: Counter[str] = field(default_factory=Counter)
    by_day: dict[str, Counter[str]] = field(default_factory=dict)

    def give(self, day: str, unit: str, amount: int) -> None:
        """Count points that it would have given on a day."""
        self.points[unit] += amount
        self.by_day.setdefault(day, Counter())[unit] += amount

    def add(self, other: "Side") -> None:
        """Take in another part's."""
        self.hits += other.hits
        self.members += other.members
        self.points.update(other.points)
        for day, points in other.by_day.items():
            self.by_day.setdefault(day, Counter()).update(points)

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "hits": self.hits,
            "members": self.members,
            "points": dict(self.points),
            "by_day": {day: dict(points) for day, points in sorted(self.by_day.items())},
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Side":
        """As it was stored."""
        by_day = {day: Counter(points) for day, points in stored["by_day"].items()}
        return cls(stored["hits"], stored["members"], Counter(stored["points"]), by_day)


@dataclass(slots=True)
class Tally:
    """What a back-test counted.

    `looked_at` are the activities of the kinds that set the rule off; `returned` the points, by unit, of
    orders or parts of orders that came back later; `other` effects besides points, by kind; `unlimited`
    what it would have given without its limit; `overlap` the activities that other campaigns paid too, by
    campaign; `top` who would have got most, `(points, member's reference)`.
    """

    looked_at: int = 0
    tried: Side = field(default_factory=Side)
    live: Side = field(default_factory=Side)
    returned: Counter[str] = field(default_factory=Counter)
    other: Counter[str] = field(default_factory=Counter)
    unlimited: Side = field(default_factory=Side)
    overlap: Counter[str] = field(default_factory=Counter)
    top: list[tuple[int, str]] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Take in another part's, of other members."""
        self.looked_at += other.looked_at
        self.tried.add(other.tried)
        self.live.add(other.live)
        self.returned.update(other.returned)
        self.other.update(other.other)
        self.unlimited.add(other.unlimited)
        self.overlap.update(other.overlap)
        self.name_top([*self.top, *other.top])

    def name_top(self, members: Iterable[tuple[int, str]]) -> None:
        """Keep those who would have got most; of equals the first by reference."""
        self.top = nlargest(TOP, members, key=lambda each: (each[0], _backwards(each[1])))

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "looked_at": self.looked_at,
            "tried": self.tried.as_json(),
            "live": self.live.as_json(),
            "returned": dict(self.returned),
            "other": dict(self.other),
            "unlimited": self.unlimited.as_json(),
            "overlap": dict(self.overlap),
            "top": self.top,
        }

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> "Tally":
        """As it was stored."""
        return cls(
            stored["looked_at"],
            Side.of(stored["tried"]),
            Side.of(stored["live"]),
            Counter(stored["returned"]),
            Counter(stored["other"]),
            Side.of(stored["unlimited"]),
            Counter(stored["overlap"]),
            [(points, ref) for points, ref in stored["top"]],
        )


def _backwards(ref: str) -> tuple[int, ...]:
    return tuple(-ord(letter) for letter in ref)


def lasts_until(by_day: Mapping[str, Mapping[str, int]], budget: int, unit: str) -> str | None:
    """The first day on which a budget of a unit would have been used up; None: it would have lasted."""
    spent = 0
    for day in sorted(by_day):
        spent += by_day[day].get(unit, 0)
        if spent >= budget:
            return day
    return None
