"""What outstanding points stand for in money, and how that changed: by points, and by rates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Money:
    """The money of a cohort or of several, rounded to the currency: `opening + by_points + by_rates =
    closing`, exactly."""

    opening: Decimal = ZERO
    by_points: Decimal = ZERO
    by_rates: Decimal = ZERO
    closing: Decimal = ZERO

    def __add__(self, other: "Money") -> "Money":
        """Sums are sums of what is shown, so that a column adds up."""
        return Money(
            self.opening + other.opening,
            self.by_points + other.by_points,
            self.by_rates + other.by_rates,
            self.closing + other.closing,
        )


def factor(*, redemption_rate: Decimal, cost: Decimal) -> Decimal:
    """The money that one outstanding point stands for: its cost, times how likely it is redeemed."""
    return redemption_rate * cost


def worth(
    opening: int, moves: Mapping[int, int], factors: Sequence[Decimal], *, places: int
) -> Money:
    """The money of a cohort from one day to another.

    `factors[0]` holds at the opening, `factors[k]` from the k-th change of rates on; `moves[k]` are the
    points that came and went while `factors[k]` held. Whatever is outstanding when a rate changes goes
    from the old value to the new one. Opening, rates and closing are rounded half up to `places`; the
    change by points is what is left between them, so that nothing is lost in rounding.
    """
    outstanding, by_rates = opening, ZERO
    for place, holds in enumerate(factors):
        if place:
            by_rates += outstanding * (holds - factors[place - 1])
        outstanding += moves.get(place, 0)
    first, last = (
        rounded(points * each, places)
        for points, each in ((opening, factors[0]), (outstanding, factors[-1]))
    )
    changed = rounded(by_rates, places)
    return Money(first, last - first - changed, changed, last)


def rounded(money: Decimal, places: int) -> Decimal:
    """Half up, away from nought."""
    return money.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
