"""What partners pay for: purses that rules draw on, months that are billed, and the money of both.

Points are whole; money is whole minor units; a price is a Decimal for 1,000 points, in the currency's
own unit. Money is rounded once, at the end, half up. `docs/algorithms/funding.md` has worked tables.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from members.domain.calendar import add_months, local_date
from members.domain.money import exponent
from members.domain.sentences import kept

#: The legal moves of a fund. What is closed stays closed: its rest has been paid back.
FUND: dict[str, tuple[str, ...]] = {
    "open": ("paused", "closed"),
    "paused": ("open", "closed"),
    "closed": (),
}
PRICED = 1_000


@dataclass(slots=True)
class Purse:
    """What a payer still pays for, as the rules of a batch see it; gets emptier as they give.

    `left` is None where there is no ceiling.
    """

    payer: str
    left: int | None
    is_open: bool = True

    def cut(self, wanted: int) -> tuple[int, str]:
        """How much of `wanted` it pays for, and in words what is missing."""
        if not wanted:
            return 0, ""
        if not self.is_open:
            return 0, kept("%(payer)s does not pay for points at the moment") % {
                "payer": self.payer
            }
        if self.left is None or wanted <= self.left:
            return wanted, ""
        if self.left <= 0:
            return 0, kept("The points that %(payer)s pays for are used up") % {"payer": self.payer}
        return (
            self.left,
            kept(
                "The points that %(payer)s pays for are used up but for %(left)s, %(wanted)s were due"
            )
            % {"payer": self.payer, "left": self.left, "wanted": wanted},
        )

    def take(self, points: int) -> None:
        """Draw on it."""
        if self.left is not None:
            self.left -= points


def month_of(at: datetime, zone: str) -> date:
    """The first day of the month that an instant falls into."""
    return local_date(at, zone).replace(day=1)


def month_after(month: date) -> date:
    """The first day of the next month."""
    return add_months(month, 1)


def cost_of(points: int, price: Decimal, currency: str) -> int:
    """What points cost, in minor units; of points that came back in net, below zero."""
    exact = Decimal(points) * price / PRICED
    return int(exact.scaleb(exponent(currency)).quantize(Decimal(1), ROUND_HALF_UP))


def refund_of(packs: Iterable[tuple[int, int]], points: int) -> int:
    """What `points` that were never used cost when they were bought, in minor units.

    `packs` are (points, money), the newest first: the oldest pack is used up first, so what is left
    is of the newest. All of it is exactly what was paid.
    """
    worth = Fraction(0)
    for size, money in packs:
        part = min(size, points)
        worth += Fraction(money * part, size)
        points -= part
    return int(worth + Fraction(1, 2))
