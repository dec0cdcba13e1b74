"""What of an order's points each of its lines earns: whole numbers that add up to exactly the whole.

The points of an effect are shared in proportion to what they are reckoned on, its categories' part of the
earning base, by the cumulative rule: up to each line as much as is due for all lines up to there, rounded
down, less what the lines before it have.
"""

from collections.abc import Sequence

from loyalty.campaigns.domain.effects import Earn, Multiply
from loyalty.campaigns.domain.evaluate import Given
from loyalty.campaigns.domain.orders import Line, Order


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """The amount over these weights, in order, exactly; evenly when nothing weighs anything."""
    weights = weights if any(weights) else [1] * len(weights)
    whole, before, passed = sum(weights), 0, 0
    parts = []
    for weight in weights:
        passed += weight
        upto = amount * passed // whole
        parts.append(upto - before)
        before = upto
    return parts


def by_line(order: Order, given: Sequence[Given]) -> list[tuple[Line, str, int, list[str]]]:
    """For each line and unit what it earns, and the campaigns that give it, in order."""
    found: dict[tuple[int, str], tuple[int, list[str]]] = {}
    for item in given:
        if item.kind != "points" or not item.amount or not order.lines:
            continue
        effect = item.rule.effects[item.place]
        categories = effect.categories if isinstance(effect, Earn | Multiply) else frozenset()
        weights = [
            line.base if not categories or line.category in categories else 0
            for line in order.lines
        ]
        for place, part in enumerate(spread(item.amount, weights)):
            if part:
                sum_, campaigns = found.get((place, item.unit), (0, []))
                named = [*campaigns, *({item.rule.campaign} - set(campaigns))]
                found[place, item.unit] = sum_ + part, named
    return [
        (order.lines[place], unit, amount, campaigns)
        for (place, unit), (amount, campaigns) in sorted(found.items(), key=lambda pair: pair[0])
    ]
