"""The third reader of a condition: the sentence that people read."""

from decimal import Decimal
from typing import Any

from loyalty.audiences.domain.conditions import AllOf, Node, Not, Test

_WORDS = {
    "is": "is",
    "is_not": "is not",
    "in": "is one of",
    "not_in": "is none of",
    "has": "include",
    "has_any": "include one of",
    "has_none": "include none of",
    "at_least": "is at least",
    "at_most": "is at most",
    "more_than": "is more than",
    "less_than": "is less than",
    "on_or_after": "is on or after",
    "on_or_before": "is on or before",
}


def sentence(node: Node) -> str:
    """The condition in plain words; 'always' when it asks nothing."""
    return _say(node) or "always"


def _say(node: Node) -> str:
    if isinstance(node, Test):
        return said(node)
    if isinstance(node, Not):
        return f"not ({_say(node.part)})"
    if not node.parts:
        return "" if isinstance(node, AllOf) else "never"
    joint = " and " if isinstance(node, AllOf) else " or "
    parts = [_say(part) for part in node.parts]
    return joint.join(
        part if isinstance(inner, Test | Not) or len(parts) == 1 else f"({part})"
        for inner, part in zip(node.parts, parts, strict=True)
    )


def said(test: Test) -> str:
    """One test in plain words."""
    if isinstance(test.value, bool):
        return test.field.words if test.value else f"not: {test.field.words}"
    return f"{test.field.words} {_WORDS[test.op]} {shown(test.value)}"


def shown(value: Any) -> str:
    """A value as people write it."""
    if isinstance(value, frozenset | set | list | tuple):
        return ", ".join(sorted(str(part) for part in value)) or "nothing"
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return str(int(value))
    return "nothing" if value is None else str(value)
