"""Orders that come back take with them what they brought besides points."""

from datetime import timedelta

import pytest

from loyalty.campaigns.models import Effect, LimitUse
from loyalty.rewards.models import Coupon, Redemption, Reward
from loyalty.rewards.operations import coupons
from loyalty.rewards.operations.sealing import reveal
from members import clock
from members.domain.actors import Actor
from members.models import Access, MemberAttribute, MemberTag, OpenLot, TierPeriod
from recognition.models import BadgeAward, StreakDay
from recognition.operations import badges
from recognition.operations.streak_days import turns_of
from tests.books import faults
from tests.campaigns.conftest import act, order, take, work
from tests.campaigns.effects import (
    achievement,
    balance,
    broken,
    earns,
    progress_of,
    published,
    said,
    streak,
)
from tests.conftest import SYSTEM
from tests.rewards.conftest import books, offer

__all__ = ["offer"]

pytestmark = pytest.mark.django_db

BIG = {"field": "order.base", "op": "at_least", "value": "50.00"}


def back(member, *lines, id="r1", order_id="o1"):
    told = {"order_id": order_id}
    if lines:
        told["lines"] = [{"line_id": line, "quantity": 1} for line in lines]
    return act("order.returned", member, id=id, **told)


def by_order(slug, *effects, **wanted):
    return published(slug, *effects, triggers=["order.placed"], **wanted)


def reversed_kinds(answer) -> list[tuple[str, int | None]]:
    return [(kind, amount) for kind, amount, _ in said(answer) if kind == "reversal"]


@pytest.fixture
def everything(units, offer):
    """A rule for orders from 50.00 on that gives a thing of every kind."""
    badges.activate(badges.define("big", name="Big", criteria="Buy.", actor=SYSTEM), actor=SYSTEM)
    achievement()
    streak()
    offer("tea", kind="coupon", codes="generated", stock=5)
    return by_order(
        "all",
        {"kind": "badge", "badge": "big"},
        {"kind": "achievement", "achievement": "ten-refills", "steps": 2},
        {"kind": "streak", "streak": "daily"},
        {"kind": "access", "name": "early-sale"},
        {"kind": "reward", "reward": "tea"},
        {"kind": "tier", "tier": "silver", "days": 30},
        {"kind": "tag", "tag": "big-buyer"},
        {"kind": "attribute", "name": "size", "value": "big"},
        {"kind": "message", "subject": "Thank you", "text": "For your order."},
        conditions=BIG,
        limit={"times": 1, "per": "life"},
    )


def test_a_whole_return_takes_everything_that_can_be_taken(everything, bo):
    """E28, semantic 8: steps, day, door, coupon, tag and note go; badge and tier stay and say that nothing
    supports them; the limit is free again, and a new order has all of it once more."""
    take(order(bo, "60.00"))
    [answer] = take(back(bo))
    work()
    assert reversed_kinds(answer) == [
        ("reversal", None),
        ("reversal", -2),
        *[("reversal", None)] * 6,
    ]
    assert progress_of(bo) == {"life": (0, 0)}
    assert turns_of({(bo.pk, StreakDay.objects.get().streak_id)}) == {}
    assert not Access.objects.open_at(clock.now() + timedelta(days=1)).exists()
    assert (Redemption.objects.get().state, Coupon.objects.get().state) == ("cancelled", "void")
    assert Reward.objects.get().stock == 5
    assert not MemberTag.objects.living_at(clock.now()).exists()
    assert not MemberAttribute.objects.exists()
    award = BadgeAward.objects.get()
    assert (award.is_live, award.unsupported_at is not None) == (True, True)
    assert TierPeriod.objects.get(member=bo, ends_at=None).tier.slug == "silver"
    assert [use.times for use in LimitUse.objects.all()] == [0]
    take(order(bo, "60.00", id="o2"))
    assert progress_of(bo) == {"life": (2, 0)}
    assert (faults(), broken(), books()) == ([], [], [])


