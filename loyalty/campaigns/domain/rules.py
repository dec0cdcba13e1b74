"""A rule as it is evaluated: compiled once from a published version."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from loyalty.audiences.domain.conditions import BadTreeError, Node, parse
from loyalty.audiences.domain.fields import Catalogue
from loyalty.campaigns.domain.codes import fold
from loyalty.campaigns.domain.effects import Effect
from loyalty.campaigns.domain.reading import whole

WINDOWS = ("hour", "day", "week", "month", "year", "life")


@dataclass(frozen=True, slots=True)
class Limit:
    """For one member, in one window: at most so many times, at most so many units."""

    per: str
    times: int | None = None
    units: int | None = None


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
