"""A rule as it is evaluated: compiled once from a published version."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from loyalty.audiences.domain.conditions import BadTreeError, Node, Test, parse
from loyalty.audiences.domain.fields import Catalogue
from members.domain.money import to_minor

WINDOWS = ("hour", "day", "week", "month", "year", "life")


@dataclass(frozen=True, slots=True)
class Wait:
    """What a pending accrual waits for: an activity kind, a number of days, or a date."""

    confirmed_by: str = ""
    cancelled_by: str = ""
    days: int | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Earn:
    """Points: `amount` at once, or `points` for each whole `per` (a money text) of the order's base.

    `categories` narrows the base to lines of these categories.
    """

    unit: str
    amount: int | None = None
    points: int = 1
    per: str | None = None
    categories: frozenset[str] = frozenset()
    wait: Wait | None = None


@dataclass(frozen=True, slots=True)
class Multiply:
    """More of what `Earn … per` rules gave for the same order: `factor` 2 doubles."""

    unit: str
    factor: Decimal
    categories: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class GiveBadge:
    """A badge, by its slug."""

    badge: str


@dataclass(frozen=True, slots=True)
class OpenDoor:
    """An access by name, for a number of days (None: for good)."""

    name: str
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Extend:
    """A longer life: everything of a unit that the member has lives at least so many days more."""

    unit: str
    days: int


Effect = Earn | Multiply | GiveBadge | OpenDoor | Extend


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

    def covers(self, at: datetime) -> bool:
        """Whether the rule was in force at this instant."""
        return (self.starts_at is None or self.starts_at <= at) and (
            self.ends_at is None or at < self.ends_at
        )


def compile_effects(effects: Any) -> tuple[Effect, ...]:
    """The effects of a version. Raises BadTreeError naming the fault and its place."""
    if not isinstance(effects, list) or not 1 <= len(effects) <= 20:
        raise BadTreeError("/effects", "expected 1 to 20 effects")
    return tuple(_effect(effect, f"/effects/{place}") for place, effect in enumerate(effects))


def compile_limit(limit: Any) -> Limit | None:
    """The limit of a version (None when it has none)."""
    if not limit:
        return None
    if not isinstance(limit, dict) or limit.get("per") not in WINDOWS:
        raise BadTreeError("/limit/per", f"expected one of {', '.join(WINDOWS)}")
    times = _whole(limit, "times", "/limit")
    units = _whole(limit, "units", "/limit")
    if times is None and units is None:
        raise BadTreeError("/limit", "expected times or units")
    return Limit(limit["per"], times, units)


def compile_condition(tree: Any, catalogue: Catalogue) -> Node:
    """The condition of a version."""
    return parse(tree, catalogue)


def _effect(effect: Any, pointer: str) -> Effect:
    kind = effect.get("kind") if isinstance(effect, dict) else None
    if kind == "earn":
        return _earn(effect, pointer)
    if kind == "multiply":
        try:
            factor = Decimal(str(effect.get("factor")))
        except InvalidOperation:
            factor = Decimal(0)
        if not factor.is_finite() or not 1 < factor <= 100:
            raise BadTreeError(f"{pointer}/factor", "expected a factor between 1 and 100")
        return Multiply(_word(effect, "unit", pointer), factor, _words(effect, pointer))
    if kind == "badge":
        return GiveBadge(_word(effect, "badge", pointer))
    if kind == "access":
        return OpenDoor(_word(effect, "name", pointer), _whole(effect, "days", pointer))
    if kind == "extend":
        days = _whole(effect, "days", pointer)
        if days is None or days > 3660:
            raise BadTreeError(f"{pointer}/days", "expected a number of days, up to ten years")
        return Extend(_word(effect, "unit", pointer), days)
    raise BadTreeError(f"{pointer}/kind", "expected earn, multiply, badge, access or extend")


def _earn(effect: Mapping[str, Any], pointer: str) -> Earn:
    amount, per = _whole(effect, "amount", pointer), effect.get("per")
    if (amount is None) == (per is None):
        raise BadTreeError(pointer, "expected either an amount, or points per an amount of money")
    if per is not None:
        try:
            if not isinstance(per, str) or to_minor(per, "EUR") <= 0:
                raise ValueError
        except ValueError:
            raise BadTreeError(f"{pointer}/per", "expected an amount of money like 1.00") from None
    return Earn(
        unit=_word(effect, "unit", pointer),
        amount=amount,
        points=_whole(effect, "points", pointer) or 1,
        per=per,
        categories=_words(effect, pointer),
        wait=_wait(effect.get("pending"), f"{pointer}/pending"),
    )


def _wait(pending: Any, pointer: str) -> Wait | None:
    if pending is None:
        return None
    if not isinstance(pending, dict):
        raise BadTreeError(pointer, "expected an object")
    days = _whole(pending, "days", pointer)
    confirmed_by, on = pending.get("until", ""), _date(pending.get("on"), f"{pointer}/on")
    if sum(map(bool, (days, confirmed_by, on))) != 1:
        raise BadTreeError(pointer, "expected either days, or on a date, or until an activity")
    return Wait(confirmed_by, pending.get("cancelled_by", ""), days, on)


def _date(value: Any, pointer: str) -> date | None:
    try:
        return None if value is None else date.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadTreeError(pointer, "expected a date like 2026-12-24") from None


def _word(effect: Mapping[str, Any], name: str, pointer: str) -> str:
    value = effect.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 80:
        raise BadTreeError(f"{pointer}/{name}", "expected a name")
    return value


def _words(effect: Mapping[str, Any], pointer: str) -> frozenset[str]:
    value = effect.get("categories", [])
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        raise BadTreeError(f"{pointer}/categories", "expected a list of categories")
    return frozenset(value)


def _whole(holder: Mapping[str, Any], name: str, pointer: str) -> int | None:
    value = holder.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= 10**9:
        raise BadTreeError(f"{pointer}/{name}", "expected a whole number above 0")
    return value
