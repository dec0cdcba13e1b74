"""A condition as a list to read down: each line ticked or crossed, with the value that was found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from loyalty.audiences.domain.conditions import AllOf, Node, Not, Test
from loyalty.audiences.domain.sentence import said, shown

#: A test as a trace has it: field, comparison, value seen, and whether it held.
Seen = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Tick:
    """One line. `joint` is "all", "any" or "not" for a heading over the deeper lines, "" for a test;
    `found` is what was found, None when there was nothing."""

    held: bool
    depth: int
    joint: str = ""
    words: str = ""
    found: str | None = None


def ticks(node: Node, seen: Sequence[Seen]) -> list[Tick]:
    """The condition line by line, in the order in which its tests were seen (there may be more of them
    behind). An `all` at the top needs no heading."""
    return list(_lines(node, iter(seen), 0))


def _lines(node: Node, seen: Iterator[Seen], depth: int) -> list[Tick]:
    if isinstance(node, Test):
        _field, _op, value, held = next(seen)
        found = None if value is None else shown(value)
        return [Tick(held, depth, words=said(node), found=found)]
    parts = (node.part,) if isinstance(node, Not) else node.parts
    is_plain = isinstance(node, AllOf) and depth == 0
    below = [_lines(part, seen, depth if is_plain else depth + 1) for part in parts]
    lines = [line for part in below for line in part]
    if is_plain:
        return lines
    outcomes = [part[0].held for part in below]
    if isinstance(node, Not):
        return [Tick(not outcomes[0], depth, "not"), *lines]
    if isinstance(node, AllOf):
        return [Tick(all(outcomes), depth, "all"), *lines]
    return [Tick(any(outcomes), depth, "any"), *lines]
