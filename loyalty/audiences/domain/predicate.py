"""The first reader of a condition: does it hold for these facts, and what was seen on the way?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from loyalty.audiences.domain.conditions import AllOf, AnyOf, Node, Not, Test
from loyalty.audiences.domain.fields import Type

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """One test as it went: the value that was found (None: there was none), and whether it held."""

    test: Test
    value: Any
    held: bool


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "is": lambda seen, value: seen == value,
    "is_not": lambda seen, value: seen != value,
    "in": lambda seen, value: seen in value,
    "not_in": lambda seen, value: seen not in value,
    "has": lambda seen, value: value in seen,
    "has_any": lambda seen, value: not value.isdisjoint(seen),
    "has_none": lambda seen, value: value.isdisjoint(seen),
    "at_least": lambda seen, value: seen >= value,
    "at_most": lambda seen, value: seen <= value,
    "more_than": lambda seen, value: seen > value,
    "less_than": lambda seen, value: seen < value,
    "on_or_after": lambda seen, value: seen >= value,
    "on_or_before": lambda seen, value: seen <= value,
    "between": lambda seen, value: value[0] <= seen <= value[1],
    "starts_with": lambda seen, value: seen.startswith(value),
    "is_known": lambda seen, value: seen != frozenset(),
    "is_unknown": lambda seen, value: seen == frozenset(),
}
#: Comparisons that a missing value passes: what is not there is not that. So every test is either true or
#: false, and `not` turns one into the other.
ABSENT_PASSES = frozenset({"is_not", "not_in", "has_none", "is_unknown"})
#: What a field's values are. What was told when the kind's schema had another type for it, or under the same
#: name by another kind, is no value that the field can have.
_HOLDS: dict[Type, tuple[type, ...]] = {
    Type.TEXT: (str,),
    Type.TEXTS: (frozenset, set),
    Type.NUMBER: (Decimal, int),
    Type.MONEY: (Decimal, int),
    Type.FLAG: (bool,),
    Type.DATE: (date,),
}


def judge(node: Node, facts: Facts) -> tuple[bool, list[Seen]]:
    """Whether the condition holds, and every test with the value it saw.

    AllOf tests are looked at, also those whose outcome no longer matters, so that "why not" can name
    each one that failed.
    """
    seen: list[Seen] = []
    return _judge(node, facts, seen), seen


def _judge(node: Node, facts: Facts, seen: list[Seen]) -> bool:
    if isinstance(node, Test):
        value = facts.get(node.key)
        if value.__class__ not in _HOLDS[node.field.type]:
            value = None
        held = node.op in ABSENT_PASSES if value is None else _COMPARE[node.op](value, node.value)
        seen.append(Seen(node, value, held))
        return held
    if isinstance(node, Not):
        return not _judge(node.part, facts, seen)
    outcomes = [_judge(part, facts, seen) for part in node.parts]
    if isinstance(node, AllOf):
        return all(outcomes)
    assert isinstance(node, AnyOf)
    return any(outcomes)


def compact(value: Any) -> Any:
    """A seen value as it is stored in a trace."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, frozenset | set | list | tuple):
        return sorted(str(part) for part in value)[:10]
    return value if isinstance(value, bool | int | str | None) else str(value)
