"""From where points are taken back that an accrual gave, when some are spent or have expired."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Clawback:
    """How much of an accrual is taken back, and from where.

    `own` of its own lot, `others` of the member's other lots, `debt` into debt. `expired` was never
    spent and is gone already, `uncollected` is let go by the unit's policy.
    """

    own: int
    others: int
    debt: int
    expired: int
    uncollected: int


@dataclass(slots=True)
class Shelf:
    """The open lots of an account in the order of spending: what is left of each when everything that
    was planned has been posted, and when it ends."""

    left: dict[int, int]
    ends: dict[int, datetime]

    def take_from(self, lot: int, most: int) -> int:
        """Take up to `most` of one lot; answers how much that is."""
        part = min(self.left.get(lot, 0), most)
        if part:
            self.left[lot] -= part
        return part

    def take_in_order(self, most: int, at: datetime) -> int:
        """Take up to `most` of the lots that can be spent at an instant, in order."""
        taken = 0
        for lot in self.left:
            if self.ends[lot] > at:
                taken += self.take_from(lot, most - taken)
        return taken


def plan(
    shelf: Shelf,
    *,
    lot: int,
    amount: int,
    expired: int,
    is_spendable: bool,
    policy: str,
    at: datetime,
) -> Clawback:
    """How `amount` of what `lot` was granted is taken back at `at`; takes it from the shelf.

    `expired` is what of it was never spent and has not been let go before. `is_spendable` says that it
    is not pending any more; then the unit's `policy` decides: "pending" takes nothing, "balance" what
    the other lots hold, "debt" all of it.
    """
    if is_spendable and policy == "pending":
        return Clawback(0, 0, 0, 0, amount)
    own = shelf.take_from(lot, amount)
    gone = min(max(expired, 0), amount - own)
    rest = amount - own - gone
    others = shelf.take_in_order(rest, at) if is_spendable else 0
    debt = rest - others if is_spendable and policy == "debt" else 0
    return Clawback(own, others, debt, gone, rest - others - debt)
