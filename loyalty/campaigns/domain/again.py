"""What an activity brought, reckoned again from what is stored about it: the rule versions that were asked,
how their tests went, and what cut them. Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from loyalty.campaigns.domain.caps import shrink
from loyalty.campaigns.domain.effects import Earn
from loyalty.campaigns.domain.evaluate import due_of
from loyalty.campaigns.domain.given import DONE, on_turn
from loyalty.campaigns.domain.orders import Order
from loyalty.campaigns.domain.returns import holds
from loyalty.campaigns.domain.rules import Rule

#: What keeps a rule whose conditions hold from giving anything.
GAVE_WAY = frozenset({"group", "category", "holdout", "chain"})


@dataclass(frozen=True, slots=True)
class Asked:
    """One rule as the trace remembers it: how each test went, what stood in the way, and how many units
    the cap that cut it had left (None: nothing cut it), and how often the activity had been done before
    where that matters."""

    rule: Rule
    held: tuple[bool, ...]
    code: str = ""
    left: int | None = None
    done: tuple[int, ...] = ()


def given_again(
    asked: Iterable[Asked], order: Order | None, facts: Mapping[str, Any], *, at: datetime
) -> dict[tuple[int, int], int]:
    """The points of each effect, by (rule version, place), in the order in which the rules were asked.

    Tests about the order are asked again, the others went as they went; limits, budgets and funds left
    what they left.
    """
    found: dict[tuple[int, int], int] = {}
    per_money: list[tuple[Earn, int]] = []
    for each in asked:
        rule = each.rule
        if each.code in GAVE_WAY or not holds(rule.condition, facts, each.held):
            continue
        due, _ = on_turn(
            due_of(rule, order, at, per_money), dict(zip(DONE, each.done, strict=False))
        )
        due = [item for item in due if item.kind == "points"]
        amounts = [item.amount or 0 for item in due]
        if each.left is not None:
            amounts = shrink(amounts, each.left if rule.pays_partly else 0)
        for item, amount in zip(due, amounts, strict=True):
            effect = rule.effects[item.place]
            if amount:
                found[rule.version_id, item.place] = amount
            if amount and isinstance(effect, Earn) and effect.per and not effect.wait:
                per_money.append((effect, amount))
    return found
