"""A condition as far as SQL can tell from an activity's own row, for looking through millions of them.

Each part becomes two texts over `members_activity a`: what may hold, and what must. What is only known in
memory (history, tiers, what an order is worth) may hold and need not, so a narrowed search finds every
activity for which the condition holds, and where it asks about nothing else, no other.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from loyalty.audiences.domain.conditions import AllOf, Node, Not, Test
from loyalty.audiences.domain.fields import Type
from loyalty.audiences.domain.predicate import ABSENT_PASSES
from loyalty.audiences.operations.sql import compared
from loyalty.campaigns.operations.schemas import ORDERS

#: How a payload's value of a type is recognised, and read.
_READ = {
    Type.TEXT: ("string", "{raw} #>> '{{}}'", "text"),
    Type.NUMBER: ("number", "({raw})::numeric", "numeric"),
    Type.FLAG: ("boolean", "({raw})::boolean", "boolean"),
}
#: Where an order keeps what is asked about its lines.
_LINES = {"order.categories": "category", "order.skus": "sku"}
_OF_ORDERS = {"order.channel": "channel", "order.store": "store", "order.currency": "currency"}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What may hold, and what must, each a boolean text that is never null."""

    may: str = "true"
    must: str = "false"


UNKNOWN = Bounds()


@dataclass(slots=True)
class Narrowing:
    """Conditions on their way into SQL, and their parameters by name."""

    params: dict[str, Any] = field(default_factory=dict)

    def bounds(self, node: Node) -> Bounds:
        """What a condition comes to as far as it can be told."""
        if isinstance(node, Test):
            text = self._test(node)
            return UNKNOWN if text is None else Bounds(text, text)
        if isinstance(node, Not):
            part = self.bounds(node.part)
            return Bounds(f"NOT ({part.must})", f"NOT ({part.may})")
        if not node.parts:
            return Bounds("true", "true") if isinstance(node, AllOf) else Bounds("false", "false")
        joint = " AND " if isinstance(node, AllOf) else " OR "
        parts = [self.bounds(part) for part in node.parts]
        return Bounds(
            joint.join(f"({part.may})" for part in parts),
            joint.join(f"({part.must})" for part in parts),
        )

    def _say(self, value: Any) -> str:
        name = f"n{len(self.params)}"
        self.params[name] = value
        return f"%({name})s"

    def _test(self, test: Test) -> str | None:
        """One test as a text; None where it cannot be told."""
        name = test.field.name
        if name == "activity.kind":
            return compared(test, "a.kind", "text", self._say)
        if name in _LINES:
            return self._among_lines(test, _LINES[name])
        if name in _OF_ORDERS:
            inner = self._of_payload(test, _OF_ORDERS[name])
            absent = "true" if test.op in ABSENT_PASSES else "false"
            kinds = self._say(sorted(ORDERS))
            return (
                f"CASE WHEN a.kind = ANY({kinds}::text[]) THEN {inner} ELSE {absent} END"
                if inner
                else None
            )
        if name.startswith("activity."):
            return self._of_payload(test, name.removeprefix("activity."))
        return None

    def _of_payload(self, test: Test, key: str) -> str | None:
        """A value that stands in the payload; one of another type than the catalogue says is no value."""
        if test.field.type not in _READ:
            return None
        type, read, cast = _READ[test.field.type]
        raw = f"a.payload -> {self._say(key)}::text"
        seen = f"CASE WHEN jsonb_typeof({raw}) = '{type}' THEN {read.format(raw=raw)} END"
        return compared(test, f"({seen})", cast, self._say)

    def _among_lines(self, test: Test, key: str) -> str | None:
        """Whether an order has a line of one of these categories, or articles."""
        if test.op not in ("has", "has_any", "has_none"):
            return None
        asked = sorted(test.value) if isinstance(test.value, frozenset) else [test.value]
        if "" in asked:
            return None
        kinds = self._say(sorted(ORDERS))
        lines = [
            f"a.payload -> 'lines' @> {self._say(json.dumps([{key: each}]))}::jsonb"
            for each in asked
        ]
        found = f"(a.kind = ANY({kinds}::text[]) AND coalesce({' OR '.join(lines)}, false))"
        return f"NOT {found}" if test.op == "has_none" else found


def any_may_hold(nodes: Sequence[Node]) -> tuple[str, dict[str, Any]]:
    """A text that is true of every activity `a` for which one of these conditions holds, and its
    parameters."""
    narrowing = Narrowing()
    text = " OR ".join(f"({narrowing.bounds(node).may})" for node in nodes)
    return text or "false", narrowing.params
