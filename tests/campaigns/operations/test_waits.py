"""Activities that end the waiting of pending points, at odd moments."""

import itertools
from datetime import timedelta

import pytest
from django.db import transaction

from loyalty.campaigns.models import Waiting
from loyalty.campaigns.operations import campaigns
from members import clock
from members.models import OpenLot
from members.operations import ledger
from tests.books import faults
from tests.campaigns.conftest import act, order, take
from tests.campaigns.operations.test_returns import back, balance, published
from tests.conftest import SYSTEM

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
    """E8, E47: each part is taken back with its lines, and nothing is left to confirm."""
    take(order(bo, "10.00", "5.00"))
    [answer] = take(back(bo, ("0", 1)))
    assert [(effect["kind"], effect["amount"]) for effect in answer["effects"]] == [
        ("reversal", -40)
    ]
    assert (balance(bo, points), balance(bo, points, "pending")) == (0, 20)
    [rest] = take(back(bo, id="r2"))
    assert [(effect["kind"], effect["amount"]) for effect in rest["effects"]] == [("reversal", -20)]
    [late] = take(act("order.fulfilled", bo, id="f1", order_id="o1"))
    assert (late["effects"], late["status"]) == ([], "accepted")
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


def books(member, unit):
    """What is spendable, what waits, and every lot: left, and how long it lives."""
    lots = OpenLot.objects.filter(account__member=member, account__unit=unit)
    return (
        balance(member, unit),
        balance(member, unit, "pending"),
        sorted(lots.values_list("remaining", "earned_at", "expires_at")),
        Waiting.objects.count(),
        faults(),
    )


def told_in_any_order(member, unit, *facts):
    """The books after these, in every order in which they may be told; each undone again."""
    found = []
    for told in itertools.permutations(facts):
        with transaction.atomic():
            take(told[0])
            take(*told[1:])
            found.append(books(member, unit))
            transaction.set_rollback(True)
    return found


def sent(member, *lines, id, at):
    payload = {"order_id": "o1"}
    if lines:
        payload["lines"] = [{"line_id": line, "quantity": 1} for line in lines]
    return act("order.fulfilled", member, id=id, at=at, **payload)


def test_a_return_and_what_went_out_end_a_promise_alike_in_any_order(bonus, bo, points):
    """E8, E30: what waits loses what came back and no more, whichever is told first."""
    then = clock.now() - timedelta(days=9)
    day = timedelta(days=1)
    came = back(bo, ("0", 1), at=then + 2 * day)
    facts = (
        order(bo, "10.00", "5.00", at=then),
        sent(bo, id="f1", at=then + day),
        came,
    )
    found = told_in_any_order(bo, points, *facts)
    assert len(found) == 6
    assert [each[:2] for each in found] == [(20, 0)] * 6
    assert found == [found[0]] * 6


@pytest.fixture
def review_bonus(units):
    """Thirty points for a review of an order, when all of it is there, as long as nothing comes back."""
    waits = {"until": "order.fulfilled", "cancelled_by": "order.returned"}
    return published(
        "reviews",
        triggers=["review.published"],
        effects=[{"kind": "earn", "unit": "points", "amount": 30, "pending": waits}],
        limit={"times": 1, "per": "year"},
    )


@pytest.mark.parametrize("days", [(1, 2, 3), (1, 3, 2), (2, 3, 1)])
def test_what_another_act_promised_ends_with_a_return_in_any_order(review_bonus, bo, points, days):
    """E8, E30: paid or not, confirmed before or after; and not by a return of before it."""
    then = clock.now() - timedelta(days=9)
    reviewed, out, returned = (then + timedelta(days=many) for many in days)
    facts = (
        order(bo, "10.00", "5.00", at=then),
        act("review.published", bo, id="w1", at=reviewed, order_id="o1", sku="s"),
        sent(bo, id="f1", at=out),
        back(bo, ("0", 1), at=returned),
    )
    found = told_in_any_order(bo, points, *facts)
    stays = returned < reviewed
    assert [each[:2] for each in found] == [(30 if stays else 0, 0)] * 24
    assert found == [found[0]] * 24


def test_a_parcel_confirms_nothing_until_the_last_in_any_order(review_bonus, bo, points):
    """E5, E30: a review waits for all of its order, also one that is told last."""
    then = clock.now() - timedelta(days=9)
    facts = (
        order(bo, "10.00", "5.00", at=then),
        act("review.published", bo, id="w1", at=then + timedelta(days=1), order_id="o1", sku="s"),
        sent(bo, "0", id="f1", at=then + timedelta(days=2)),
        sent(bo, "1", id="f2", at=then + timedelta(days=3)),
    )
    found = told_in_any_order(bo, points, *facts)
    assert [each[:2] for each in found] == [(30, 0)] * 24
    assert found == [found[0]] * 24
    assert [each[:2] for each in told_in_any_order(bo, points, *facts[:3])] == [(0, 30)] * 6


def test_an_ended_promise_lets_its_limit_go(review_bonus, bo, points):
    """E24: the next order's review pays again."""
    now = clock.now()
    take(order(bo, "10.00"), act("review.published", bo, id="w1", at=now, order_id="o1", sku="s"))
    take(act("order.fulfilled", bo, id="f1", order_id="o1", at=now))
    assert balance(bo, points) == 30
    [answer] = take(back(bo, ("0", 1)))
    assert [(each["kind"], each["amount"]) for each in answer["effects"]] == [("reversal", -30)]
    assert balance(bo, points) == 0
    take(order(bo, "10.00", id="o2"))
    take(act("review.published", bo, id="w2", at=now, order_id="o2", sku="s"))
    assert (balance(bo, points), balance(bo, points, "pending")) == (0, 30)


def test_what_a_paused_campaign_promised_is_kept(bo, points):
    """E5: a pause stops what is new, not what was promised."""
    waits = {"until": "review.published", "cancelled_by": "order.returned"}
    effects = [{"kind": "earn", "unit": "points", "amount": 30, "pending": waits}]
    campaign = published("welcome-back", triggers=["order.placed"], effects=effects)
    take(order(bo, "10.00"), order(bo, "10.00", id="o2"))
    campaigns.pause(campaign, actor=SYSTEM)
    take(act("review.published", bo, id="w1", order_id="o1", sku="s"))
    assert (balance(bo, points), balance(bo, points, "pending")) == (30, 30)
