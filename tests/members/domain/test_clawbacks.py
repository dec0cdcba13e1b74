"""From where points are taken back."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.domain.clawbacks import Clawback, Shelf, plan

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def shelf(*lots: tuple[int, datetime]) -> Shelf:
    """Lots numbered from 1, in the order of spending."""
    return Shelf(
        {number: left for number, (left, _) in enumerate(lots, start=1)},
        {number: ends for number, (_, ends) in enumerate(lots, start=1)},
    )


def take(of: Shelf, amount: int, *, expired: int = 0, policy: str = "debt", spendable: bool = True):
    return plan(
        of, lot=2, amount=amount, expired=expired, is_spendable=spendable, policy=policy, at=NOW
    )


@pytest.mark.parametrize(
    ("policy", "taken"),
    [
        ("pending", Clawback(0, 0, 0, 0, 100)),
        ("balance", Clawback(20, 30, 0, 10, 40)),
        ("debt", Clawback(20, 30, 40, 10, 0)),
    ],
)
def test_the_policies(policy, taken):
    """E25: the own lot, what expired of it, the other live lots in order, then debt or nothing."""
    lots = shelf((7, NOW), (20, LATER), (30, LATER))
    assert take(lots, 100, expired=10, policy=policy) == taken
    assert lots.left == ({1: 7, 2: 20, 3: 30} if policy == "pending" else {1: 7, 2: 0, 3: 0})


def test_pending_points_are_taken_from_their_own_lot_alone():
    """E25, E8: a pending account has other promises, which are not touched."""
    lots = shelf((50, LATER), (20, LATER))
    assert take(lots, 30, spendable=False) == Clawback(20, 0, 0, 0, 10)
    assert lots.left == {1: 50, 2: 0}


@given(
    st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=2, max_size=5),
    st.integers(1, 200),
    st.integers(-10, 60),
    st.sampled_from(["pending", "balance", "debt"]),
    st.booleans(),
)
def test_nothing_is_lost_or_made(lots, amount, expired, policy, spendable):
    """E25, I1: the parts are what was asked, and the shelf loses what they take from it."""
    of = shelf(*[(left, LATER if lives else NOW) for left, lives in lots])
    before = sum(of.left.values())
    found = take(of, amount, expired=expired, policy=policy, spendable=spendable)
    parts = (found.own, found.others, found.debt, found.expired, found.uncollected)
    assert sum(parts) == amount and min(parts) >= 0
    assert before - sum(of.left.values()) == found.own + found.others
    assert min(of.left.values()) >= 0
