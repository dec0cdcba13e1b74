"""Redemptions among the ledger's verbs, in any order, against the same page of plain Python."""

from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from loyalty.rewards.errors import TooLate
from loyalty.rewards.models import Redemption
from loyalty.rewards.operations import redemptions, rewards
from members.errors import HoldEnded, NotEnough
from members.operations import holds
from tests.conftest import SYSTEM
from tests.members.machine import PICK, TWO, WHO, Books

COST = 15


class Shelf(Books):
    """The books, with a mug on offer: exchanged at once, or set aside for a checkout and confirmed; undone
    within ten minutes."""

    def __init__(self) -> None:
        super().__init__()
        self.mug = rewards.offer(
            "mug", unit=self.unit, actor=SYSTEM, name="Mug", kind="product", cost=COST
        )
        self.exchanged: list = []
        self.reserved: list = []

    @rule(who=WHO, quantity=st.integers(1, 3))
    def exchange(self, who, quantity):
        owner, who = self.owners[self.at(who)], self.at(who)

        def act():
            return redemptions.redeem(
                self.people[who], reward=self.mug, quantity=quantity, key=self.key(), actor=SYSTEM
            )

        if COST * quantity > owner.available(self.now):
            with pytest.raises(NotEnough):
                act()
        else:
            self.exchanged.append([who, act(), owner.take(COST * quantity, self.now)])

    # The second membership has nothing set aside, so that it can be merged at any time.
    @rule(who=TWO, minutes=st.integers(1, 600))
    def reserve(self, who, minutes):
        owner = self.owners[who]

        def act():
            return redemptions.reserve(
                self.people[who],
                reward=self.mug,
                key=self.key(),
                actor=SYSTEM,
                lasts=timedelta(minutes=minutes),
            )

        if owner.available(self.now) < COST:
            with pytest.raises(NotEnough):
                act()
            return
        self.reserved.append([who, act(), owner.take(COST, self.now)])
        owner.held += COST

    @precondition(lambda self: self.reserved)
    @rule(pick=PICK)
    def confirm(self, pick):
        told = self.reserved[pick % len(self.reserved)]
        who, redemption, used = told
        if redemption.hold.expires_at <= self.now:
            with pytest.raises(HoldEnded):
                redemptions.confirm(redemption, actor=SYSTEM)
            return
        self.reserved.remove(told)
        self.owners[who].held -= COST
        self.exchanged.append([who, redemptions.confirm(redemption, actor=SYSTEM), used])

    @rule()
    def time_out(self):
        """Reservations are holds like any other, and end in one order with them."""
        holds.time_out(at=self.now, most=100, actor=SYSTEM)
        over = [(held[1], held, self.holds) for held in self.holds]
        over += [(told[1].hold, told, self.reserved) for told in self.reserved]
        for hold, told, where in sorted(over, key=lambda each: (each[0].expires_at, each[0].pk)):
            if hold.expires_at <= self.now:
                where.remove(told)
                self.owners[told[0]].held -= hold.amount
                self.owners[told[0]].give_back(told[2], hold.amount, self.now, grace=None)

    @precondition(lambda self: self.exchanged)
    @rule(pick=PICK)
    def undo_exchange(self, pick):
        told = self.exchanged[pick % len(self.exchanged)]
        who, redemption, used = told
        if self.now >= redemption.undo_until:
            with pytest.raises(TooLate):
                redemptions.cancel(redemption, actor=SYSTEM)
            return
        assert redemptions.cancel(redemption, actor=SYSTEM).state == Redemption.State.CANCELLED
        self.exchanged.remove(told)
        cost = sum(part for _, part in used)
        self.owners[self.at(who)].give_back(used, cost, self.now, grace=5)
