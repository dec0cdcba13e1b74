"""What is taken back after it was spent: three policies, repayment, and forgiving."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from members import clock
from members.errors import AlreadyReversed, NotEnough
from members.models import Balance, Entry, OpenLot
from members.operations import corrections, debts, due, ledger
from tests.books import faults
from tests.conftest import SYSTEM
from tests.tables import rows_under

PAGE = Path(__file__).parents[3] / "docs" / "algorithms" / "ledger.md"

pytestmark = pytest.mark.django_db


def earn(member, unit, amount, key="earned", at=None):
    return ledger.accrue(
        member, unit=unit, amount=amount, key=key, reason="An order", actor=SYSTEM,
        cause=("test", 1), at=at,
    )  # fmt: skip


def spend(member, unit, amount, key="spent"):
    return ledger.redeem(
        member, unit=unit, amount=amount, key=key, reason="x", actor=SYSTEM, cause=("test", 2)
    )


def back(entry, amount=None, key="back"):
    return corrections.reverse(entry, amount=amount, key=key, reason="Sent back", actor=SYSTEM)


def owed(member, unit):
    return -Balance.objects.get(account=ledger.wallet(member, unit, "debt")).amount


def available(member, unit):
    return sum(
        OpenLot.objects.filter(
            account=ledger.wallet(member, unit), expires_at__gt=clock.now()
        ).values_list("remaining", flat=True)
    )


ROWS = rows_under(PAGE, "Debt")


@pytest.mark.parametrize("policy, taken, debt, left, debt_then, left_then", ROWS)
def test_the_worked_table(bo, points, policy, taken, debt, left, debt_then, left_then):
    """E25, E26: earned 100, spent 80, everything comes back; then 50 more are earned."""
    points.clawback = policy
    points.save()
    entry = earn(bo, points, 100)
    spend(bo, points, 80)
    assert sum(row.amount for row in back(entry)) == int(taken)
    assert (owed(bo, points), available(bo, points)) == (int(debt), int(left))
    earn(bo, points, 50, key="next")
    assert (owed(bo, points), available(bo, points)) == (int(debt_then), int(left_then))
    arrears = Entry.objects.filter(cause_kind="arrears")
    assert [row.amount for row in arrears] == ([50] if policy == "debt" else [])
    assert all(row.kind == "transfer" for row in arrears)
    assert faults() == []


def test_repaying_leaves_what_is_over(bo, points):
    """E26: debt first, the rest is the member's, with the life of what was earned."""
    entry = earn(bo, points, 100)
    spend(bo, points, 80)
    back(entry)
    earn(bo, points, 200, key="next")
    assert (owed(bo, points), available(bo, points)) == (0, 120)
    assert faults() == []


def test_a_restored_redemption_repays_too(bo, points):
    """E26, I5: whatever reaches the wallet repays first."""
    entry = earn(bo, points, 100)
    spent = spend(bo, points, 80)
    back(entry)
    corrections.restore(spent, key="undo", reason="Undone", actor=SYSTEM)
    assert (owed(bo, points), available(bo, points)) == (0, 0)
    assert faults() == []


def test_what_expired_unspent_is_forgiven(bo, points):
    """E24: taking back points that nobody enjoyed makes no debt, in parts neither."""
    entry = earn(bo, points, 100, at=clock.now() - timedelta(days=300))
    spend(bo, points, 30)
    with time_machine.travel(entry.expires_at + timedelta(days=1), tick=False):
        ledger.expire_due(at=clock.now())
        assert back(entry, 60, key="one") == []
        corrections.reverse(
            entry, amount=40, asked_before=60, key="two", reason="Sent back", actor=SYSTEM
        )
        assert owed(bo, points) == 30
        assert faults() == []


def test_no_more_is_taken_back_than_was_given(bo, points):
    """E30, P6: not in parts either."""
    entry = earn(bo, points, 100)
    back(entry, 60, key="one")
    with pytest.raises(AlreadyReversed):
        back(entry, 41, key="two")
    assert available(bo, points) == 40
    back(entry, key="rest")
    with pytest.raises(AlreadyReversed):
        back(entry, key="again")
    assert faults() == []


def test_a_person_forgives_debt(bo, points):
    """E26: written off against the programme's receivable; never more than is owed."""
    entry = earn(bo, points, 100)
    spend(bo, points, 80)
    back(entry)
    with pytest.raises(NotEnough):
        debts.write_off(bo, unit=points, amount=81, key="w", reason="A gesture", actor=SYSTEM)
    first, again = (
        debts.write_off(bo, unit=points, amount=50, key="w", reason="A gesture", actor=SYSTEM)
        for _ in range(2)
    )
    assert first == again
    assert owed(bo, points) == 30
    assert faults() == []


def test_old_debt_is_forgiven_by_its_age(bo, points):
    """E26: 24 months after it arose, and only what arose then; repayments pay the oldest first."""
    start = clock.now()
    with time_machine.travel(start, tick=False):
        old, young = earn(bo, points, 100, key="old"), earn(bo, points, 50, key="young")
        spend(bo, points, 150)
        back(old, key="back-old")
        earn(bo, points, 30, key="repays")
    with time_machine.travel(start + timedelta(days=200), tick=False):
        back(young, key="back-young")
        assert owed(bo, points) == 120
    until = start + timedelta(days=735)
    with time_machine.travel(until, tick=False):
        assert due.old_debts(until, until).done == 1
        assert owed(bo, points) == 50
        assert due.old_debts(until, until).done == 0
    assert faults() == []
