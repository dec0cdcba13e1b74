"""Conditions: a typed tree over the field catalogue, as JSON and as frozen nodes.

JSON: `{"all": [...]}`, `{"any": [...]}`, `{"not": {...}}`, or a test
`{"field": "order.base", "op": "at_least", "value": "50.00"}`. A field of the history with a scope also
takes `"of": {"kind": "refill.confirmed", "days": 30}`; without days: ever. An empty `all` is always true.
A tree is data: nothing in it is ever executed, and its depth and size are bounded.
`docs/algorithms/conditions.md` says what each comparison means.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from loyalty.audiences.domain.fields import Catalogue, Field, Scope, Type

MAX_DEPTH = 8
MAX_TESTS = 100
MAX_PARTS = 300
MAX_VALUES = 500
MAX_DAYS = 3660

_KNOWING = ("is_known", "is_unknown")
OPERATORS: dict[Type, tuple[str, ...]] = {
    Type.TEXT: ("is", "is_not", "in", "not_in", "starts_with", *_KNOWING),
    Type.TEXTS: ("has", "has_any", "has_none", *_KNOWING),
    Type.NUMBER: (
        "is",
        "is_not",
        "at_least",
        "at_most",
        "more_than",
        "less_than",
        "between",
        *_KNOWING,
    ),
    Type.MONEY: ("at_least", "at_most", "more_than", "less_than", "between", *_KNOWING),
    Type.FLAG: ("is", *_KNOWING),
    Type.DATE: ("on_or_after", "on_or_before", "is", "between", *_KNOWING),
}
_MANY = {"in", "not_in", "has_any", "has_none"}
#: Only what can be written in one way: no exponents, no signs but a minus, at most six places.
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
_MOST = 10**15
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_KIND = re.compile(r"[a-z][a-z0-9_.-]{0,59}")


class BadTreeError(ValueError):
    """A tree that cannot be a condition; `pointer` is the JSON pointer of the fault."""

    def __init__(self, pointer: str, why: str) -> None:
        super().__init__(f"{pointer or '/'}: {why}")
        self.pointer = pointer
        self.why = why


@dataclass(frozen=True, slots=True)
class Test:
    """A field compared with a value that fits its type; `of` says what of the history is asked."""

    field: Field
    op: str
    value: Any
    of: Scope | None = None

    @property
    def key(self) -> str:
        """The name under which facts hold what is asked about."""
        return self.field.name if self.of is None else self.of.key(self.field.name)


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
    nothing = tree is None or tree == {}
    return _Parser(catalogue).node({"all": []} if nothing else tree, "", 1)


def tests(node: Node) -> Iterator[Test]:
    """Every test in the tree, in reading order."""
    if isinstance(node, Test):
        yield node
    elif isinstance(node, Not):
        yield from tests(node.part)
    else:
        for part in node.parts:
            yield from tests(part)


def expand(node: Node, name: str, meaning: Mapping[str, Node]) -> Node:
    """The condition with each test on `name` replaced by what it asks: `meaning` says what each of its
    values stands for (the segments a member belongs to). A value without a meaning nobody has."""
    if isinstance(node, Not):
        return Not(expand(node.part, name, meaning))
    if isinstance(node, AllOf | AnyOf):
        return type(node)(tuple(expand(part, name, meaning) for part in node.parts))
    if node.field.name != name:
        return node
    asked = node.value if isinstance(node.value, frozenset) else {node.value}
    if node.op in _KNOWING:
        asked = set(meaning)
    some = AnyOf(tuple(meaning[each] for each in sorted(asked) if each in meaning))
    return Not(some) if node.op in ("has_none", "is_unknown") else some


class _Parser:
    """One reading of a tree; counts as it goes, so that no tree is read further than it may be long."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._tests = self._parts = 0

    def node(self, tree: Any, pointer: str, depth: int) -> Node:
        self._parts += 1
        if depth > MAX_DEPTH:
            raise BadTreeError(pointer, f"nested deeper than {MAX_DEPTH}")
        if self._parts > MAX_PARTS:
            raise BadTreeError(pointer, f"more than {MAX_PARTS} parts")
        if not isinstance(tree, dict):
            raise BadTreeError(pointer, "expected an object")
        keys = set(tree)
        if keys == {"not"}:
            return Not(self.node(tree["not"], f"{pointer}/not", depth + 1))
        if keys in ({"all"}, {"any"}):
            [key] = keys
            if not isinstance(tree[key], list) or len(tree[key]) > MAX_TESTS:
                raise BadTreeError(f"{pointer}/{key}", f"expected a list of at most {MAX_TESTS}")
            parts = tuple(
                self.node(part, f"{pointer}/{key}/{place}", depth + 1)
                for place, part in enumerate(tree[key])
            )
            return AllOf(parts) if key == "all" else AnyOf(parts)
        if keys in ({"field", "op", "value"}, {"field", "op", "value", "of"}):
            return self._test(tree, pointer)
        raise BadTreeError(pointer, "expected one of all, any, not, or field with op and value")

    def _test(self, tree: dict[str, Any], pointer: str) -> Test:
        self._tests += 1
        if self._tests > MAX_TESTS:
            raise BadTreeError(pointer, f"more than {MAX_TESTS} tests")
        name, op = tree["field"], tree["op"]
        field = self._catalogue.find(name) if isinstance(name, str) else None
        if field is None:
            raise BadTreeError(f"{pointer}/field", f"there is no field {_quoted(name)}")
        if op not in OPERATORS[field.type]:
            fitting = ", ".join(OPERATORS[field.type])
            raise BadTreeError(
                f"{pointer}/op", f"{_quoted(op)} does not fit {name} (choose {fitting})"
            )
        value = _value(field, op, tree["value"], f"{pointer}/value")
        return Test(field, op, value, self._scope(field, tree, pointer))

    def _scope(self, field: Field, tree: dict[str, Any], pointer: str) -> Scope | None:
        pointer = f"{pointer}/of"
        if not field.is_scoped:
            if "of" in tree:
                raise BadTreeError(pointer, f"{field.name} is not asked of anything")
            return None
        of = tree.get("of")
        if not isinstance(of, dict) or not {"kind"} <= set(of) <= {"kind", "days"}:
            raise BadTreeError(pointer, "expected the kind of activity, and days if not ever")
        kind, days = of["kind"], of.get("days")
        if not isinstance(kind, str) or not _KIND.fullmatch(kind) or not self._knows(kind):
            raise BadTreeError(f"{pointer}/kind", f"there is no activity kind {_quoted(kind)}")
        if field.kinds and kind not in field.kinds:
            fitting = ", ".join(sorted(field.kinds))
            raise BadTreeError(f"{pointer}/kind", f"{field.name} is known of {fitting} only")
        if "days" in of and not (type(days) is int and 1 <= days <= MAX_DAYS):
            raise BadTreeError(f"{pointer}/days", f"expected a whole number from 1 to {MAX_DAYS}")
        return Scope(kind, days)

    def _knows(self, kind: str) -> bool:
        return self._catalogue.kinds is None or kind in self._catalogue.kinds


