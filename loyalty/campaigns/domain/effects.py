"""What a rule gives: every kind of effect, read once from the JSON of a version.

Each kind reads itself (`read`), and all but points say what they promise (`promised`); points depend on
the order and are reckoned in `evaluate`. `docs/algorithms/effects.md` lists what each gives and takes back.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Self

from loyalty.audiences.domain.conditions import BadTreeError
from loyalty.campaigns.domain.reading import (
    MOST_DAYS,
    Ladder,
    Promise,
    Told,
    Wait,
    days,
    end_of,
    needed,
    nth,
    trait,
    wait,
    whole,
    word,
    words,
)
from loyalty.campaigns.domain.telling import Call, Say
from members.domain.money import to_minor
from members.domain.sentences import kept
from members.domain.traits import is_trait_value


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
    nth: Ladder | None = None

    @classmethod
    def read(cls, told: Told, pointer: str) -> Self:
        """From JSON. Raises BadTreeError, as do all of these."""
        amount, per = whole(told, "amount", pointer), told.get("per")
        if (amount is None) == (per is None):
            raise BadTreeError(
                pointer, "expected either an amount, or points per an amount of money"
            )
        if per is not None:
            try:
                if not isinstance(per, str) or to_minor(per, "EUR") <= 0:
                    raise ValueError
            except ValueError:
                raise BadTreeError(
                    f"{pointer}/per", "expected an amount of money like 1.00"
                ) from None
        return cls(
            unit=word(told, "unit", pointer),
            amount=amount,
            points=whole(told, "points", pointer) or 1,
            per=per,
            categories=words(told, pointer),
            wait=wait(told.get("pending"), f"{pointer}/pending"),
            nth=nth(told, pointer),
        )


@dataclass(frozen=True, slots=True)
class Multiply:
    """More of what `Earn … per` rules gave for the same order: `factor` 2 doubles."""

    unit: str
    factor: Decimal
    categories: frozenset[str] = frozenset()

    @classmethod
    def read(cls, told: Told, pointer: str) -> Self:
        """From JSON."""
        try:
            factor = Decimal(str(told.get("factor")))
        except InvalidOperation:
            factor = Decimal(0)
        if not factor.is_finite() or not 1 < factor <= 100:
            raise BadTreeError(f"{pointer}/factor", "expected a factor between 1 and 100")
        return cls(word(told, "unit", pointer), factor, words(told, pointer))


@dataclass(frozen=True, slots=True)
class Deduct:
    """Points taken, as far as there are any; never into debt."""

    unit: str
    amount: int
    nth: Ladder | None = None

    @classmethod
    def read(cls, told: Told, pointer: str) -> Self:
        """From JSON."""
        amount = needed(told, "amount", pointer)
        return cls(word(told, "unit", pointer), amount, nth(told, pointer))

    def promised(self, title: str, at: datetime) -> Promise:
        """Amounts of deductions are positive until they are written."""
        return {"kind": "deduction", "why": title, "unit": self.unit, "amount": self.amount}


@dataclass(frozen=True, slots=True)
class GiveBadge:
    """A badge, by its slug."""

    badge: str

    @classmethod
    def read(cls, told: Told, pointer: str) -> Self:
        """From JSON."""
        return cls(word(told, "badge", pointer))

    @property
    def name(self) -> str:
        """The slug."""
        return self.badge

    def promised(self, title: str, at: datetime) -> Promise:
        """The badge."""
        return {
            "kind": "badge",
            "why": kept("%(campaign)s: badge") % {"campaign": title},
            "name": self.badge,
        }


@dataclass(frozen=True, slots=True)
class Step:
    """Steps towards an achievement, by its slug."""

    achievement: str
    steps: int = 1

    @classmethod
    def read(cls, told: Told, pointer: str) -> Self:
        """From JSON."""
        return cls(word(told, "achievement", pointer), whole(told, "steps", pointer) or 1)

    @property
    def name(self) -> str:
        """The slug."""
        return self.achievement

    def promised(self, title: str, at: datetime) -> Promise:
        """The steps are the amount."""
        why = kept("%(campaign)s: %(steps)s towards %(goal)s") % {
            "campaign": title,
            "steps": self.steps,
            "goal": self.achievement,
        }
        return {"kind": "step", "why": why, "name": self.achievement, "amount": self.steps}


@dataclass(frozen=True, slots=True)
class Mark:
    """A day of a streak, by its slug: the member's own day on which it happened."""

    streak: str

    @classmethod
    def read(cls, told: Told, pointer: str) -> Self:
        """From JSON."""
        return cls(word(told, "streak", pointer))

    @property
    def name(self) -> str:
        """The slug."""
        return self.streak

    def promised(self, title: str, at: datetime) -> Promise:
        """A day of the streak."""
        return {
            "kind": "streak",
            "why": kept("%(campaign)s: a day of %(streak)s")
            % {"campaign": title, "streak": self.streak},
            "name": self.streak,
        }


@dataclass(frozen=True, slots=True)
class GiveReward:
    """A reward of the catalogue, free, by its slug."""

    reward: str

    @classmethod
    def read(cls, told: Told, pointer: str) -> Self:
        """From JSON."""
        return cls(word(told, "reward", pointer))

    @property
    def name(self) -> str:
        """The slug."""
        return self.reward

    def promised(self, title: str, at: datetime) -> Promise:
        """One piece of it."""
        return {"kind": "reward", "why": f"{title}: {self.reward}", "name": self.reward}


