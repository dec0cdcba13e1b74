"""What waits on the desks of the demo's staff, and what its members work towards."""

from datetime import timedelta

import pytest

from loyalty.campaigns.models import Campaign, Referral, ReviewCase
from loyalty.demo import catalogue, desk, goals, people, story
from members import clock
from members.models import Member
from recognition.models.goal_readings import achievements_of, streaks_of
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db


def test_no_desk_is_empty_and_amara_is_on_her_way(units, points):
    """Telling it again changes nothing."""
    now = clock.now()
    catalogue.install(points=points, actor=SYSTEM)
    joined_on = (now - timedelta(days=90)).date()
    users = people.install(password="correct horse battery", joined_on=joined_on, actor=SYSTEM)
    for _ in range(2):
        goals.install(actor=SYSTEM)
        desk.install(now=now, actor=SYSTEM)
        story.tell(now=now, actor=SYSTEM)
        desk.tell(now=now, actor=SYSTEM)
        desk.try_out(now=now, users=users, actor=SYSTEM)
        assert Referral.objects.to_review().count() == 1
        assert ReviewCase.objects.filter(state="open").count() == 1
        assert Campaign.objects.filter(state="scheduled").count() == 1
        assert Campaign.objects.filter(state="review").count() == 1
    amara = Member.objects.get(ref=people.AMARA)
    assert [way.steps for way in achievements_of(amara, now.date())] == [1]
    assert [streak.length for streak in streaks_of(amara, now.date())] == [3]
