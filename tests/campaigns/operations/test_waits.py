"""Activities that end the waiting of pending points, at odd moments."""

from datetime import timedelta

import pytest

from loyalty.campaigns.models import Waiting
from members import clock
from members.models import OpenLot
from members.operations import ledger
from tests.books import faults
from tests.campaigns.conftest import act, order, take
from tests.campaigns.operations.test_returns import back, balance, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def bonus(units):
    """Four points for each whole euro, paid when the order has arrived."""
    return published(
        "bonus",
        triggers=["order.placed"],
        effects=[
            {
                "kind": "earn",
                "unit": "points",
                "points": 4,
                "per": "1.00",
                "pending": {"until": "order.fulfilled", "cancelled_by": "order.returned"},
            }
        ],
    )


def test_a_return_that_cancels_what_waits_takes_it_once(bonus, bo, points):
    """E8, E47: part is taken back with its lines, the rest is cancelled, and nothing is left to confirm."""
    take(order(bo, "10.00", "5.00"))
    [answer] = take(back(bo, ("0", 1)))
    assert [(effect["kind"], effect["amount"]) for effect in answer["effects"]] == [
        ("reversal", -40),
        ("cancellation", 20),
    ]
    [late] = take(act("order.fulfilled", bo, id="f1", order_id="o1"))
    [rest] = take(back(bo, id="r2"))
    assert (late["effects"], rest["status"]) == ([], "accepted")
    assert (balance(bo, points), balance(bo, points, "pending")) == (0, 0)
    assert (Waiting.objects.count(), faults()) == (0, [])


def test_a_whole_return_leaves_nothing_to_cancel(bonus, bo, points):
    """E8, E47: not an error either."""
    take(order(bo, "10.00"))
    [answer] = take(back(bo))
    assert [(effect["kind"], effect["amount"]) for effect in answer["effects"]] == [
        ("reversal", -40)
    ]
    assert (balance(bo, points, "pending"), Waiting.objects.count(), faults()) == (0, 0, [])


def test_a_confirmation_told_late_leaves_the_least_life(bonus, bo, points):
    """E86: as points that were earned long ago and told of today have it."""
    now = clock.now()
    then = now - timedelta(days=2000)
    take(order(bo, "10.00", at=then))
    take(act("order.fulfilled", bo, id="f1", order_id="o1", at=then + timedelta(days=1)))
    lot = OpenLot.objects.get(account=ledger.wallet(bo, points))
    left = lot.expires_at - now
    assert (
        timedelta(days=points.late_life_days) <= left <= timedelta(days=points.late_life_days + 1)
    )
