"""Members who bring friends, and who turn out to be one person with somebody."""

import pytest

from loyalty.campaigns.operations import merges, standard
from tests.campaigns.conftest import order, take, work
from tests.campaigns.funding import books, brewery, fund_of
from tests.campaigns.operations.test_merges import clerk, wrong
from tests.campaigns.operations.test_referrals import ann, ben
from tests.campaigns.referring import bring, bring_a_friend, brought, days_later, newcomer
from tests.conftest import SYSTEM, person
from tests.members.operations.test_merges import has

__all__ = ["ann", "ben", "clerk"]

pytestmark = pytest.mark.django_db


def test_a_merge_of_the_two_voids_it_and_undoing_restores_it(points, ann, ben, clerk):
    """E68, semantics 24: what either had is taken back, and given again."""
    bring_a_friend()
    bring(ann, ben)
    take(order(ben, "40.00"))
    days_later(15)
    made = merges.merge(ann, ben, reason="One", key="m", by=clerk)
    work()
    assert (brought(ben).cause, has(ben, points)) == ("merged", 0)
    assert wrong() == []
    merges.undo(made, reason="Two", by=clerk)
    work()
    assert (brought(ben).state, has(ann, points), has(ben, points)) == ("approved", 113, 55)
    assert wrong() == []


def test_a_merge_with_somebody_else_leaves_it(points, ann, ben, clerk):
    """E68: the friend's orders under the other reference count for the advocate."""
    bring_a_friend()
    bring(ann, ben)
    cat = newcomer("cat")
    made = merges.merge(ben, cat, reason="One", key="m", by=clerk)
    take(order("ben", "40.00"))
    days_later(15)
    assert (brought(ben).state, has(ann, points), has(cat, points)) == ("approved", 113, 55)
    merges.undo(made, reason="Two", by=clerk)
    assert brought(ben).state == "approved"
    assert wrong() == []


def test_one_person_who_was_brought_twice_keeps_the_first(points, ann, ben, clerk):
    """E62, E68."""
    bring_a_friend()
    cat, dan = newcomer("cat"), newcomer("dan")
    bring(ann, ben)
    bring(dan, cat)
    made = merges.merge(ben, cat, reason="One", key="m", by=clerk)
    work()
    assert [brought(each).state for each in (ben, cat)] == ["pending", "void"]
    assert (has(ann, points), has(dan, points), has(cat, points)) == (10, 0, 5)
    merges.undo(made, reason="Two", by=clerk)
    work()
    assert [brought(each).state for each in (ben, cat)] == ["pending", "pending"]
    assert [has(each, points) for each in (ann, ben, cat, dan)] == [10, 5, 5, 10]
    assert wrong() == []


def test_what_a_merge_takes_back_for_two_reasons_is_all_given_back(points, eli):
    """The referral between the two ends, and the welcome was given twice: budget and fund have both back."""
    fund = fund_of(brewery(eli), points, points=1000)
    campaign = standard.publish(
        {
            "slug": "hello",
            "name": "Hello",
            "triggers": ["member.joined", "referral.signed_up"],
            "effects": [{"kind": "earn", "unit": "points", "amount": 10}],
            "budget_units": 1000,
            "funded_by": fund,
        },
        actor=SYSTEM,
    )
    one, other = newcomer("one"), newcomer("other")
    work()
    bring(one, other)
    campaign.budget_use.refresh_from_db()
    fund.refresh_from_db()
    granted = fund.granted
    assert campaign.budget_use.units == granted >= 40
    by = person("clerk2@example.test", is_staff=True)
    merges.merge(other, one, reason="The same person", key="m", by=by)
    campaign.budget_use.refresh_from_db()
    fund.refresh_from_db()
    assert (granted - campaign.budget_use.units, fund.returned) == (30, 30)
    assert books() == []
