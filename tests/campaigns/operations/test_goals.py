"""Rules that count towards achievements and streaks, and what reaching them leads to."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from members.models import Activity, Job
from recognition.errors import CriteriaFrozen
from recognition.models import Achievement, BadgeAward, Progress, StreakMilestone
from recognition.operations import badges, goals
from tests.books import faults
from tests.campaigns.conftest import act, take, work
from tests.campaigns.effects import (
    achievement,
    balance,
    broken,
    earns,
    progress_of,
    published,
    streak,
)
from tests.conftest import SYSTEM

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


def refill(member, number, *, days_ago=0):
    at = NOON - timedelta(days=days_ago)
    return act("refill.confirmed", member, id=f"c{number}", at=at, order_id=f"o{number}")


def test_reaching_an_achievement_is_told_and_wins_its_badge(units, bo, points):
    """E55, E34: the third refill; the badge comes with it, and a rule pays for having reached it."""
    badge = badges.activate(
        badges.define("refiller", name="Refiller", criteria="Refill thrice.", actor=SYSTEM),
        actor=SYSTEM,
    )
    achievement(badge=badge)
    published(
        "steps",
        {"kind": "achievement", "achievement": "ten-refills"},
        triggers=["refill.confirmed"],
    )
    published(
        "reached",
        earns(40),
        triggers=["achievement.reached"],
        conditions={"field": "activity.achievement", "op": "is", "value": "ten-refills"},
    )
    take(refill(bo, 1), refill(bo, 2))
    work()
    assert (progress_of(bo), balance(bo, points)) == ({"life": (2, 0)}, 0)
    take(refill(bo, 3))
    take(refill(bo, 4))
    work()
    assert (progress_of(bo), balance(bo, points)) == ({"life": (3, 1)}, 40)
    assert BadgeAward.objects.get().badge == badge
    fact = Activity.objects.get(kind="achievement.reached")
    assert fact.payload == {
        "achievement": "ten-refills",
        "period": "life",
        "times": 1,
        "chain": 1,
    }
    assert (faults(), broken()) == ([], [])


@pytest.mark.parametrize("seed", range(3))
def test_any_order_of_arrival_leaves_the_same_progress(units, bo, seed):
    """E55, I2: over two months, shuffled, some twice, one by one."""
    achievement(period="month", recurrence="repeat", carries=True, target=2)
    published(
        "steps",
        {"kind": "achievement", "achievement": "ten-refills"},
        triggers=["refill.confirmed"],
    )
    told = [refill(bo, number, days_ago=number * 5) for number in range(7)]
    random.Random(seed).shuffle(told)
    for each in [*told, *told[:3]]:
        take(each)
    assert progress_of(bo) == {"2026-05": (0, 2), "2026-06": (1, 1)}
    assert Activity.objects.filter(kind="achievement.reached").count() == 3


def test_a_late_day_heals_a_streak_and_its_milestone_is_told_once(units, bo, points):
    """E56, semantic 20: days 1, 2, 4 and 5 are told, then the third."""
    streak(milestones=[5])
    published("days", {"kind": "streak", "streak": "daily"}, triggers=["refill.confirmed"])
    published("milestone", earns(70), triggers=["streak.milestone"])
    for days_ago in (5, 4, 2, 1):
        take(refill(bo, days_ago, days_ago=days_ago))
    work()
    assert (StreakMilestone.objects.count(), balance(bo, points)) == (0, 0)
    take(refill(bo, 3, days_ago=3))
    take(refill(bo, 6, days_ago=6))
    work()
    milestone = StreakMilestone.objects.get()
    assert (milestone.milestone, milestone.reached_on) == (5, (NOON - timedelta(days=1)).date())
    assert balance(bo, points) == 70


def test_a_day_is_the_members_own(units, amara):
    """Semantic 12: half past ten at night UTC is tomorrow in Berlin."""
    streak(milestones=[2])
    published("days", {"kind": "streak", "streak": "daily"}, triggers=["refill.confirmed"])
    late = NOON - timedelta(days=1) + timedelta(hours=10, minutes=30)
    take(act("refill.confirmed", amara, id="c1", at=late, order_id="o1"))
    take(act("refill.confirmed", amara, id="c2", at=NOON, order_id="o2"))
    assert StreakMilestone.objects.count() == 0


def test_a_batch_costs_as_many_queries_as_one(units, bo, dee, django_assert_num_queries):
    """No query for each activity: thirty cost what three cost."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    achievement(target=1000)
    streak()
    published(
        "steps",
        {"kind": "achievement", "achievement": "ten-refills"},
        {"kind": "streak", "streak": "daily"},
        {"kind": "access", "name": "door"},
        {"kind": "message", "subject": "Hi", "text": "There"},
        triggers=["refill.confirmed"],
    )
    take(refill(bo, 0, days_ago=20))
    with CaptureQueriesContext(
        connection,
    ) as few:
        take(*(refill(bo, number, days_ago=30) for number in range(1, 4)))
    with CaptureQueriesContext(connection) as many:
        take(*(refill(dee, number, days_ago=30) for number in range(10, 40)))
    assert len(many) <= len(few)


def test_what_is_asked_for_is_fixed_once_active(units):
    """E55: words may change, terms may not, and an unknown state is refused."""
    goal = achievement()
    with pytest.raises(CriteriaFrozen):
        goals.edit(goal, target=1, actor=SYSTEM)
    goals.edit(goal, name="Refills", actor=SYSTEM)
    assert Achievement.objects.values_list("name", "target").get() == ("Refills", 3)


def test_steps_wait_for_nothing_and_jobs_are_few(units, bo):
    """The facts of a batch are evaluated by one job."""
    achievement(target=1, recurrence="repeat")
    published(
        "steps",
        {"kind": "achievement", "achievement": "ten-refills"},
        triggers=["refill.confirmed"],
    )
    work()
    take(*(refill(bo, number) for number in range(5)))
    assert Activity.objects.filter(kind="achievement.reached").count() == 5
    assert Job.objects.filter(kind="activity.evaluate", state="ready").count() == 1
    assert Progress.objects.get().told == 5
