"""Everything a rule may give: what comes of it, once, and what is said where it cannot be given."""

from datetime import timedelta

import pytest

from loyalty.campaigns.errors import BadRule
from loyalty.campaigns.models import Effect, LimitUse
from loyalty.campaigns.operations import intake
from loyalty.messaging.models import Message
from loyalty.rewards.models import Coupon, Redemption, Reward
from members import clock
from members.models import Access, Job, MemberAttribute, MemberTag, TierLift, TierPeriod
from recognition.models import Badge, BadgeAward
from recognition.operations import badges
from tests.books import faults
from tests.campaigns.conftest import act, take
from tests.campaigns.effects import (
    achievement,
    balance,
    broken,
    earns,
    missed,
    progress_of,
    published,
    said,
    streak,
)
from tests.conftest import SYSTEM
from tests.rewards.conftest import books, offer, pool_of

__all__ = ["offer", "pool_of"]

pytestmark = pytest.mark.django_db


def review(member, id="v1", **told):
    return act("review.published", member, id=id, sku="soap", **told)


def held_tier(member) -> str:
    return TierPeriod.objects.get(member=member, ends_at=None).tier.slug


def test_a_deduction_takes_what_there_is_and_never_more(units, bo, points):
    """E46, E2: the first takes 30 of 50 by its lots, the second the 20 that are left, the third nothing."""
    published("welcome", earns(50), triggers=["member.joined"])
    published("lost", {"kind": "deduct", "unit": "points", "amount": 30})
    take(act("member.joined", bo, id="j"))
    assert said(take(review(bo, "v1"))[0]) == [("deduction", -30, "active")]
    assert said(take(review(bo, "v2"))[0]) == [("deduction", -20, "active")]
    [third] = take(review(bo, "v3"))
    assert (said(third), missed(third)) == ([], {"lost": "There were no points to take"})
    assert (balance(bo, points), faults(), broken()) == (0, [], [])
    entry = Effect.objects.filter(kind="deduction").first().entry
    assert [(use.amount, use.lot.amount) for use in entry.lot_uses.all()] == [(30, 50)]


def test_a_batch_of_deductions_takes_as_much_as_one_by_one(units, bo, points):
    """E45: within one batch each sees what those before it took and gave."""
    published("welcome", earns(50), triggers=["member.joined"])
    published("lost", {"kind": "deduct", "unit": "points", "amount": 30})
    answers = take(act("member.joined", bo, id="j"), *(review(bo, f"v{n}") for n in range(3)))
    assert [said(answer) for answer in answers[1:]] == [
        [("deduction", -30, "active")],
        [("deduction", -20, "active")],
        [],
    ]
    assert (balance(bo, points), faults(), broken()) == (0, [], [])


def test_one_act_pays_several_dimensions(units, bo, offer):
    """E46, semantic 27: points, status, a badge, steps, an access, a coupon, a tier, a tag, an attribute, a
    message and a call, each once, however often it is told."""
    badge = badges.define("kind", name="Kind", criteria="Write.", actor=SYSTEM)
    badges.activate(badge, actor=SYSTEM)
    achievement("writer", target=3)
    streak("daily")
    offer("tea", kind="coupon", codes="generated", stock=5)
    published(
        "all",
        earns(10),
        earns(5, "status"),
        {"kind": "badge", "badge": "kind"},
        {"kind": "achievement", "achievement": "writer", "steps": 2},
        {"kind": "streak", "streak": "daily"},
        {"kind": "access", "name": "early-sale", "days": 7},
        {"kind": "reward", "reward": "tea"},
        {"kind": "tier", "tier": "silver", "days": 30},
        {"kind": "tag", "tag": "reviewer", "days": 90},
        {"kind": "attribute", "name": "voice", "value": "warm"},
        {"kind": "message", "subject": "Thank you", "text": "We read it.", "topic": "reviews"},
        {"kind": "webhook", "topic": "review.thanked"},
    )
    told = review(bo)
    [answer] = take(told)
    assert [kind for kind, *_ in said(answer)] == [
        "points",
        "points",
        "badge",
        "step",
        "streak",
        "access",
        "reward",
        "tier",
        "tag",
        "attribute",
        "message",
        "webhook",
    ]
    [again] = take(told)
    assert (again["status"], again["effects"]) == ("duplicate", answer["effects"])
    assert BadgeAward.objects.get().badge == badge
    assert progress_of(bo) == {"life": (2, 0)}
    assert Access.objects.get(name="early-sale").member == bo
    present = Redemption.objects.get()
    assert (present.member, present.cost, present.state) == (bo, 0, "confirmed")
    assert Coupon.objects.get().redemption == present
    assert Reward.objects.get().stock == 4
    assert held_tier(bo) == "silver"
    assert TierLift.objects.get().reason == "All"
    assert MemberTag.objects.get().name == "reviewer"
    assert MemberAttribute.objects.get().value == "warm"
    assert Message.objects.get(channel="inbox").subject == "Thank you"
    [job] = Job.objects.filter(kind="webhook.announce")
    assert (job.arguments["topic"], job.arguments["told"]["member"]) == ("review.thanked", "bo")
    assert (faults(), broken(), books()) == ([], [], [])


