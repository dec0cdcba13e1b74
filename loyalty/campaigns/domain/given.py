"""What rules give, before it is given; and what there is to give."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from loyalty.campaigns.domain.effects import Deduct, Earn
from loyalty.campaigns.domain.reading import Wait
from loyalty.campaigns.domain.rules import Rule
from members.domain.sentences import kept


@dataclass(frozen=True, slots=True)
class Given:
    """One effect of one rule. `kind` is "points", "deduction", "badge", "step", "streak", "reward", "access",
    "tier", "tag", "attribute", "message", "webhook" or "extension"; `name` the badge, door, … it is about;
    `amount` points or steps."""

    rule: Rule
    place: int
    kind: str
    why: str
    unit: str = ""
    amount: int | None = None
    name: str = ""
    wait: Wait | None = None
    until: datetime | None = None

    @property
    def effect(self) -> Any:
        """The rule's effect that gives it."""
        return self.rule.effects[self.place]


@dataclass(slots=True)
class Supply:
    """What there is to give just now: shared by everybody in a batch, and changed as it is given.

    `missing` says, by (kind, name), why something cannot be given at all; `left` how many pieces there are
    of a reward that is counted.
    """

    missing: dict[tuple[str, str], str] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)


#: How often the activity was done before: by the member, and with the container that it names.
DONE = ("history.same_kind", "history.same_serial")


def done_before(rule: Rule, facts: Mapping[str, Any]) -> tuple[int, ...]:
    """How often it was done before, where the rule pays on some of the times only."""
    if not any(isinstance(each, Earn | Deduct) and each.nth for each in rule.effects):
        return ()
    return tuple(facts.get(name) or 0 for name in DONE)


def on_turn(due: list[Given], facts: Mapping[str, Any]) -> tuple[list[Given], str]:
    """What of this is due this time, and in words what is due at other times only."""
    chosen, why = [], ""
    for item in due:
        ladder = item.effect.nth if isinstance(item.effect, Earn | Deduct) else None
        if ladder is None or ladder.pays(facts):
            chosen.append(item)
        else:
            why = kept("It pays on these times only: %(times)s") % {
                "times": ", ".join(map(str, ladder.times))
            }
    return chosen, why


def fitting(
    due: list[Given], supply: Supply, wallets: Mapping[str, int]
) -> tuple[list[Given], str]:
    """What of this can be given just now, a deduction cut to what the member has; and why not the rest."""
    chosen, why = [], ""
    if all(item.kind == "points" for item in due):
        return due, why
    left, purse = dict(supply.left), dict(wallets)
    for item in due:
        missing = supply.missing.get((item.kind, item.name), "")
        if item.kind == "reward" and not missing and left.get(item.name, 1) <= 0:
            missing = kept("None is left of %(name)s") % {"name": item.name}
        if item.kind == "deduction":
            amount = min(item.amount or 0, purse.get(item.unit, 0))
            missing = "" if amount else kept("There were no points to take")
            item = replace(item, amount=amount)
        if missing:
            why = missing
        else:
            chosen.append(item)
            _count(item, left, purse)
    return chosen, why


def draw(given: list[Given], supply: Supply, wallets: dict[str, int]) -> None:
    """Count what was given as gone."""
    for item in given:
        _count(item, supply.left, wallets)


def _count(item: Given, left: dict[str, int], wallets: dict[str, int]) -> None:
    if item.kind == "reward" and item.name in left:
        left[item.name] -= 1
    elif item.kind == "deduction":
        wallets[item.unit] = wallets.get(item.unit, 0) - (item.amount or 0)
