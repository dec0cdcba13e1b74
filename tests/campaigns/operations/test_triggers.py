"""Facts that lead to facts: what each trigger tells rules, and that no circle goes on for ever."""

from datetime import timedelta

import pytest

from loyalty.campaigns.models import Evaluation
from members import clock
from members.models import Activity, Job
from recognition.operations import badges
from tests.books import faults
from tests.campaigns.conftest import act, order, points_of, take, work
from tests.campaigns.effects import achievement, balance, broken, earns, missed, published
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db


def test_a_tier_change_is_a_fact(campaigns, bo, points):
    """E34: 150 status points make silver; the fact names both tiers and the way, once."""
    published(
        "climbed",
        earns(30),
        triggers=["tier.changed"],
        conditions={
            "all": [
                {"field": "activity.direction", "op": "is", "value": "up"},
                {"field": "activity.tier", "op": "is", "value": "silver"},
            ]
        },
    )
    take(order(bo, "200.00"))
    work()
    fact = Activity.objects.get(kind="tier.changed")
    assert {name: fact.payload[name] for name in ("tier", "previous", "direction")} == {
        "tier": "silver",
        "previous": "bronze",
        "direction": "up",
    }
    # 200 for the order, 50 for joining, 30 for climbing.
    assert balance(bo, points) == 280
    take(order(bo, "1.00", id="o2"))
    work()
    assert Activity.objects.filter(kind="tier.changed").count() == 1


def test_history_brought_in_tells_no_tier_changes(campaigns, bo):
    """E34: what was reached months ago is no news."""
    take(order(bo, "200.00", at=clock.now() - timedelta(days=90)))
    assert not Activity.objects.filter(kind="tier.changed").exists()


def test_points_reached_is_told_for_amounts_that_a_rule_waits_for(campaigns, bo, points):
    """E34: from 90 to 120 crosses 100, which a rule names; 110 is named by none."""
    published(
        "hundred",
        {"kind": "tag", "tag": "hundred"},
        triggers=["points.reached"],
        conditions={"field": "activity.reached", "op": "is", "value": 100},
    )
    take(order(bo, "90.00", id="o1"))
    assert not Activity.objects.filter(kind="points.reached").exists()
    take(order(bo, "30.00", id="o2"))
    work()
    fact = Activity.objects.get(kind="points.reached")
    assert fact.payload == {"unit": "points", "reached": 100, "chain": 1}
    assert list(bo.tags.values_list("name", flat=True)) == ["hundred"]
    take(order(bo, "30.00", id="o3"))
    assert Activity.objects.filter(kind="points.reached").count() == 1


@pytest.mark.parametrize("code", ["spring25", " SPRING25 ", "Spring25"])
def test_a_code_is_compared_without_regard_to_case(units, bo, points, code):
    """E34: what the rule says and what the member types are folded alike."""
    published(
        "code",
        earns(25),
        triggers=["code.entered"],
        conditions={"field": "activity.code", "op": "in", "value": ["sPring25", "other"]},
        limit={"times": 1, "per": "life"},
    )
    [answer] = take(act("code.entered", bo, id="e1", code=code))
    assert points_of(answer) == [("code", 25, "active")]
    [wrong] = take(act("code.entered", bo, id="e2", code="summer"))
    assert (wrong["effects"], list(missed(wrong))) == ([], ["code"])


def test_a_circle_of_rules_comes_to_an_end(units, bo, points):
    """E34: steps reach an achievement, and reaching it takes a step. The trace says where it stops, and
    how much came of it is the length of the longest chain."""
    achievement(target=1, recurrence="repeat")
    step = {"kind": "achievement", "achievement": "ten-refills"}
    published("first", step, triggers=["review.published"])
    published("again", step, earns(1), triggers=["achievement.reached"])
    take(act("review.published", bo, id="v1", sku="soap"))
    work()
    facts = Activity.objects.filter(kind="achievement.reached").order_by("pk")
    assert [fact.payload["chain"] for fact in facts] == [1, 2, 3, 4, 5, 6]
    assert balance(bo, points) == 5
    [trace] = Evaluation.objects.get(activity=facts.last()).trace
    assert trace["why"] == "It follows from 5 facts that led to one another; rules stop there"
    assert (trace["passed"], Job.objects.filter(state="ready").count()) == (False, 0)
    assert (faults(), broken()) == ([], [])


def test_a_circle_through_badges_and_points_ends_too(units, bo, points):
    """E34: a badge that can be won again pays points, which reach an amount, which wins the badge."""
    badge = badges.define(
        "round", name="Round", criteria="Go round.", is_repeatable=True, actor=SYSTEM
    )
    badges.activate(badge, actor=SYSTEM)
    win = {"kind": "badge", "badge": "round"}
    published("begin", win, triggers=["review.published"])
    published("pay", earns(10), triggers=["badge.awarded"])
    published(
        "win",
        win,
        {"kind": "deduct", "unit": "points", "amount": 10},
        triggers=["points.reached"],
        conditions={"field": "activity.reached", "op": "is", "value": 10},
    )
    take(act("review.published", bo, id="v1", sku="soap"))
    work()
    facts = Activity.objects.filter(payload__has_key="chain")
    assert sorted(facts.values_list("payload__chain", flat=True)) == [1, 2, 3, 4, 5, 6]
    assert Job.objects.filter(state="ready").count() == 0
    assert (faults(), broken()) == ([], [])


def test_what_others_call_a_chain_means_nothing(units, bo):
    """A shop's payload cannot switch rules off."""
    published("thanks", earns(5))
    [answer] = take(act("review.published", bo, id="v1", sku="soap", chain=99))
    assert points_of(answer) == [("thanks", 5, "active")]
