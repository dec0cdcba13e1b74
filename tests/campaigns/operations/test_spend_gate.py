"""Redemptions that a person looks at first."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine

from loyalty.campaigns.errors import OverMeanwhile
from loyalty.campaigns.models import ReviewCase
from loyalty.campaigns.operations import reviews
from loyalty.rewards.errors import InReview
from loyalty.rewards.models import Coupon, Redemption, Reward
from loyalty.rewards.operations import redemptions, rewards
from members import clock
from members.errors import AlreadyDecided
from members.models import Balance, Hold
from members.operations import gifts, households, purses, sweeps
from tests.books import faults
from tests.campaigns.operations.test_reviews import clerk, watch
from tests.conftest import SYSTEM
from tests.members.operations.test_merges import has
from tests.rewards.conftest import books, redeem
from tests.together import together

__all__ = ["clerk"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def mug(points) -> Reward:
    return rewards.offer(
        "mug", unit=points, actor=SYSTEM, name="Mug", kind="product", cost=100, stock=9
    )


@pytest.fixture
def tea(points) -> Reward:
    return rewards.offer(
        "tea", unit=points, actor=SYSTEM, name="Tea", kind="coupon", codes="generated", cost=50
    )


def often(most=1, **terms):
    return watch(side="spend", **{"window_hours": 24, "most_times": most} | terms)


def stock() -> int | None:
    return Reward.objects.get(slug="mug").stock


def test_the_second_of_a_day_waits_with_its_points(amara, points, mug):
    """E64: reserved, the points held, the stock taken; the same key again is the same redemption."""
    often()
    first, second = redeem(amara, mug, key="1"), redeem(amara, mug, key="2")
    assert (first.state, first.in_review) == ("confirmed", False)
    assert (second.state, second.in_review) == ("reserved", True)
    assert redeem(amara, mug, key="2") == second
    assert (has(amara, points), has(amara, points, "held"), stock()) == (400, 100, 7)
    case = ReviewCase.objects.get()
    assert case.reasons == [{"rule": "often", "code": "times", "seen": "2", "most": "1"}]
    assert (faults(), books()) == ([], [])


def test_accepted_it_is_confirmed(amara, points, tea, clerk):
    """E64: its coupon is given out then; nobody else confirms it before."""
    often(0)
    redemption = redeem(amara, tea)
    with pytest.raises(InReview):
        redemptions.confirm(redemption, actor=SYSTEM)
    assert Coupon.objects.filter(state="assigned").count() == 0
    case = reviews.accept(ReviewCase.objects.get(), reason="Known", actor=clerk)
    redemption = Redemption.objects.get()
    assert (redemption.state, redemption.in_review, case.state) == ("confirmed", False, "accepted")
    assert Coupon.objects.get().state == "assigned"
    assert (has(amara, points), has(amara, points, "held")) == (550, 0)
    assert (faults(), books()) == ([], [])


def test_declined_its_points_are_free(amara, points, mug, clerk):
    """E64: and the stock."""
    often(0)
    redeem(amara, mug)
    reviews.decline(ReviewCase.objects.get(), reason="A farm", actor=clerk)
    assert Redemption.objects.get().state == "cancelled"
    assert (has(amara, points), has(amara, points, "held"), stock()) == (600, 0, 9)
    assert (faults(), books()) == ([], [])


def test_a_member_may_change_their_mind_meanwhile(amara, points, mug, clerk):
    """E64: then there is nothing left to decide."""
    often(0)
    redemptions.cancel(redeem(amara, mug), actor=SYSTEM)
    case = ReviewCase.objects.get()
    assert (case.state, has(amara, points)) == ("declined", 600)
    with pytest.raises(AlreadyDecided):
        reviews.accept(case, reason="Fine", actor=clerk)


def test_what_nobody_looks_at_is_let_go(amara, points, mug):
    """E64: after thirty days the points are free again."""
    often(0)
    redeem(amara, mug)
    assert Hold.objects.get().expires_at > clock.now() + timedelta(days=29)
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        sweeps.run_due(names=["hold_timeouts", "reservations"])
        # The hundred that were held would have expired after five days.
        assert (has(amara, points), has(amara, points, "held")) == (500, 0)
        assert ReviewCase.objects.get().state == "declined"
    assert (faults(), books()) == ([], [])


def test_points_of_a_day_and_the_usual_amount(amara, points, mug, tea):
    """E64: more than 220 a day; more than three times the usual."""
    often(1000, most_units=220, unit=points)
    watch("large", side="spend", factor=Decimal("1.5"), least=2)
    for number in range(2):
        assert redeem(amara, tea, key=f"t{number}").state == "confirmed"
    assert redeem(amara, mug, key="m").state == "reserved"
    assert redeem(amara, tea, key="t3").state == "reserved"
    found = ReviewCase.objects.order_by("pk").values_list("reasons", flat=True)
    assert [[each["code"] for each in said] for said in found] == [["amount"], ["units"]]


def test_other_rewards_are_left_alone(amara, mug, tea, django_assert_num_queries):
    """E64: a rule may be about some rewards only."""
    often(0, subjects=["tea"])
    assert redeem(amara, mug, key="1").state == "confirmed"
    assert redeem(amara, tea, key="2").state == "reserved"


def test_a_checkout_waits_too(amara, points, mug, clerk):
    """E64: what was reserved for a quarter of an hour is confirmed by whoever looks."""
    often(0)
    redemption = redemptions.reserve(amara, reward=mug, key="c", actor=SYSTEM)
    assert redemption.in_review
    reviews.accept(ReviewCase.objects.get(), reason="Known", actor=clerk)
    assert Redemption.objects.get().state == "confirmed"
    assert redemptions.confirm(redemption, actor=SYSTEM).state == "confirmed"


@pytest.mark.parametrize("verb", [reviews.accept, reviews.decline])
def test_what_the_household_adds_waits_with_it(amara, bo, points, mug, clerk, verb):
    """E11, E64: drawn with it, and back in the purse when it is declined."""
    home = households.open(amara, name="Lindenweg 3", actor=SYSTEM)
    households.join(bo, code=households.invite(amara, actor=SYSTEM).code, actor=SYSTEM)
    gifts.give(amara, receiver=bo, unit=points, amount=30, key="g", actor=SYSTEM)
    purses.contribute(amara, unit=points, amount=300, key="in", actor=SYSTEM)
    often(0)
    assert redeem(bo, mug, from_household=True).in_review
    assert Balance.objects.get(account__household=home).amount == 230
    verb(ReviewCase.objects.get(), reason="Looked", actor=clerk)
    kept = Balance.objects.get(account__household=home).amount
    assert (kept, has(bo, points), has(bo, points, "held")) == (
        (230, 0, 0) if verb is reviews.accept else (300, 30, 0)
    )
    assert (faults(), books()) == ([], [])


def test_it_was_cancelled_otherwise(amara, mug, clerk):
    """E64: a case whose redemption waits no more cannot be accepted."""
    often(0)
    redemption = redeem(amara, mug)
    Redemption.objects.filter(pk=redemption.pk).update(in_review=False)
    with pytest.raises(OverMeanwhile):
        reviews.accept(ReviewCase.objects.get(), reason="Fine", actor=clerk)
    assert ReviewCase.objects.get().state == "open"


@pytest.mark.django_db(transaction=True)
def test_two_at_once_see_each_other(amara, points, mug, tea):
    """E64: of two at the same moment one waits."""
    often(1)
    said = together(
        lambda: redeem(amara, mug, key="1"),
        lambda: redeem(amara, tea, key="2"),
    )
    assert said == ["done", "done"]
    assert sorted(Redemption.objects.values_list("state", flat=True)) == ["confirmed", "reserved"]


@pytest.mark.django_db(transaction=True)
def test_the_member_cancels_while_a_person_accepts(amara, points, mug, clerk):
    """E64: one of both happens, and neither waits for ever."""
    often(0)
    redemption = redeem(amara, mug)
    said = together(
        lambda: redemptions.cancel(redemption, actor=SYSTEM),
        lambda: reviews.accept(ReviewCase.objects.get(), reason="Fine", actor=clerk),
    )
    state = Redemption.objects.get().state
    assert said[0] == "done" and said[1] in ("done", "already_decided")
    assert (state, has(amara, points), has(amara, points, "held")) == ("cancelled", 600, 0)
    assert (faults(), books()) == ([], [])
