"""Moving a campaign to other days."""

from datetime import date, timedelta

import pytest

from loyalty.campaigns.errors import (
    EndsBeforeItStarts,
    MovedMeanwhile,
    NotMoved,
    SecondPersonNeeded,
)
from loyalty.campaigns.models import Campaign, RuleVersion
from loyalty.campaigns.operations import campaigns, schedules
from members import clock
from members.domain.actors import Actor
from members.domain.calendar import local_date, start_of_day
from members.models import AuditRow
from tests.conftest import SYSTEM
from tests.together import together

ZONE = "Europe/Berlin"


def day(days: int) -> date:
    return local_date(clock.now(), ZONE) + timedelta(days=days)


def drafted(starts: int = 10, ends: int = 20) -> Campaign:
    """From one day from now until the end of another."""
    return campaigns.draft(
        "Autumn",
        starts_at=start_of_day(day(starts), ZONE),
        ends_at=start_of_day(day(ends + 1), ZONE),
        actor=SYSTEM,
    )


def scheduled() -> Campaign:
    campaign = drafted()
    earns = [{"kind": "earn", "unit": "points", "amount": 5}]
    campaigns.write_rule(campaign, triggers=["order.placed"], effects=earns, actor=SYSTEM)
    campaigns.submit(campaign, actor=SYSTEM)
    campaigns.publish(campaign, actor=SYSTEM)
    return Campaign.objects.get()


def word(campaign: Campaign) -> str:
    draft = campaign.versions.filter(published_at=None).first()
    return schedules.as_seen(schedules.dates_to_be(campaign, draft))


@pytest.mark.django_db
def test_a_draft_moves_at_once_and_leaves_its_row_in_the_trail():
    """US11: one end or both; what is not named stays; to where it is already is no move."""
    campaign = drafted()
    moved = schedules.move(campaign, seen=word(campaign), ends_on=day(25), actor=SYSTEM)
    assert moved.ends_at == start_of_day(day(26), ZONE)
    assert moved.starts_at == campaign.starts_at
    trail = AuditRow.objects.filter(verb="campaigns.campaign.revised")
    assert trail.count() == 1
    schedules.move(moved, seen=word(moved), ends_on=day(25), actor=SYSTEM)
    assert trail.count() == 1


@pytest.mark.django_db
def test_a_scheduled_one_moves_once_a_second_person_publishes_it(units):
    """US11, US9: until then its days are those that were published."""
    campaign = scheduled()
    before = (campaign.starts_at, campaign.ends_at)
    schedules.move(campaign, seen=word(campaign), starts_on=day(12), actor=SYSTEM)
    campaign.refresh_from_db()
    assert (campaign.starts_at, campaign.ends_at) == before
    draft = campaign.versions.get(published_at=None)
    assert schedules.dates_to_be(campaign, draft) == (start_of_day(day(12), ZONE), before[1])
    campaigns.publish(campaign, actor=SYSTEM)
    campaign.refresh_from_db()
    assert campaign.starts_at == start_of_day(day(12), ZONE)


@pytest.mark.django_db
def test_moving_makes_nobody_the_second_person_for_what_they_wrote(units, chi, fay):
    """US11, US9: a rule waits for its second person; another's drag does not make its author one."""
    campaign, author = scheduled(), Actor.user(fay)
    much = [{"kind": "earn", "unit": "points", "amount": 5_000}]
    campaigns.write_rule(campaign, triggers=["order.placed"], effects=much, actor=author)
    before = RuleVersion.objects.values().get(published_at=None)
    with pytest.raises(NotMoved) as refusal:
        schedules.move(campaign, seen=word(campaign), starts_on=day(12), actor=Actor.user(chi))
    assert "somebody else wrote" in refusal.value.messages[0]
    assert RuleVersion.objects.values().get(published_at=None) == before
    schedules.move(campaign, seen=word(campaign), starts_on=day(12), actor=author)
    with pytest.raises(SecondPersonNeeded):
        campaigns.publish(campaign, actor=author, confirms=True)
    campaigns.publish(campaign, actor=Actor.user(chi), confirms=True)


@pytest.mark.django_db
def test_what_was_proposed_before_it_was_taken_back_does_not_come_above_a_move(units):
    """US11: it is published with the days that it was moved to last."""
    campaign = scheduled()
    schedules.move(campaign, seen=word(campaign), starts_on=day(12), actor=SYSTEM)
    campaigns.withdraw(campaign, reason="Not yet", actor=SYSTEM)
    campaign.refresh_from_db()
    moved = schedules.move(campaign, seen=word(campaign), starts_on=day(14), actor=SYSTEM)
    assert moved.starts_at == start_of_day(day(14), ZONE)
    campaigns.submit(campaign, actor=SYSTEM)
    campaigns.publish(campaign, actor=SYSTEM)
    campaign.refresh_from_db()
    assert campaign.starts_at == start_of_day(day(14), ZONE)


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["review", "live", "paused", "ended"])
def test_what_must_not_move_says_why_and_stays(state):
    """US11: never a live rule."""
    campaign = drafted()
    Campaign.objects.filter(pk=campaign.pk).update(state=state)
    before = Campaign.objects.values().get()
    with pytest.raises(NotMoved) as refusal:
        schedules.move(campaign, seen=word(campaign), ends_on=day(25), actor=SYSTEM)
    assert str(schedules.OBSTACLES[state]) in refusal.value.messages[0]
    assert Campaign.objects.values().get() == before


@pytest.mark.django_db
def test_a_scheduled_one_whose_hour_has_come_is_live_whatever_its_row_says(units):
    """US11: the sweep comes once a minute."""
    campaign = scheduled()
    Campaign.objects.update(starts_at=clock.now() - timedelta(seconds=1))
    campaign.refresh_from_db()
    with pytest.raises(NotMoved):
        schedules.move(campaign, seen=word(campaign), ends_on=day(25), actor=SYSTEM)


@pytest.mark.django_db
def test_it_does_not_end_before_it_starts():
    """US11."""
    campaign = drafted()
    before = Campaign.objects.values().get()
    with pytest.raises(EndsBeforeItStarts):
        schedules.move(campaign, seen=word(campaign), ends_on=day(9), actor=SYSTEM)
    assert Campaign.objects.values().get() == before
    moved = schedules.move(campaign, seen=word(campaign), ends_on=day(10), actor=SYSTEM)
    assert local_date(moved.starts_at, ZONE) == day(10)


@pytest.mark.django_db(transaction=True)
def test_two_who_move_it_at_once_do_not_overwrite_each_other():
    """US11: the second moved what it did not see, and hears so."""
    campaign = drafted()
    seen = word(campaign)
    acts = [
        lambda ends=ends: schedules.move(campaign, seen=seen, ends_on=day(ends), actor=SYSTEM)
        for ends in (22, 23, 24)
    ]
    said = together(*acts)
    assert sorted(map(str, said)) == ["campaign_moved_meanwhile"] * 2 + ["done"]
    won = (22, 23, 24)[said.index("done")]
    assert Campaign.objects.get().ends_at == start_of_day(day(won + 1), ZONE)
    with pytest.raises(MovedMeanwhile):
        schedules.move(campaign, seen=seen, ends_on=day(30), actor=SYSTEM)
