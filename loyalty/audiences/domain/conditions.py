"""Conditions: a typed tree over the field catalogue, as JSON and as frozen nodes.

JSON: `{"all": [...]}`, `{"any": [...]}`, `{"not": {...}}`, or a test
`{"field": "order.base", "op": "at_least", "value": "50.00"}`. An empty `all` is always true.
A tree is data: nothing in it is ever executed, and its depth and size are bounded.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from loyalty.audiences.domain.fields import Catalogue, Field, Type

MAX_DEPTH = 8
MAX_TESTS = 100
MAX_VALUES = 500

OPERATORS: dict[Type, tuple[str, ...]] = {
    Type.TEXT: ("is", "is_not", "in", "not_in"),
    Type.TEXTS: ("has", "has_any", "has_none"),
    Type.NUMBER: ("is", "is_not", "at_least", "at_most", "more_than", "less_than"),
    Type.MONEY: ("at_least", "at_most", "more_than", "less_than"),
    Type.FLAG: ("is",),
    Type.DATE: ("on_or_after", "on_or_before", "is"),
}
_MANY = {"in", "not_in", "has_any", "has_none"}


class BadTreeError(ValueError):
    """A tree that cannot be a condition; `pointer` is the JSON pointer of the fault."""

    def __init__(self, pointer: str, why: str) -> None:
        super().__init__(f"{pointer or '/'}: {why}")
        self.pointer = pointer
        self.why = why


@dataclass(frozen=True, slots=True)
class Test:
    """A field compared with a value that fits its type."""

    field: Field
    op: str
    value: Any


@dataclass(frozen=True, slots=True)
class AllOf:
    """True when every part is."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True when at least one part is."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """True when its part is not."""

    part: "Node"


Node = Test | AllOf | AnyOf | Not


def parse(tree: Any, catalogue: Catalogue) -> Node:
    """The tree as typed nodes. Raises BadTreeError naming the first fault and its place."""
    node = _node(tree or {"all": []}, catalogue, "", 1)
    if sum(1 for _ in tests(node)) > MAX_TESTS:
        raise BadTreeError("", f"more than {MAX_TESTS} tests")
    return node


def tests(node: Node) -> Iterator[Test]:
    """Every test in the tree, in reading order."""
    if isinstance(node, Test):
        yield node
    elif isinstance(node, Not):
        yield from tests(node.part)
    else:
        for part in node.parts:
            yield from tests(part)


def _node(tree: Any, catalogue: Catalogue, pointer: str, depth: int) -> Node:
    if depth > MAX_DEPTH:
        raise BadTreeError(pointer, f"nested deeper than {MAX_DEPTH}")
    if not isinstance(tree, dict):
        raise BadTreeError(pointer, "expected an object")
    keys = set(tree)
    if keys == {"not"}:
        return Not(_node(tree["not"], catalogue, f"{pointer}/not", depth + 1))
    if keys in ({"all"}, {"any"}):
        [key] = keys
        if not isinstance(tree[key], list) or len(tree[key]) > MAX_TESTS:
            raise BadTreeError(f"{pointer}/{key}", f"expected a list of at most {MAX_TESTS}")
        parts = tuple(
            _node(part, catalogue, f"{pointer}/{key}/{place}", depth + 1)
            for place, part in enumerate(tree[key])
        )
        return AllOf(parts) if key == "all" else AnyOf(parts)
    if keys == {"field", "op", "value"}:
        return _test(tree, catalogue, pointer)
    raise BadTreeError(pointer, "expected one of all, any, not, or field with op and value")


def _test(tree: dict[str, Any], catalogue: Catalogue, pointer: str) -> Test:
    name, op, value = tree["field"], tree["op"], tree["value"]
    field = catalogue.get(name) if isinstance(name, str) else None
    if field is None:
        raise BadTreeError(f"{pointer}/field", f"there is no field {name!r}")
    if op not in OPERATORS[field.type]:
        fitting = ", ".join(OPERATORS[field.type])
        raise BadTreeError(f"{pointer}/op", f"{op!r} does not fit {name} (choose {fitting})")
    if op in _MANY:
        if not isinstance(value, list) or not 0 < len(value) <= MAX_VALUES:
            raise BadTreeError(f"{pointer}/value", f"expected a list of 1 to {MAX_VALUES} values")
        return Test(field, op, frozenset(_text(v, f"{pointer}/value") for v in value))
    return Test(field, op, _VALUE[field.type](value, f"{pointer}/value"))


def _text(value: Any, pointer: str) -> str:
    if not isinstance(value, str) or len(value) > 200:
        raise BadTreeError(pointer, "expected a text of at most 200 characters")
    return value


def _number(value: Any, pointer: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise BadTreeError(pointer, "expected a whole number or a decimal string")
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) > Decimal(10) ** 15:
        raise BadTreeError(pointer, "expected a number")
    return number


def _flag(value: Any, pointer: str) -> bool:
    if not isinstance(value, bool):
        raise BadTreeError(pointer, "expected true or false")
    return value


def _date(value: Any, pointer: str) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadTreeError(pointer, "expected a date like 2026-03-31") from None


_VALUE = {
    Type.TEXT: _text,
    Type.TEXTS: _text,
    Type.NUMBER: _number,
    Type.MONEY: _number,
    Type.FLAG: _flag,
    Type.DATE: _date,
}
