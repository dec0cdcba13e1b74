"""Orders that had used a reward and come back (semantic 5)."""

import pytest

from loyalty.campaigns.operations import intake
from loyalty.rewards.models import Coupon, Redemption, Reward
from loyalty.rewards.operations import coupons, order_returns
from members.domain.actors import Actor
from members.models import OpenLot
from tests.books import faults
from tests.campaigns.conftest import act, order, take
from tests.conftest import SYSTEM
from tests.rewards.conftest import books, codes_of, held, redeem

pytestmark = pytest.mark.django_db
TILL = Actor("user", 7, "till")


def back(member, *lines, id):
    told = {"lines": [{"line_id": line, "quantity": 1} for line in lines]} if lines else {}
    return act("order.returned", member, id=id, order_id="o1", **told)


def lots():
    return list(OpenLot.objects.order_by("pk").values_list("expires_at", "remaining"))


def test_the_last_part_voids_the_reward_and_restores_its_points(amara, points, offer):
    """E24 and semantic 5: a part leaves the reward alone, the rest gives its points back."""
    before = lots()
    five = offer("five", kind="discount", codes="generated", worth=500, currency="EUR", stock=9)
    redemption = redeem(amara, five, order_id="o1")
    take(order(amara, "10.00", "20.00", id="o1"))
    take(back(amara, "0", id="r1"))
    assert held(amara, points) == 500
    assert Redemption.objects.get().state == "confirmed"
    take(back(amara, "1", id="r2"))
    redemption.refresh_from_db()
    assert (redemption.state, redemption.returned) == ("cancelled", 1)
    assert held(amara, points) == 600
    assert lots() == before
    assert Coupon.objects.get().state == "void"
    assert Reward.objects.get().stock == 8
    assert (books(), faults()) == ([], [])


def test_a_coupon_used_at_the_till_comes_back_with_its_order(amara, points, offer):
    """Of three pieces two were used, one of them in this order."""
    tea = offer("tea", kind="coupon", codes="generated")
    redemption = redeem(amara, tea, quantity=3)
    first, second, third = codes_of(redemption)
    coupons.burn(first, partner_id=None, actor=TILL, order_id="o1")
    coupons.burn(second, partner_id=None, actor=TILL, order_id="o2")
    take(order(amara, "10.00", id="o1"))
    take(back(amara, id="r1"))
    redemption.refresh_from_db()
    assert (redemption.state, redemption.returned) == ("confirmed", 1)
    assert held(amara, points) == 400
    assert [c.state for c in Coupon.objects.order_by("pk")] == ["void", "burnt", "assigned"]
    again = order_returns.give_back(amara, order_id="o1", actor=SYSTEM, cause=("activity", 1))
    assert (again, held(amara, points)) == ([], 400)
    coupons.burn(third, partner_id=None, actor=TILL, order_id="o2")
    assert (books(), faults()) == ([], [])
    order_returns.give_back(amara, order_id="o2", actor=SYSTEM, cause=("activity", 2))
    redemption.refresh_from_db()
    assert (redemption.state, held(amara, points)) == ("cancelled", 600)
    assert (books(), faults()) == ([], [])


def test_a_return_told_before_its_order_voids_the_reward_when_the_order_comes(amara, points, offer):
    """E31."""
    redeem(amara, offer("mug"), order_id="o1")
    take(back(amara, id="r1"))
    assert held(amara, points) == 500
    take(order(amara, "10.00", id="o1"))
    assert held(amara, points) == 600
    assert (books(), faults()) == ([], [])


def test_a_dry_run_of_the_return_changes_nothing(amara, points, offer):
    """E29."""
    redeem(amara, offer("mug"), order_id="o1")
    take(order(amara, "10.00", id="o1"))
    intake.preview([back(amara, id="r1")], actor=SYSTEM)
    assert (Redemption.objects.get().state, held(amara, points)) == ("confirmed", 500)


def test_another_members_reward_is_left_alone(amara, bo, points, offer):
    redeem(amara, offer("mug"), order_id="o1")
    take(order(bo, "10.00", id="o1"))
    take(back(bo, id="r1"))
    assert (Redemption.objects.get().state, held(amara, points)) == ("confirmed", 500)


def test_another_shops_order_of_that_number_leaves_the_reward_alone(amara, points, offer):
    """E24: a redemption that names its shop goes back with that shop's order only."""
    lamp = offer("lamp", cost=100)
    redemption = redeem(amara, lamp, order_id="o1", order_source="market")
    take(order(amara, "10.00", id="o1"))

    take(back(amara, id="r1"))
    redemption.refresh_from_db()
    assert redemption.state == "confirmed"

    order_returns.give_back(
        amara, order_id="o1", shop="market", actor=SYSTEM, cause=("activity", None)
    )
    redemption.refresh_from_db()
    assert redemption.state == "cancelled"
    assert faults() == []
