"""What a budget and a fund paid to members who are merged, and what of it comes back."""

import pytest

from loyalty.campaigns.operations import merges
from members.models import Member, Merge
from members.operations import members
from tests.campaigns.conftest import act, order, take
from tests.campaigns.funding import books, brewery, fund_of, funded, moves, sums
from tests.conftest import SYSTEM, person
from tests.members.operations.test_merges import has
from tests.together import together

pytestmark = pytest.mark.django_db


@pytest.fixture
def fund(points, eli):
    """With a pack of 100 points."""
    return fund_of(brewery(eli), points, points=100)


@pytest.fixture
def clerk(db):
    return person("clerk@example.test", is_staff=True)


@pytest.fixture
def ann(units) -> Member:
    return members.enrol("ann", actor=SYSTEM)


def merge(source, target, clerk) -> Merge:
    return merges.merge(source, target, reason="The same person", key="m", by=clerk)


def used(campaign) -> int:
    campaign.budget_use.refresh_from_db()
    return campaign.budget_use.units


def test_a_return_by_the_old_reference_frees_budget_and_fund(fund, points, ann, bo, clerk):
    """E44, E68, E93: the order is the target's by now, whoever the return names."""
    campaign = funded(fund, triggers=["order.placed"], budget_units=100)
    take(order(ann, "20.00", id="o1"))
    merge(ann, bo, clerk)
    assert (sums(fund), used(campaign)) == ((100, 20, 0, 80), 20)
    [answer] = take(act("order.returned", ann, id="r1", order_id="o1"))
    assert answer["status"] == "accepted"
    assert (sums(fund), used(campaign), has(bo, points)) == ((100, 20, 20, 100), 0, 0)
    assert books() == []


def test_a_rejection_by_the_old_reference_frees_budget_and_fund(fund, points, ann, bo, clerk):
    """E47, E68, E93: so does the end of a promise."""
    waits = {"until": "refill.confirmed", "cancelled_by": "refill.rejected"}
    effects = [{"kind": "earn", "unit": "points", "amount": 20, "pending": waits}]
    campaign = funded(fund, triggers=["refill.ordered"], effects=effects, budget_units=20)
    take(act("refill.ordered", ann, id="a", order_id="R1"))
    merge(ann, bo, clerk)
    take(act("refill.rejected", ann, id="c", order_id="R1"))
    assert (sums(fund), used(campaign), has(bo, points, "pending")) == ((100, 20, 20, 100), 0, 0)
    assert books() == []


def test_a_bonus_that_both_had_is_paid_for_once(fund, points, ann, bo, clerk):
    """E68, E93: the second goes back to the fund. Undone, the programme pays for it."""
    campaign = funded(fund, limit={"times": 1, "per": "life"}, budget_units=40)
    take(act("visit.checked_in", ann, id="a"), act("visit.checked_in", bo, id="b"))
    assert (sums(fund), used(campaign)) == ((100, 40, 0, 60), 40)
    made = merge(ann, bo, clerk)
    assert (sums(fund), moves(fund)[-1]) == ((100, 40, 20, 80), ("returned", 20))
    assert (used(campaign), has(bo, points), books()) == (20, 20, [])
    merges.undo(made, reason="A mistake", by=clerk)
    assert (has(ann, points), has(bo, points), used(campaign)) == (20, 20, 40)
    assert (sums(fund), books()) == ((100, 40, 20, 80), [])


@pytest.mark.django_db(transaction=True)
def test_orders_that_draw_on_a_fund_while_two_are_merged(fund, points, ann, bo, clerk):
    """E45, E68, E93: budgets and funds come before the members; each bonus is paid for once."""
    campaign = funded(fund, limit={"times": 1, "per": "life"}, budget_units=100)
    said = together(
        lambda: merge(ann, bo, clerk),
        *(lambda n=n: take(act("visit.checked_in", ann, id=f"a{n}")) for n in range(2)),
        *(lambda n=n: take(act("visit.checked_in", bo, id=f"b{n}")) for n in range(2)),
    )
    assert said == ["done"] * 5
    assert (sums(fund)[3], used(campaign), has(bo, points), books()) == (80, 20, 20, [])
