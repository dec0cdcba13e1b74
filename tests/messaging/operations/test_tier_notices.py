"""A member hears of a downgrade in time, in their language, once for each review."""

from datetime import UTC, date, datetime, timedelta

import pytest

from loyalty.messaging.models import Message
from loyalty.messaging.operations.tier_notices import tier_notices
from members import clock
from members.models import Decision, Member, Tier, TierGroup
from members.operations import ledger, lifts, programme, sweeps, tiers
from tests.conftest import SYSTEM

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
#: The end of 15 June 2027 in Berlin.
REVIEW = datetime(2027, 6, 15, 22, tzinfo=UTC)


def give(member, unit, amount, at, key="s"):
    ledger.accrue(
        member,
        unit=unit,
        amount=amount,
        key=key,
        reason="Orders",
        actor=SYSTEM,
        cause=("test", None),
        at=at,
    )
    tiers.settle([member], actor=SYSTEM, at=at)


def sweep(at, name="tier_notice"):
    with clock.standing_at(at):
        sweeps.run_due(at=at, names=[name])


def told():
    return [
        (message.subject, message.body)
        for message in Message.objects.filter(topic="tier", channel="inbox").order_by("pk")
    ]


def test_notice_comes_thirty_days_before_and_once(units, bo):
    """E53: 160 points reached silver; a year later 150 are missing."""
    give(bo, units["status"], 160, NOON)
    sweep(REVIEW - timedelta(days=30, seconds=1))
    assert told() == []
    sweep(REVIEW - timedelta(days=30))
    assert told() == [
        (
            "Silver is yours until 15 Jun 2027",
            "150 more points by 15 Jun 2027 keep Silver. Otherwise you go on with Bronze.",
        )
    ]
    for days in (29, 7, 1):
        sweep(REVIEW - timedelta(days=days))
    assert len(told()) == 1


def test_who_keeps_the_tier_hears_nothing(units, bo):
    """E53: but it is remembered that the review was looked at."""
    give(bo, units["status"], 160, NOON)
    give(bo, units["status"], 150, NOON + timedelta(days=100), "more")
    sweep(REVIEW - timedelta(days=30))
    assert told() == []
    assert Decision.objects.get(kind="tier_notice").outcome == "keeps"


def test_a_later_review_has_a_notice_of_its_own(units, bo):
    """E53: silver is kept once, and then in danger."""
    give(bo, units["status"], 160, NOON)
    sweep(REVIEW - timedelta(days=30))
    give(bo, units["status"], 151, REVIEW - timedelta(days=20), "saved")
    sweep(REVIEW, "tier_review")
    sweep(REVIEW + timedelta(days=340))
    assert [subject for subject, _ in told()] == [
        "Silver is yours until 15 Jun 2027",
        "Silver is yours until 15 Jun 2028",
    ]


def test_a_grace_is_announced_when_it_begins(units, bo):
    """E51, E53: its end is a review of its own, and says what still saves the tier."""
    group = TierGroup.objects.get(slug="status")
    programme.change_group(group, grace_days=14, actor=SYSTEM)
    give(bo, units["status"], 160, NOON)
    give(bo, units["status"], 149, NOON + timedelta(days=300), "nearly")
    sweep(REVIEW - timedelta(days=30))
    sweep(REVIEW, "tier_review")
    sweep(REVIEW + timedelta(hours=1))
    assert [body for _, body in told()] == [
        "1 more point by 15 Jun 2027 keeps Silver. Otherwise you go on with Bronze.",
        "1 more point by 29 Jun 2027 keeps Silver. Otherwise you go on with Bronze.",
    ]


def test_german_members_read_german(units, bo):
    """E53."""
    Member.objects.filter(pk=bo.pk).update(language="de")
    give(bo, units["status"], 160, NOON)
    sweep(REVIEW - timedelta(days=30))
    assert told() == [
        (
            "Silver gehört dir bis 15. Juni 2027",
            "Mit 150 weiteren Punkten bis 15. Juni 2027 behältst du Silver."
            " Sonst geht es mit Bronze weiter.",
        )
    ]


def test_a_tier_by_hand_is_announced_unless_it_was_short(units, bo, dee):
    """E53, E54: a present for a week needs no reminder of its end."""
    gold = Tier.objects.get(slug="gold")
    lifts.give_tier(bo, tier=gold, until=date(2026, 6, 22), reason="A week", actor=SYSTEM)
    lifts.give_tier(dee, tier=gold, until=date(2026, 9, 30), reason="A summer", actor=SYSTEM)
    sweep(NOON + timedelta(hours=1))
    assert told() == []
    sweep(datetime(2026, 9, 1, tzinfo=UTC))
    assert [subject for subject, _ in told()] == ["Gold is yours until 30 Sep 2026"]


def test_a_ladder_without_notice_says_nothing(units, bo):
    """E53: 0 days of notice."""
    TierGroup.objects.update(notice_days=0)
    give(bo, units["status"], 160, NOON)
    sweep(REVIEW - timedelta(days=1))
    assert (told(), Decision.objects.filter(kind="tier_notice").count()) == ([], 0)


def test_a_batch_costs_the_same_for_one_and_for_many(
    units, bo, dee, amara, django_assert_max_num_queries
):
    """E53: the sweep asks set by set."""
    for number, member in enumerate((bo, dee, amara)):
        give(member, units["status"], 160, NOON, f"s{number}")
    at = REVIEW - timedelta(days=3)
    with django_assert_max_num_queries(13):
        assert tier_notices(at, at).done == 3
