"""What an order is worth to a rule: its earning base, line by line, in minor units."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from members.domain.money import exponent, to_minor

#: Lines that are money in another form earn nothing; they earn when they are spent.
NOT_EARNING = frozenset({"gift_card", "gift-card", "giftcard"})


@dataclass(frozen=True, slots=True)
class Line:
    """One order line, in minor units: `value` is what it costs after its own discount, `base` the
    part of that it earns on."""

    line_id: str
    sku: str
    category: str
    quantity: int
    base: int
    value: int


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

    @property
    def value(self) -> int:
        """What the lines cost in all, before order-wide deductions."""
        return sum(line.value for line in self.lines)

    def facts(self) -> dict[str, Any]:
        """What conditions may ask about the order's content."""
        return {
            "order.base": Decimal(self.base).scaleb(-exponent(self.currency)),
            "order.quantity": sum(line.quantity for line in self.lines),
            "order.categories": frozenset(line.category for line in self.lines if line.category),
            "order.skus": frozenset(line.sku for line in self.lines if line.sku),
            "order.currency": self.currency,
        }

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

    def read(line: Mapping[str, Any]) -> Line:
        value = max(line["quantity"] * minor(line["unit_price"]) - minor(line.get("discount")), 0)
        category = line.get("category", "")
        return Line(
            line_id=line["line_id"],
            sku=line.get("sku", ""),
            category=category,
            quantity=line["quantity"],
            base=0 if category in NOT_EARNING else value,
            value=value,
        )

    lines = tuple(read(line) for line in payload["lines"])
    deducted = minor(payload.get("discount")) + minor(payload.get("paid_with_points"))
    return Order(currency, lines, deducted)
