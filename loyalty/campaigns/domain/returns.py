"""What an order still earns once part of it has come back.

The rules that paid are asked again about the basket that is left: lines, thresholds and rounding are
theirs, so many partial returns add up to exactly what one whole return takes.
`docs/algorithms/returns.md` has a worked table.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from loyalty.audiences.domain.conditions import AllOf, Node, Not, Test
from loyalty.audiences.domain.predicate import judge
from loyalty.campaigns.domain.effects import Earn
from loyalty.campaigns.domain.evaluate import due_of, turn
from loyalty.campaigns.domain.orders import Order
from loyalty.campaigns.domain.rules import Rule


@dataclass(frozen=True, slots=True)
class Paid:
    """A rule that paid for an order: how each of its tests went then, and what each of its effects
    gave, by place."""

    rule: Rule
    held: tuple[bool, ...]
    given: Mapping[int, int]


def left_of(order: Order, returned: Mapping[str, int]) -> Order:
    """The order without the pieces that came back, by line. Order-wide deductions shrink with it."""
    gone = dict(returned)
    lines = []
    for line in order.lines:
        back = min(gone.get(line.line_id, 0), line.quantity)
        gone[line.line_id] = gone.get(line.line_id, 0) - back
        if left := line.quantity - back:
            lines.append(
                replace(
                    line,
                    quantity=left,
                    base=line.base * left // line.quantity,
                    value=line.value * left // line.quantity,
                )
            )
    whole, rest = order.value, sum(line.value for line in lines)
    deducted = order.deducted - order.deducted * (whole - rest) // whole if whole else 0
    return replace(order, lines=tuple(lines), deducted=deducted if lines else 0)


def share_returned(order: Order, left: Order) -> Fraction:
    """Which part of the order's value has come back, from 0 to 1."""
    if not left.lines:
        return Fraction(1)
    return Fraction(order.value - left.value, order.value) if order.value else Fraction(0)


def still_due(
    paid: Sequence[Paid], left: Order, facts: Mapping[str, Any], *, at: datetime
) -> dict[tuple[int, int], int]:
    """What each effect, by (rule version, place), would have given for the basket that is left.

    Never more than it gave. Tests about the order are asked again with `facts`; everything else is
    as it was then.
    """
    found: dict[tuple[int, int], int] = {}
    per_money: list[tuple[Earn, int]] = []
    for part in sorted(paid, key=lambda part: turn(part.rule)):
        rule = part.rule
        if not left.lines or not holds(rule.condition, facts, part.held):
            continue
        for item in due_of(rule, left, at, per_money):
            if item.kind != "points":
                continue
            amount = min(item.amount or 0, part.given.get(item.place, 0))
            found[rule.version_id, item.place] = amount
            effect = rule.effects[item.place]
            if isinstance(effect, Earn) and effect.per and not effect.wait:
                per_money.append((effect, amount))
    return found


def still_holds(paid: Paid, left: Order, facts: Mapping[str, Any], *, by_share: bool) -> bool:
    """Whether a rule would still apply to the basket that is left; going by shares, as long as anything
    is left."""
    return bool(left.lines) and (by_share or holds(paid.rule.condition, facts, paid.held))


def due_by_share(paid: Iterable[Paid], share: Fraction) -> dict[tuple[int, int], int]:
    """What is left of each effect when `share` of the order has come back, rounded once, half up."""
    return {
        (part.rule.version_id, place): kept_by_share(amount, share)
        for part in paid
        for place, amount in part.given.items()
    }


def kept_by_share(amount: int, share: Fraction) -> int:
    """What is left of an amount when this share has come back, rounded once, half up."""
    return amount - int(amount * share + Fraction(1, 2))


def holds(node: Node, facts: Mapping[str, Any], held: Sequence[bool]) -> bool:
    """The condition, its tests about the order asked again and the others as they went then."""
    _, seen = judge(node, facts)
    answers = iter(
        now.held if now.test.field.name.startswith("order.") else then
        for now, then in zip(seen, held, strict=True)
    )

    def ask(part: Node) -> bool:
        if isinstance(part, Test):
            return next(answers)
        if isinstance(part, Not):
            return not ask(part.part)
        outcomes = [ask(child) for child in part.parts]
        return all(outcomes) if isinstance(part, AllOf) else any(outcomes)

    return ask(node)
