"""How far an order is: placed, sent out, come back, cancelled; and what may still be told of it.

Its state is a reading of what was told of it, piece by piece. Facts that can all be true together are all
taken, in whatever order they are told; of two that cannot, the first told stands.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

FULFILLED = "order.fulfilled"
RETURNED = "order.returned"
CANCELLED = "order.cancelled"
#: What may be told of an order in each state. What happened before the telling that ended it, but is
#: told after it, was part of that: it counts too.
MAY: dict[str, frozenset[str]] = {
    "placed": frozenset({FULFILLED, RETURNED, CANCELLED}),
    "part_fulfilled": frozenset({FULFILLED, RETURNED, CANCELLED}),
    "fulfilled": frozenset({RETURNED}),
    "part_returned": frozenset({FULFILLED, RETURNED, CANCELLED}),
    # Shops that tell late what they sent out; that something has come back says that it was.
    "returned": frozenset({FULFILLED}),
    "cancelled": frozenset(),
}
#: Why something cannot be true of an order beside what is known of it, by code.
OBJECTIONS = {
    "order_cancelled": "The order, or this part of it, was cancelled.",
    "order_fulfilled": "It has gone out, whole or in part; what went out comes back by a return.",
    "fulfilled_before": "All of it has gone out before.",
    "nothing_left": "All of it has come back before, or was cancelled.",
    "order_unknown": "The order is not known yet.",
    "order_ambiguous": "Several sources told an order of this number; say which one as order_source.",
}
_CODES = {words: code for code, words in OBJECTIONS.items()}
#: A line that a return names and the order does not have.
NO_LINE = "The order has no line %r."
#: What stands in the way of a telling that a state does not allow.
_ENDED = {
    "fulfilled": "order_fulfilled",
    "returned": "nothing_left",
    "cancelled": "order_cancelled",
}


def code_of(reason: str) -> str:
    """The code of an objection, from its words; empty for other words."""
    if reason.startswith(NO_LINE.partition("%")[0]):
        return "unknown_line"
    return _CODES.get(reason, "")


@dataclass(frozen=True, slots=True)
class Fact:
    """That pieces of an order went out, came back or were cancelled, and when; `lines` says which, none of
    them: all that is left."""

    kind: str
    at: datetime
    lines: Mapping[str, int]

    @classmethod
    def told(cls, kind: str, at: datetime, payload: Mapping[str, Any]) -> "Fact":
        """From a payload that met its schema."""
        return cls(kind, at, pieces(payload))


def pieces(payload: Mapping[str, Any]) -> Counter[str]:
    """How many pieces of which line a payload names. JSON has one kind of number: 2.0 is whole too."""
    named: Counter[str] = Counter()
    for line in payload.get("lines") or ():
        named[line["line_id"]] += int(line["quantity"])
    return named


@dataclass(slots=True)
class Course:
    """How far an order is: pieces by line, as ordered, and as told of by name; and when it was told of all
    that was left at once."""

    ordered: Mapping[str, int]
    pieces: dict[str, Counter[str]] = field(
        default_factory=lambda: {kind: Counter() for kind in (FULFILLED, RETURNED, CANCELLED)}
    )
    whole: dict[str, datetime] = field(default_factory=dict)
    last: dict[str, datetime] = field(default_factory=dict)

    @property
    def state(self) -> str:
        """One of `MAY`."""
        if CANCELLED in self.whole or not self._left(CANCELLED):
            return "cancelled"
        if RETURNED in self.whole or not self._left(CANCELLED, RETURNED):
            return "returned"
        if any(self.pieces[RETURNED].values()):
            return "part_returned"
        if self.is_out:
            return "fulfilled"
        return "part_fulfilled" if any(self.pieces[FULFILLED].values()) else "placed"

    @property
    def is_out(self) -> bool:
        """Whether all of it that was not cancelled has gone out."""
        return CANCELLED not in self.whole and (
            FULFILLED in self.whole
            or (any(self.pieces[FULFILLED].values()) and not self._left(CANCELLED, FULFILLED))
        )

    @property
    def out_at(self) -> datetime | None:
        """When the last of it went out; None while something has yet to."""
        return self.last[FULFILLED] if self.is_out else None

    @property
    def gone(self) -> dict[str, int]:
        """What has come back or was cancelled, by line; never more than was ordered."""
        if RETURNED in self.whole or CANCELLED in self.whole:
            return dict(self.ordered)
        left = self._left(CANCELLED, RETURNED)
        return {line: many - left.get(line, 0) for line, many in self.ordered.items()}

    def objection(self, fact: Fact) -> str:
        """Why this cannot be true as well, as a code of `OBJECTIONS`; empty when it can."""
        if fact.kind not in MAY[self.state] and not self._is_late(fact):
            if fact.kind == FULFILLED and self.state == "fulfilled":
                return "fulfilled_before"
            return _ENDED[self.state]
        if fact.kind == FULFILLED:
            return self._against_sending(fact)
        if fact.kind == CANCELLED and self._is_out_before(fact):
            return "order_fulfilled"
        return "" if self._room(fact, CANCELLED, RETURNED) else "nothing_left"

    def is_surplus(self, fact: Fact) -> bool:
        """Whether it brings back more than was left."""
        room = self._room(fact, CANCELLED, RETURNED)
        is_back = fact.kind in (RETURNED, CANCELLED)
        return is_back and any(
            quantity > room.get(line, 0) for line, quantity in fact.lines.items()
        )

    def take(self, fact: Fact) -> None:
        """Count it; never more than was ordered."""
        used = (FULFILLED,) if fact.kind == FULFILLED else (CANCELLED, RETURNED)
        if fact.lines:
            self.pieces[fact.kind].update(self._room(fact, *used))
        else:
            self.whole[fact.kind] = max(fact.at, self.whole.get(fact.kind, fact.at))
        self.last[fact.kind] = max(fact.at, self.last.get(fact.kind, fact.at))

    def _is_late(self, fact: Fact) -> bool:
        """Whether it names pieces that a telling of all the rest, known already, came after."""
        ended = {"fulfilled": FULFILLED, "returned": RETURNED, "cancelled": CANCELLED}
        by = self.whole.get(ended.get(self.state, ""))
        is_sent_after_all = fact.kind == FULFILLED and self.state == "cancelled"
        return bool(fact.lines) and by is not None and fact.at <= by and not is_sent_after_all

    def _against_sending(self, fact: Fact) -> str:
        left = self._left(CANCELLED, FULFILLED)
        if not fact.lines:
            if FULFILLED in self.whole or not left:
                return "fulfilled_before"
            return "order_cancelled" if fact.at < self.last.get(CANCELLED, fact.at) else ""
        if FULFILLED in self.whole and fact.at > self.whole[FULFILLED]:
            return "fulfilled_before"
        going = self._room(fact, FULFILLED)
        if not going:
            return "fulfilled_before"
        if any(quantity > left.get(line, 0) for line, quantity in going.items()):
            return "order_cancelled"
        return ""

    def _is_out_before(self, fact: Fact) -> bool:
        """Whether pieces that this cancels have gone out."""
        out, sent_at = self.pieces[FULFILLED], self.whole.get(FULFILLED)
        if not fact.lines:
            return sent_at is not None or any(out.values())
        left = self._left(CANCELLED, FULFILLED)
        going = self._room(fact, CANCELLED, RETURNED)
        return (sent_at is not None and fact.at > sent_at) or any(
            quantity > left.get(line, 0) for line, quantity in going.items()
        )

    def _left(self, *kinds: str) -> dict[str, int]:
        """What is left of each line, besides what was told of it by name."""
        left = {
            line: quantity - sum(self.pieces[kind][line] for kind in kinds)
            for line, quantity in self.ordered.items()
        }
        return {line: quantity for line, quantity in left.items() if quantity > 0}

    def _room(self, fact: Fact, *kinds: str) -> dict[str, int]:
        """What a fact comes to by line: as much of what it names as there is."""
        left = self._left(*kinds)
        if not fact.lines:
            return left
        return {
            line: min(quantity, left[line]) for line, quantity in fact.lines.items() if line in left
        }
