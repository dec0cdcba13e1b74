"""Every verb of the ledger, in any order, against a page of plain Python."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
)

from members import clock
from members.errors import AlreadyReversed, NotEnough, PointsHeld, UndoOver
from members.models import Account, Balance, Entry, OpenLot, Unit, User
from members.operations import (
    accounts,
    adjustments,
    corrections,
    debts,
    gifts,
    holds,
    households,
    ledger,
    members,
    merges,
    programme,
    purses,
)
from tests.books import faults
from tests.conftest import SYSTEM
from tests.members.reference import Owner

START = datetime(2026, 1, 30, 12, tzinfo=UTC)
WHO = st.sampled_from([0, 1, 2])
TWO = st.sampled_from([0, 1])
SOME = st.integers(1, 120)
PICK = st.integers(0, 10**6)


class Books(RuleBasedStateMachine):
    """Two members in two zones with one household, and the second membership of the first, which is
    merged into it and undone again; points that live two months, so that much expires."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.now = START
        self.standing = clock.standing_at(self.now)
        self.standing.__enter__()
        self.unit: Unit = programme.install(actor=SYSTEM)["points"]
        self.unit = programme.change_unit(
            self.unit, actor=SYSTEM, expires_after_months=2, restored_for_days=5
        )
        zones = ("Europe/Berlin", "Pacific/Auckland", "America/Lima")
        self.people = [
            members.enrol(f"m{n}", actor=SYSTEM, time_zone=z) for n, z in enumerate(zones)
        ]
        self.owners = [Owner(zone) for zone in zones]
        self.home = households.open(self.people[0], name="Home", actor=SYSTEM)
        self.purse = Owner(settings.PROGRAMME_TIME_ZONE)
        self.come_in()
        self.clerk = User.objects.create_user("clerk@example.test")
        self.step = 0
        self.earned: list = []
        self.spent: list = []
        self.holds: list = []
        self.gifts: list = []
        self.moves: list = []
        self.merge: tuple | None = None

    def teardown(self) -> None:
        self.standing.__exit__(None, None, None)
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    def key(self) -> str:
        self.step += 1
        return f"step-{self.step}"

    def at(self, who: int) -> int:
        """Whose it is: what is done for a merged member is done for the other."""
        return 0 if who == 2 and self.merge else who

    # -- earning and spending

    @rule(who=WHO, amount=SOME)
    def accrue(self, who, amount):
        entry = ledger.accrue(
            self.people[who], unit=self.unit, amount=amount, key=self.key(), reason="An order",
            actor=SYSTEM, cause=("test", 1),
        )  # fmt: skip
        who = self.at(who)
        lot = self.owners[who].open(amount, entry.expires_at, self.now)
        self.earned.append([who, entry, lot, 0, 0])

    @rule(who=WHO, amount=SOME)
    def redeem(self, who, amount):
        def act():
            return ledger.redeem(
                self.people[who], unit=self.unit, amount=amount, key=self.key(), reason="A mug",
                actor=SYSTEM, cause=("test", 2),
            )  # fmt: skip

        owner = self.owners[self.at(who)]
        if amount > owner.available(self.now):
            with pytest.raises(NotEnough):
                act()
        else:
            self.spent.append([self.at(who), act(), owner.take(amount, self.now)])

    @precondition(lambda self: self.spent)
    @rule(pick=PICK, amount=SOME)
    def restore(self, pick, amount):
        told = self.spent[pick % len(self.spent)]
        who, entry, used = told

        def act():
            corrections.restore(entry, amount=amount, key=self.key(), reason="Undone", actor=SYSTEM)

        if amount > sum(part for _, part in used):
            with pytest.raises(AlreadyReversed):
                act()
        else:
            act()
            told[2] = self.owners[self.at(who)].give_back(used, amount, self.now, grace=5)

    @precondition(lambda self: self.earned)
    @rule(pick=PICK, amount=SOME)
    def reverse(self, pick, amount):
        told = self.earned[pick % len(self.earned)]
        who, entry, lot, asked, forgiven = told

        def act():
            corrections.reverse(
                entry,
                amount=amount,
                asked_before=asked,
                key=self.key(),
                reason="Back",
                actor=SYSTEM,
            )

        if asked + amount > entry.amount:
            with pytest.raises(AlreadyReversed):
                act()
        else:
            act()
            told[4] += self.owners[self.at(who)].claw(lot, amount, self.now, forgiven)
            told[3] += amount

    @rule(who=WHO, amount=st.integers(-60, 60).filter(bool))
    def adjust(self, who, amount):
        def act():
            return adjustments.make(
                self.people[who], unit=self.unit, amount=amount, reason="By hand", by=self.clerk,
                key=self.key(),
            )  # fmt: skip

        owner = self.owners[self.at(who)]
        alone = adjustments.adjusted_today(self.clerk, self.unit) + abs(amount) <= 1000
        if alone and amount < 0 and -amount > owner.available(self.now):
            with pytest.raises(NotEnough):
                act()
            return
        made = act()
        assert (made.state == "posted") == alone
        if alone and amount > 0:
            owner.open(amount, made.entry.expires_at, self.now)
        elif alone:
            owner.take(-amount, self.now)

    # -- holds

    @rule(who=WHO, amount=SOME, minutes=st.integers(1, 30 * 24 * 60))
    def hold(self, who, amount, minutes):
        def act():
            return holds.place(
                self.people[who], unit=self.unit, amount=amount, key=self.key(), actor=SYSTEM,
                lasts=timedelta(minutes=minutes),
            )  # fmt: skip

        owner = self.owners[self.at(who)]
        if amount > owner.available(self.now):
            with pytest.raises(NotEnough):
                act()
        else:
            self.holds.append([self.at(who), act(), owner.take(amount, self.now)])
            owner.held += amount

    @precondition(lambda self: self.holds)
    @rule(pick=PICK, part=SOME)
    def capture(self, pick, part):
        who, hold, used = self.holds[pick % len(self.holds)]
        if hold.expires_at <= self.now:
            return
        self.holds.remove([who, hold, used])
        part = min(part, hold.amount)
        holds.capture(hold, amount=part, actor=SYSTEM)
        owner = self.owners[who]
        owner.held -= hold.amount
        kept = owner.give_back(used, hold.amount - part, self.now, grace=None)
        entry = Entry.objects.get(key=f"hold:{hold.pk}:captured")
        self.spent.append([who, entry, kept])

    @precondition(lambda self: self.holds)
    @rule(pick=PICK)
    def release(self, pick):
        who, hold, used = self.holds.pop(pick % len(self.holds))
        holds.release(hold, actor=SYSTEM)
        self.owners[who].held -= hold.amount
        self.owners[who].give_back(used, hold.amount, self.now, grace=None)

    @rule()
    def time_out(self):
        holds.time_out(at=self.now, most=100, actor=SYSTEM)
        for told in sorted(self.holds, key=lambda told: (told[1].expires_at, told[1].pk)):
            who, hold, used = told
            if hold.expires_at <= self.now:
                self.holds.remove(told)
                self.owners[who].held -= hold.amount
                self.owners[who].give_back(used, hold.amount, self.now, grace=None)

    # -- gifts and debts

    @rule(who=TWO, amount=SOME)
    def give(self, who, amount):
        def act():
            return gifts.give(
                self.people[who], receiver=self.people[1 - who], unit=self.unit, amount=amount,
                key=self.key(), actor=SYSTEM,
            )  # fmt: skip

        giver, receiver = self.owners[who], self.owners[1 - who]
        if amount > giver.available(self.now):
            with pytest.raises(NotEnough):
                act()
            return
        self.gifts.append((act(), giver.hand_over(receiver, amount, self.now)))

    @precondition(lambda self: self.gifts)
    @rule(pick=PICK)
    def take_back(self, pick):
        told = self.gifts[pick % len(self.gifts)]
        gift, moved = told
        if not moved.is_whole(self.now):
            with pytest.raises(NotEnough):
                gifts.take_back(gift, actor=SYSTEM, reason="x")
            return
        gifts.take_back(gift, actor=SYSTEM, reason="x")
        self.gifts.remove(told)
        moved.undo(self.now, grace=5)

    @rule(who=WHO, amount=SOME)
    def write_off(self, who, amount):
        def act():
            debts.write_off(
                self.people[who], unit=self.unit, amount=amount, key=self.key(), reason="x",
                actor=SYSTEM,
            )  # fmt: skip

        owner = self.owners[self.at(who)]
        if amount > owner.debt:
            with pytest.raises(NotEnough):
                act()
        else:
            act()
            owner.debt -= amount

    # -- the household

    @rule(who=TWO, amount=SOME)
    def contribute(self, who, amount):
        self.move(purses.contribute, who, self.owners[who], self.purse, amount)

    @rule(who=TWO, amount=SOME)
    def draw(self, who, amount):
        self.move(purses.draw, who, self.purse, self.owners[who], amount)

    def move(self, verb, who, source, target, amount):
        def act():
            return verb(
                self.people[who], unit=self.unit, amount=amount, key=self.key(), actor=SYSTEM
            )

        if amount > source.available(self.now):
            with pytest.raises(NotEnough):
                act()
        else:
            self.moves.append((who, act(), source.hand_over(target, amount, self.now)))

    @precondition(lambda self: self.moves)
    @rule(pick=PICK)
    def undo_move(self, pick):
        told = self.moves[pick % len(self.moves)]
        who, move, moved = told

        def act():
            purses.undo(move, by=self.people[who], actor=SYSTEM)

        if self.now >= move.undo_until:
            with pytest.raises(UndoOver):
                act()
        elif not moved.is_whole(self.now):
            with pytest.raises(NotEnough):
                act()
        else:
            act()
            self.moves.remove(told)
            moved.undo(self.now, grace=5)

    @rule()
    def leave_and_come_back(self):
        """The second of them; what they put in and nobody has drawn goes with them."""
        households.leave(self.people[1], actor=SYSTEM)
        self.purse.send_home(self.owners[1], self.now, grace=5)
        self.come_in()

    def come_in(self):
        code = households.invite(self.people[0], actor=SYSTEM).code
        households.join(self.people[1], code=code, actor=SYSTEM)

    # -- two that are one

    @precondition(lambda self: not self.merge)
    @rule()
    def merge_them(self):
        def act():
            return merges.merge(
                self.people[2], self.people[0], reason="x", key=self.key(), by=self.clerk
            )

        if any(who == 2 for who, *_ in self.holds):
            with pytest.raises(PointsHeld):
                act()
            return
        self.merge = act(), *self.owners[0].take_in(self.owners[2], self.now)
        self.people[2].refresh_from_db()

    @precondition(lambda self: self.merge)
    @rule()
    def part_them(self):
        made, pairs, owed = self.merge
        merges.undo(made, reason="x", by=self.clerk)
        self.owners[0].let_go(self.owners[2], pairs, owed, self.now)
        self.merge = None
        self.people[2].refresh_from_db()

    # -- time

    @rule(hours=st.integers(1, 24 * 25))
    def wait(self, hours):
        self.standing.__exit__(None, None, None)
        self.now += timedelta(hours=hours)
        self.standing = clock.standing_at(self.now)
        self.standing.__enter__()

    @rule()
    def expire(self):
        ledger.expire_due(at=self.now)
        for owner in (*self.owners, self.purse):
            owner.expire(self.now)

    # -- what always holds

    @invariant()
    def the_books_agree(self):
        self.lots_agree(accounts.purse(self.home, self.unit), self.purse)
        for person, owner in zip(self.people, self.owners, strict=True):
            wallet = Account.objects.get(member=person, unit=self.unit, kind="wallet")
            self.lots_agree(wallet, owner)
            amounts = dict(
                Balance.objects.filter(account__member=person, account__unit=self.unit)
                .values_list("account__kind", "amount")
            )  # fmt: skip
            assert amounts.get("held", 0) == owner.held
            assert -amounts.get("debt", 0) == owner.debt

    def lots_agree(self, account, owner):
        stored = OpenLot.objects.filter(account=account).order_by(
            "expires_at", "earned_at", "entry_id"
        )
        assert list(stored.values_list("remaining", "expires_at")) == [
            (lot.remaining, lot.expires_at)
            for lot in sorted(owner.lots, key=lambda lot: lot.turn)
            if lot.remaining
        ]

    @invariant()
    def the_rules_hold(self):
        assert faults() == []