def test_a_second_return_of_the_same_order_takes_nothing_more(everything, bo):
    """E28: each thing is taken back once, whatever else comes back."""
    take(order(bo, "40.00", "20.00"))
    [first] = take(back(bo, "1", id="r1"))
    assert len(reversed_kinds(first)) == 8
    [second] = take(back(bo, "0", id="r2"))
    assert reversed_kinds(second) == []
    assert Effect.objects.filter(kind="reversal").count() == 8


def test_a_partial_return_keeps_what_the_rest_still_earns(everything, bo):
    """E28, semantic 5: 55.00 are left of 60.00, so the rule still applies."""
    take(order(bo, "55.00", "5.00"))
    [answer] = take(back(bo, "1"))
    assert reversed_kinds(answer) == []
    assert progress_of(bo) == {"life": (2, 0)}
    assert Redemption.objects.get().state == "confirmed"


def test_a_coupon_that_was_used_stays_used(everything, bo):
    """E28: what was handed over cannot be taken back; nothing fails."""
    take(order(bo, "60.00"))
    coupons.burn(reveal(Coupon.objects.get()), partner_id=None, actor=Actor.system("till"))
    take(back(bo))
    work()
    assert Coupon.objects.get().state == "burnt"
    assert Redemption.objects.get().state != "cancelled"
    assert books() == []


def test_a_streak_day_stays_while_another_order_holds_it(units, bo):
    """Semantic 8: two orders on one day; the day goes with the second of them."""
    goal = streak()
    by_order("days", {"kind": "streak", "streak": "daily"})
    take(order(bo, "10.00", id="o1"), order(bo, "10.00", id="o2"))
    take(back(bo, id="r1", order_id="o1"))
    assert len(turns_of({(bo.pk, goal.pk)})[bo.pk, goal.pk]) == 1
    take(back(bo, id="r2", order_id="o2"))
    assert turns_of({(bo.pk, goal.pk)}) == {}


def test_status_points_steps_and_limits_go_together(campaigns, bo, units):
    """E28: one return, every ledger of it."""
    achievement()
    by_order("steps", {"kind": "achievement", "achievement": "ten-refills"}, earns(3))
    take(order(bo, "20.00"))
    assert (balance(bo, units["status"]), progress_of(bo)) == (20, {"life": (1, 0)})
    take(back(bo))
    assert (balance(bo, units["status"]), progress_of(bo)) == (0, {"life": (0, 0)})
    assert (balance(bo, units["points"]), faults(), broken()) == (0, [], [])


def test_a_deduction_gives_its_lots_back(units, bo, points):
    """E28: what an order cost beside its price comes back with it, into the same lot, with its end."""
    published("welcome", earns(50), triggers=["member.joined"])
    by_order("fee", {"kind": "deduct", "unit": "points", "amount": 30})
    take(act("member.joined", bo, id="j"))
    before = OpenLot.objects.values_list("entry", "expires_at", "remaining").get()
    take(order(bo, "20.00"))
    assert balance(bo, points) == 20
    [answer] = take(back(bo))
    assert said(answer) == [("reversal", 30, "active")]
    assert OpenLot.objects.values_list("entry", "expires_at", "remaining").get() == before
    assert (balance(bo, points), faults(), broken()) == (50, [], [])


def test_a_return_told_first_leaves_the_same(everything, bo):
    """I2: the return waits for its order, and then nothing of it stands."""
    take(back(bo))
    take(order(bo, "60.00"))
    work()
    assert progress_of(bo) == {"life": (0, 0)}
    assert Redemption.objects.get().state == "cancelled"
    assert BadgeAward.objects.get().unsupported_at is not None
    assert (faults(), broken(), books()) == ([], [], [])


def test_what_was_reached_stays_reached_and_is_told_once(units, bo):
    """Semantic 8: the steps go, the badge stays; taking them again wins nothing twice."""
    badge = badges.activate(
        badges.define("one", name="One", criteria="Buy.", actor=SYSTEM), actor=SYSTEM
    )
    achievement(target=1, badge=badge)
    by_order("steps", {"kind": "achievement", "achievement": "ten-refills"})
    take(order(bo, "20.00"))
    take(back(bo))
    assert progress_of(bo) == {"life": (0, 0)}
    take(order(bo, "20.00", id="o2"))
    assert progress_of(bo) == {"life": (1, 1)}
    assert BadgeAward.objects.count() == 1
