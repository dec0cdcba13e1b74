"""What a budget and a fund paid to members who are merged, and what of it comes back."""

import pytest

from loyalty.campaigns.operations import merges
from members.models import Member, Merge
from members.operations import members
from tests.campaigns.conftest import act, order, take
from tests.campaigns.funding import books, brewery, fund_of, funded, sums
from tests.conftest import SYSTEM, person
from tests.members.operations.test_merges import has

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
