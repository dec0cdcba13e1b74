"""The cheap tests of a rule: those that only ask what the activity itself says.

Where one of them fails nothing else about the rule matters, so its history, tiers, limits and budgets are
not even read, and the trace keeps no more than that it was ruled out: asked again of the same activity, it
says the same at any time.
"""

from collections.abc import Mapping
from typing import Any

from loyalty.audiences.domain.conditions import AllOf, Node, Test
from loyalty.audiences.domain.predicate import Seen, judge
from loyalty.campaigns.domain.rules import Rule

#: What an order's payload says without arithmetic.
SAID = frozenset(
    {"order.categories", "order.skus", "order.channel", "order.store", "order.currency"}
)


def gate_of(node: Node) -> tuple[Test, ...]:
    """The cheap tests that have to hold for the condition to hold."""
    if isinstance(node, Test):
        name = node.field.name
        return (node,) if name in SAID or name.startswith("activity.") else ()
    if isinstance(node, AllOf):
        return tuple(test for part in node.parts for test in gate_of(part))
    return ()


def is_open(rule: Rule, content: Mapping[str, Any]) -> bool:
    """Whether the activity's own content leaves it open that the rule applies."""
    return all(judge(test, content)[0] for test in rule.gate)


def failed(rule: Rule, content: Mapping[str, Any]) -> list[Seen]:
    """The cheap tests that failed, each with the value it saw."""
    found = [seen for test in rule.gate for seen in judge(test, content)[1]]
    return [seen for seen in found if not seen.held]
