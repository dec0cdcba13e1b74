"""What an order is worth to a rule: its earning base, line by line, in minor units."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from members.domain.money import exponent, to_minor

#: Lines that are money in another form earn nothing; they earn when they are spent.
NOT_EARNING = frozenset({"gift_card", "gift-card", "giftcard"})

#: No order comes to more, in minor units: far above any sale, far below what a column can count.
MOST = 10**15


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
class Rate:
    """What one unit of an order's currency is worth in the programme's own, `currency`."""

    currency: str
    factor: Decimal


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the rules see it, its lines and `deducted` in minor units of its own currency.

    `base` excludes tax, shipping, gift cards, every discount and what was paid with points. With a
    `rate` it is money of the programme's currency, rounded down once.
    """

    currency: str
    lines: tuple[Line, ...]
    deducted: int
    rate: Rate | None = None

    @property
    def money(self) -> str:
        """The currency that `base` is in."""
        return self.rate.currency if self.rate else self.currency

    @property
    def base(self) -> int:
        """The earning base in minor units of `money`, never below zero."""
        return self._in_money(self._own_base)

    @property
    def worth(self) -> Decimal:
        """The earning base as an amount of `money`."""
        return Decimal(self.base).scaleb(-exponent(self.money))

    @property
    def value(self) -> int:
        """What the lines cost in all, in the order's own currency, before order-wide deductions."""
        return sum(line.value for line in self.lines)

    @property
    def quantities(self) -> Counter[str]:
        """How many pieces of which line were ordered."""
        ordered = Counter[str]()
        for line in self.lines:
            ordered[line.line_id] += line.quantity
        return ordered

    def facts(self) -> dict[str, Any]:
        """What conditions may ask about the order's content."""
        return {
            "order.base": self.worth,
            "order.quantity": sum(line.quantity for line in self.lines),
            "order.categories": frozenset(line.category for line in self.lines if line.category),
            "order.skus": frozenset(line.sku for line in self.lines if line.sku),
            "order.currency": self.currency,
        }

    def worth_of(self, categories: frozenset[str]) -> Decimal:
        """The part of the base that comes from lines of these categories (empty: all of it).

        Order-wide deductions are shared in proportion to the lines, rounded down.
        """
        if not categories:
            return self.worth
        whole = sum(line.base for line in self.lines)
        part = sum(line.base for line in self.lines if line.category in categories)
        own = part * self._own_base // whole if whole else 0
        return Decimal(self._in_money(own)).scaleb(-exponent(self.money))

    @property
    def _own_base(self) -> int:
        return max(sum(line.base for line in self.lines) - self.deducted, 0)

    def _in_money(self, own: int) -> int:
        if self.rate is None:
            return own
        places = exponent(self.rate.currency) - exponent(self.currency)
        return int((own * self.rate.factor).scaleb(places))


def own_rate(payload: Mapping[str, Any]) -> Decimal | None:
    """The exchange rate that the order brings, if it does. Raises ValueError when it is none."""
    if "exchange_rate" not in payload:
        return None
    try:
        rate = Decimal(payload["exchange_rate"])
    except (InvalidOperation, TypeError) as error:
        raise ValueError(f"{payload['exchange_rate']!r} is not an exchange rate") from error
    if not rate.is_finite() or not 0 < rate < 10**10:
        raise ValueError(f"{payload['exchange_rate']!r} is not an exchange rate")
    return round(rate, 8)


def read_order(payload: Mapping[str, Any], rate: Rate | None = None) -> Order:
    """The order in a payload that met its schema. Raises ValueError for amounts that the currency
    does not have."""
    currency = payload["currency"]

    def minor(text: str | None) -> int:
        return to_minor(text, currency) if text else 0

    def read(line: Mapping[str, Any]) -> Line:
        # JSON has one kind of number: 2.0 is a whole quantity too.
        quantity = int(line["quantity"])
        value = max(quantity * minor(line["unit_price"]) - minor(line.get("discount")), 0)
        category = line.get("category", "")
        return Line(
            line_id=line["line_id"],
            sku=line.get("sku", ""),
            category=category,
            quantity=quantity,
            base=0 if category in NOT_EARNING else value,
            value=value,
        )

    lines = tuple(read(line) for line in payload["lines"])
    deducted = minor(payload.get("discount")) + minor(payload.get("paid_with_points"))
    return Order(currency, lines, deducted, rate)