def _quoted(word: Any) -> str:
    """What somebody sent, as it can be shown anywhere."""
    return ascii(word)[:80]


def _value(field: Field, op: str, value: Any, pointer: str) -> Any:
    """The value as its type has it: a set where the comparison takes many, a pair for `between`."""
    one = _VALUE[field.type]
    if op in _KNOWING:
        if value is not True:
            raise BadTreeError(pointer, "expected true")
        return True
    if op in _MANY:
        if not isinstance(value, list) or not 0 < len(value) <= MAX_VALUES:
            raise BadTreeError(pointer, f"expected a list of 1 to {MAX_VALUES} values")
        return frozenset(_text(each, f"{pointer}/{place}") for place, each in enumerate(value))
    if op == "between":
        if not isinstance(value, list) or len(value) != 2:
            raise BadTreeError(pointer, "expected a list of the least and the most")
        least, most = (one(each, f"{pointer}/{place}") for place, each in enumerate(value))
        if least > most:
            raise BadTreeError(pointer, "the least is more than the most")
        return least, most
    if op == "starts_with" and value == "":
        raise BadTreeError(pointer, "everything begins with nothing")
    return one(value, pointer)


def _text(value: Any, pointer: str) -> str:
    if not isinstance(value, str) or len(value) > 200:
        raise BadTreeError(pointer, "expected a text of at most 200 characters")
    if any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in value):
        raise BadTreeError(pointer, "it holds a NUL character, or text that is not Unicode")
    return value


def _number(value: Any, pointer: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise BadTreeError(pointer, "expected a whole number or a decimal string")
    if not (_NUMBER.fullmatch(value) if isinstance(value, str) else abs(value) <= _MOST):
        raise BadTreeError(pointer, "expected a number of at most 15 digits, and 6 places")
    return Decimal(value)


def _flag(value: Any, pointer: str) -> bool:
    if not isinstance(value, bool):
        raise BadTreeError(pointer, "expected true or false")
    return value


def _date(value: Any, pointer: str) -> date:
    try:
        if not isinstance(value, str) or not _DATE.fullmatch(value):
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise BadTreeError(pointer, "expected a date like 2026-03-31") from None


_VALUE: dict[Type, Callable[[Any, str], Any]] = {
    Type.TEXT: _text,
    Type.TEXTS: _text,
    Type.NUMBER: _number,
    Type.MONEY: _number,
    Type.FLAG: _flag,
    Type.DATE: _date,
}