@dataclass(frozen=True, slots=True)
class OpenDoor:
    """An access by name, for a number of days (None: for good)."""

    name: str
    days: int | None = None

    @classmethod
    def read(cls, told: Told, pointer: str) -> Self:
        """From JSON."""
        return cls(word(told, "name", pointer), days(told, pointer))

    def promised(self, title: str, at: datetime) -> Promise:
        """The door, and until when it is open."""
        return {"kind": "access", "why": title, "name": self.name, "until": end_of(at, self.days)}


@dataclass(frozen=True, slots=True)
class LiftTier:
    """At least a tier (its slug; `group` where several ladders have one of that name), for some days."""

    tier: str
    days: int
    group: str = ""

    @classmethod
    def read(cls, told: Told, pointer: str) -> Self:
        """From JSON."""
        group = word(told, "group", pointer) if told.get("group") else ""
        lasts = days(told, pointer)
        if lasts is None:
            raise BadTreeError(f"{pointer}/days", f"expected 1 to {MOST_DAYS} days")
        return cls(word(told, "tier", pointer), lasts, group)

    def promised(self, title: str, at: datetime) -> Promise:
        """The tier, named with its ladder."""
        why = kept("%(campaign)s: %(tier)s for %(days)s days") % {
            "campaign": title,
            "tier": self.tier,
            "days": self.days,
        }
        return {"kind": "tier", "why": why, "name": self.name, "until": end_of(at, self.days)}

    @property
    def name(self) -> str:
        """Under which the tier is looked up."""
        return f"{self.group}/{self.tier}"


@dataclass(frozen=True, slots=True)
class PutTag:
    """A tag, for a number of days (None: for good)."""

    tag: str
    days: int | None = None

    @classmethod
    def read(cls, told: Told, pointer: str) -> Self:
        """From JSON."""
        return cls(trait(told, "tag", pointer), days(told, pointer))

    def promised(self, title: str, at: datetime) -> Promise:
        """The tag, and until when."""
        why = kept("%(campaign)s: noted as %(tag)s") % {"campaign": title, "tag": self.tag}
        return {"kind": "tag", "why": why, "name": self.tag, "until": end_of(at, self.days)}


@dataclass(frozen=True, slots=True)
class SetAttribute:
    """A value of an attribute of the member."""

    name: str
    value: str

    @classmethod
    def read(cls, told: Told, pointer: str) -> Self:
        """From JSON."""
        value = told.get("value")
        if not is_trait_value(value):
            raise BadTreeError(f"{pointer}/value", "expected a text of one line")
        return cls(trait(told, "name", pointer), str(value))

    def promised(self, title: str, at: datetime) -> Promise:
        """The attribute; its value is the effect's."""
        why = kept("%(campaign)s: noted that %(name)s is %(value)s") % {
            "campaign": title,
            "name": self.name,
            "value": self.value,
        }
        return {"kind": "attribute", "why": why, "name": self.name}


@dataclass(frozen=True, slots=True)
class Extend:
    """A longer life: everything of a unit that the member has lives at least so many days more."""

    unit: str
    days: int

    @classmethod
    def read(cls, told: Told, pointer: str) -> Self:
        """From JSON."""
        lasts = days(told, pointer)
        if lasts is None:
            raise BadTreeError(f"{pointer}/days", f"expected 1 to {MOST_DAYS} days")
        return cls(word(told, "unit", pointer), lasts)

    def promised(self, title: str, at: datetime) -> Promise:
        """Until when everything lives at least."""
        why = kept("%(campaign)s: your points live %(days)s days more at least") % {
            "campaign": title,
            "days": self.days,
        }
        until = at + timedelta(days=self.days)
        return {"kind": "extension", "why": why, "unit": self.unit, "until": until}


Points = Earn | Multiply
Things = GiveBadge | Step | Mark | GiveReward | OpenDoor | LiftTier | PutTag | SetAttribute
Effect = Points | Things | Deduct | Say | Call | Extend

#: The kinds, by the word that JSON has for them.
KINDS: dict[str, type[Effect]] = {
    "earn": Earn,
    "multiply": Multiply,
    "deduct": Deduct,
    "badge": GiveBadge,
    "achievement": Step,
    "streak": Mark,
    "reward": GiveReward,
    "access": OpenDoor,
    "tier": LiftTier,
    "tag": PutTag,
    "attribute": SetAttribute,
    "message": Say,
    "webhook": Call,
    "extend": Extend,
}
#: So many effects at most in one rule.
MOST_EFFECTS = 20


def compile_effects(effects: Any) -> tuple[Effect, ...]:
    """The effects of a version. Raises BadTreeError naming the fault and its place."""
    if not isinstance(effects, list) or not 1 <= len(effects) <= MOST_EFFECTS:
        raise BadTreeError("/effects", f"expected 1 to {MOST_EFFECTS} effects")
    return tuple(_effect(effect, f"/effects/{place}") for place, effect in enumerate(effects))


def _effect(told: Any, pointer: str) -> Effect:
    kind = told.get("kind") if isinstance(told, dict) else None
    found = KINDS.get(kind) if isinstance(kind, str) else None
    if found is None:
        raise BadTreeError(f"{pointer}/kind", f"expected one of {', '.join(KINDS)}")
    return found.read(told, pointer)
