"""Every verb of the ledger, in any order, against a page of plain Python."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from members import clock
from members.errors import AlreadyReversed, NotEnough, PointsHeld
from members.models import Balance, Entry, OpenLot, Unit, User
from members.operations import (
    adjustments,
    corrections,
    debts,
    gifts,
    holds,
    ledger,
    members,
    merges,
    programme,
)
from tests.books import faults
from tests.conftest import SYSTEM
from tests.members.reference import Owner

pytestmark = pytest.mark.django_db

START = datetime(2026, 1, 30, 12, tzinfo=UTC)
WHO = st.sampled_from([0, 1, 2])
TWO = st.sampled_from([0, 1])
SOME = st.integers(1, 120)
PICK = st.integers(0, 10**6)


class Books(RuleBasedStateMachine):
    """Two members in two zones, and the second membership of the first, which is merged into it and
    undone again; points that live two months, so that much expires."""

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
        self.clerk = User.objects.create_user("clerk@example.test")
        self.step = 0
        self.earned: list = []
        self.spent: list = []
        self.holds: list = []
        self.gifts: list = []
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
        gift, moved = act(), []
        for lot, part in giver.take(amount, self.now):
            fresh = type(lot)(receiver, lot.expires_at, self.now, part, part)
            receiver.lots.append(fresh)
            moved.append((lot, fresh, part))
        receiver.repay(self.now)
        self.gifts.append((who, gift, moved))

    @precondition(lambda self: self.gifts)
    @rule(pick=PICK)
    def take_back(self, pick):
        told = self.gifts[pick % len(self.gifts)]
        who, gift, moved = told
        whole = all(
            fresh.remaining == part and fresh.expires_at > self.now for _, fresh, part in moved
        )
        if not whole:
            with pytest.raises(NotEnough):
                gifts.take_back(gift, actor=SYSTEM, reason="x")
            return
        gifts.take_back(gift, actor=SYSTEM, reason="x")
        self.gifts.remove(told)
        for lot, fresh, part in moved:
            fresh.remaining = 0
            lot.remaining += part
        self.owners[who].repay(self.now)

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
        for owner in self.owners:
            owner.expire(self.now)

    # -- what always holds

    @invariant()
    def the_books_agree(self):
        for person, owner in zip(self.people, self.owners, strict=True):
            stored = OpenLot.objects.filter(
                account__member=person, account__unit=self.unit, account__kind="wallet"
            ).order_by("expires_at", "earned_at", "entry_id")
            assert list(stored.values_list("remaining", "expires_at")) == [
                (lot.remaining, lot.expires_at)
                for lot in sorted(owner.lots, key=lambda lot: lot.turn)
                if lot.remaining
            ]
            amounts = dict(
                Balance.objects.filter(account__member=person, account__unit=self.unit)
                .values_list("account__kind", "amount")
            )  # fmt: skip
            assert amounts.get("held", 0) == owner.held
            assert -amounts.get("debt", 0) == owner.debt

    @invariant()
    def the_rules_hold(self):
        assert faults() == []


def test_any_sequence_of_verbs(db):
    """E1–E3, E7, E10, E22, E25–E27, E30, E45, E65, E68; P3, P6, P7: invariants after every step."""
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=40,
            stateful_step_count=40,
            deadline=None,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
