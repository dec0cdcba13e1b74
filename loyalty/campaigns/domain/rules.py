"""A rule as it is evaluated: compiled once from a published version."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from loyalty.audiences.domain.conditions import BadTreeError, Node, Test, parse
from loyalty.audiences.domain.fields import Catalogue
from loyalty.campaigns.domain.codes import fold
from loyalty.campaigns.domain.effects import Earn, Effect, Multiply
from loyalty.campaigns.domain.reading import whole

WINDOWS = ("hour", "day", "week", "month", "year", "life")


@dataclass(frozen=True, slots=True)
class Limit:
    """For one member, in one window: at most so many times, at most so many units."""

    per: str
    times: int | None = None
    units: int | None = None


@dataclass(frozen=True, slots=True)
class SegmentCap:
    """At most so many units for the members of one segment; `id` is the budget's, `per` its window."""

    id: int
    segment_id: int
    units: int
    per: str = "life"


@dataclass(frozen=True, slots=True)
class Group:
    """Campaigns that stack in one way: all, only the first, or only the best for the member.

    `weights` say what one of each unit counts when what they give is compared; 1 where nothing is said.
    """

    slug: str
    mode: str = "all"
    priority: int = 100
    weights: tuple[tuple[str, Decimal], ...] = ()

    @property
    def order(self) -> tuple[int, str]:
        """Groups are decided by priority, then by name."""
        return self.priority, self.slug

    def worth(self, given: Iterable[tuple[str, int]]) -> Decimal:
        """What these units and amounts count together."""
        weights = dict(self.weights)
        return sum(
            (amount * weights.get(unit, Decimal(1)) for unit, amount in given), start=Decimal(0)
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """A published rule version, ready to be evaluated."""

    version_id: int
    campaign_id: int
    campaign: str
    title: str
    priority: int
    triggers: frozenset[str]
    condition: Node
    effects: tuple[Effect, ...]
    limit: Limit | None = None
    budget: int | None = None
    pays_partly: bool = False
    fund: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    group: Group | None = None
    category: str = ""
    holdout: int = 0
    budget_money: int | None = None
    costs: Mapping[str, Decimal] = field(default_factory=dict)
    segments: tuple[SegmentCap, ...] = ()
    gate: tuple[Test, ...] = ()

    @property
    def is_stacked(self) -> bool:
        """Whether it may have to give way to another campaign."""
        return bool(self.category) or (self.group is not None and self.group.mode != "all")

    @property
    def is_capped(self) -> bool:
        """Whether a budget, in units or in money, counts what it gives."""
        return self.budget is not None or self.budget_money is not None

    @property
    def first_of_points(self) -> int | None:
        """The place of the first effect that gives points: when that is gone, a time of the limit is free."""
        points = (at for at, each in enumerate(self.effects) if isinstance(each, Earn | Multiply))
        return next(points, None)

    @property
    def earns_per_money(self) -> bool:
        """Whether it gives points for money, which multipliers multiply."""
        return any(isinstance(each, Earn) and each.per for each in self.effects)

    def covers(self, at: datetime) -> bool:
        """Whether the rule was in force at this instant."""
        return (self.starts_at is None or self.starts_at <= at) and (
            self.ends_at is None or at < self.ends_at
        )


def compile_limit(limit: Any) -> Limit | None:
    """The limit of a version (None when it has none)."""
    if not limit:
        return None
    if not isinstance(limit, dict) or limit.get("per") not in WINDOWS:
        raise BadTreeError("/limit/per", f"expected one of {', '.join(WINDOWS)}")
    times = whole(limit, "times", "/limit")
    units = whole(limit, "units", "/limit")
    if times is None and units is None:
        raise BadTreeError("/limit", "expected times or units")
    return Limit(limit["per"], times, units)


def compile_condition(tree: Any, catalogue: Catalogue) -> Node:
    """The condition of a version."""
    return fold(parse(tree, catalogue))
