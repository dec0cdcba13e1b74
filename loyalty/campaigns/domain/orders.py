"""What an order is worth to a rule: its earning base, line by line, in minor units."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from members.domain.money import to_minor

#: Lines that are money in another form earn nothing; they earn when they are spent.
NOT_EARNING = frozenset({"gift_card", "gift-card", "giftcard"})


@dataclass(frozen=True, slots=True)
class Line:
    """One order line. `base` is what it earns on, in minor units, after its own discount."""

    line_id: str
    sku: str
    category: str
    quantity: int
    base: int


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the rules see it. `base` excludes tax, shipping, gift cards, every discount and
    what was paid with points."""

    currency: str
    lines: tuple[Line, ...]
    deducted: int

    @property
    def base(self) -> int:
        """The earning base in minor units, never below zero."""
        return max(sum(line.base for line in self.lines) - self.deducted, 0)

    def base_of(self, categories: frozenset[str]) -> int:
        """The part of the base that comes from lines of these categories (empty: all of it).

        Order-wide deductions are shared in proportion to the lines, rounded down.
        """
        if not categories:
            return self.base
        whole = sum(line.base for line in self.lines)
        part = sum(line.base for line in self.lines if line.category in categories)
        return part * self.base // whole if whole else 0


def read_order(payload: Mapping[str, Any]) -> Order:
    """The order in a payload that met its schema. Raises ValueError for amounts that the currency
    does not have."""
    currency = payload["currency"]

    def minor(text: str | None) -> int:
        return to_minor(text, currency) if text else 0

    lines = tuple(
        Line(
            line_id=line["line_id"],
            sku=line.get("sku", ""),
            category=line.get("category", ""),
            quantity=line["quantity"],
            base=0
            if line.get("category", "") in NOT_EARNING
            else max(line["quantity"] * minor(line["unit_price"]) - minor(line.get("discount")), 0),
        )
        for line in payload["lines"]
    )
    deducted = minor(payload.get("discount")) + minor(payload.get("paid_with_points"))
    return Order(currency, lines, deducted)