def test_a_dry_run_gives_nothing(units, bo, offer):
    """E36: all of it is foreseen and none of it is written."""
    offer("tea", kind="coupon", codes="generated", stock=1)
    published("gift", {"kind": "reward", "reward": "tea"}, {"kind": "tag", "tag": "reviewer"})
    [answer] = intake.preview([review(bo)], actor=SYSTEM)
    assert [effect["kind"] for effect in answer.effects] == ["reward", "tag"]
    assert (Redemption.objects.count(), MemberTag.objects.count()) == (0, 0)
    assert Reward.objects.get().stock == 1


def test_stock_is_respected_and_the_trace_says_so(units, bo, dee, offer):
    """E46: one is left; the second member gets the points of the same rule, and no reward. Semantic 19: a
    rule that gave nothing used no limit."""
    offer("mug", stock=1)
    published("gift", {"kind": "reward", "reward": "mug"}, limit={"times": 1, "per": "life"})
    first, second = take(review(bo, "v1"), review(dee, "v2"))
    assert said(first) == [("reward", None, "active")]
    assert (second["status"], said(second)) == ("accepted", [])
    assert missed(second) == {"gift": "None is left of mug"}
    assert [use.member for use in LimitUse.objects.filter(times__gt=0)] == [bo]
    assert (Reward.objects.get().stock, books()) == (0, [])


def test_a_pool_of_codes_gives_each_to_one(units, bo, dee, pool_of):
    """E46: codes that were imported; when the pool is empty, the activity counts all the same."""
    pool_of(["AAAA-1"])
    published("gift", earns(5), {"kind": "reward", "reward": "ticket"})
    first, second = take(review(bo, "v1"), review(dee, "v2"))
    assert said(first) == [("points", 5, "active"), ("reward", None, "active")]
    assert said(second) == [("points", 5, "active")]
    assert Coupon.objects.get().redemption.member == bo
    assert books() == []


def test_what_is_not_given_any_more_never_fails_an_activity(units, bo, offer):
    """E46: an archived badge, a reward off the shelf, an archived achievement; the points still come."""
    badge = badges.activate(
        badges.define("kind", name="Kind", criteria="Write.", actor=SYSTEM), actor=SYSTEM
    )
    goal = achievement("writer")
    offer("mug")
    published(
        "all",
        earns(10),
        {"kind": "badge", "badge": "kind"},
        {"kind": "achievement", "achievement": "writer"},
        {"kind": "reward", "reward": "mug"},
    )
    badges.archive(badge, actor=SYSTEM)
    type(goal).objects.update(state="archived")
    Reward.objects.update(state="archived")
    [answer] = take(review(bo))
    assert said(answer) == [("points", 10, "active")]
    assert (BadgeAward.objects.count(), Redemption.objects.count()) == (0, 0)


def test_old_news_is_told_to_nobody(units, bo):
    """Semantic 15: a message about what happened eight days ago is not sent."""
    published("thanks", {"kind": "message", "subject": "Thank you", "text": "We read it."})
    take(review(bo, at=clock.now() - timedelta(days=8)))
    assert Message.objects.count() == 0
    take(review(bo, "v2", at=clock.now() - timedelta(days=6)))
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    ("effect", "pointer"),
    [
        ({"kind": "deduct", "unit": "points"}, "/effects/0/amount"),
        ({"kind": "deduct", "unit": "status", "amount": 5}, "/effects/0/unit"),
        ({"kind": "deduct", "unit": "points", "amount": True}, "/effects/0/amount"),
        ({"kind": "earn", "unit": "points", "amount": 5, "nth": [0]}, "/effects/0/nth/0"),
        ({"kind": "earn", "unit": "points", "amount": 5, "nth": "1"}, "/effects/0/nth"),
        (
            {"kind": "earn", "unit": "points", "amount": 5, "nth": [1], "counted_by": "order"},
            "/effects/0/counted_by",
        ),
        ({"kind": "achievement", "achievement": "none"}, "/effects/0/achievement"),
        ({"kind": "streak", "streak": "none"}, "/effects/0/streak"),
        ({"kind": "reward", "reward": "none"}, "/effects/0/reward"),
        ({"kind": "badge", "badge": "none"}, "/effects/0/badge"),
        ({"kind": "tier", "tier": "silver"}, "/effects/0/days"),
        ({"kind": "tier", "tier": "platinum", "days": 5}, "/effects/0/tier"),
        ({"kind": "tier", "tier": "bronze", "days": 5}, "/effects/0/tier"),
        ({"kind": "tag", "tag": "Not A Word"}, "/effects/0/tag"),
        ({"kind": "attribute", "name": "voice", "value": ""}, "/effects/0/value"),
        ({"kind": "attribute", "name": "voice", "value": "\0"}, "/effects/0/value"),
        ({"kind": "message", "subject": "Hi"}, "/effects/0/text"),
        ({"kind": "message", "subject": "Hi", "text": "\ud800"}, "/effects/0/text"),
        ({"kind": "webhook", "topic": ""}, "/effects/0/topic"),
        ({"kind": "access", "name": "door", "days": 10**6}, "/effects/0/days"),
        ({"kind": ["earn"]}, "/effects/0/kind"),
        (
            {"kind": "earn", "unit": "points", "amount": 5, "pending": {"until": ["x"]}},
            "/effects/0/pending",
        ),
    ],
)
def test_a_wrong_effect_is_refused_with_its_place(units, effect, pointer):
    """E46, E33: nothing is saved, and the fault names where it is."""
    with pytest.raises(BadRule) as refused:
        published("wrong", effect)
    assert refused.value.params["pointer"] == pointer
    assert Badge.objects.count() == 0
