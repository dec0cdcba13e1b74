"""A rule tried on one member: the real engine, and nothing written."""

from datetime import timedelta

import pytest
from django.apps import apps

from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.errors import AlreadyOver, BadRule
from loyalty.campaigns.models import Campaign, RuleVersion
from loyalty.campaigns.operations import campaigns as life
from loyalty.campaigns.operations import trials
from members import clock
from members.models import Member
from tests.campaigns.conftest import order, points_of, take
from tests.conftest import SYSTEM

LARGE = {"field": "order.base", "op": "at_least", "value": "20.00"}
REFILL = {"field": "order.categories", "op": "has", "value": "refill"}


def rows() -> dict[str, int]:
    """How many rows every table has."""
    return {model._meta.db_table: model._default_manager.count() for model in apps.get_models()}


def draft(conditions=None, *, amount: int = 25, limit=None, **frame) -> RuleVersion:
    campaign = life.draft("Autumn", actor=SYSTEM, **frame)
    return life.write_rule(
        campaign,
        triggers=["order.placed"],
        conditions=conditions,
        effects=[{"kind": "earn", "unit": "points", "amount": amount}],
        limit=limit,
        actor=SYSTEM,
    )


def attempt(version: RuleVersion, member: Member, told: Told) -> trials.Trial:
    return trials.attempt(version, member, told=told)


@pytest.mark.parametrize("word", ["bo", "pk"])
def test_a_reference_or_a_number_finds_the_member(bo, word):
    """US7."""
    assert trials.find(str(bo.pk) if word == "pk" else word) == bo


@pytest.mark.parametrize("word", ["", "nobody", "0", "9" * 18, "９", "-1"])
def test_anything_else_finds_nobody(bo, word):
    assert trials.find(word) is None


def test_each_condition_is_ticked_or_crossed_with_the_value_found(campaigns, bo):
    """US7."""
    version = draft({"all": [LARGE, {"any": [REFILL, {"not": LARGE}]}]})
    tried = attempt(version, bo, order(bo, "30.00", category="soap"))
    assert [(t.depth, t.joint, t.words, t.found, t.held) for t in tried.ticks] == [
        (0, "", "the order's value is at least 20", "30.00", True),
        (0, "any", "", None, False),
        (1, "", "the categories bought include refill", "soap", False),
        (1, "not", "", None, False),
        (2, "", "the order's value is at least 20", "30.00", True),
    ]
    assert (tried.met, tried.given, tried.cut) == (False, (), "")


def test_nothing_is_written(campaigns, amara):
    """US7, E36: the number of rows of every table stays."""
    version = draft(LARGE, limit={"units": 100, "per": "month"}, budget_units=1000)
    before = rows()
    tried = attempt(version, amara, order(amara, "30.00"))
    assert [given.amount for given in tried.given] == [25]
    assert rows() == before


def test_a_trial_says_what_the_real_thing_then_gives(campaigns, bo):
    """E36: among the campaigns that are live."""
    version = draft({"all": [LARGE, REFILL]}, amount=7)
    told = order(bo, "30.00", category="refill")
    tried = attempt(version, bo, told)
    promised = {
        given.campaign.slug: given.amount
        for given in (*tried.given, *tried.others)
        if given.unit_code == "points"
    }
    campaign = life.submit(version.campaign, actor=SYSTEM)
    life.publish(campaign, actor=SYSTEM)
    [answer] = take(told)
    assert promised == {slug: amount for slug, amount, _state in points_of(answer)}
    assert promised == {"autumn": 7, "base": 30}


def test_a_limit_that_is_used_up_is_named_with_what_it_cuts(campaigns, bo):
    """E38, US7."""
    version = draft(limit={"times": 1, "per": "month"})
    campaign = life.submit(version.campaign, actor=SYSTEM)
    life.publish(campaign, actor=SYSTEM)
    take(order(bo, "30.00", id="first"))
    tried = attempt(RuleVersion.objects.get(pk=version.pk), bo, order(bo, "30.00", id="second"))
    assert tried.given == ()
    assert tried.cut == "The limit of 1 per month has been reached"


def test_a_budget_pays_what_is_left_of_it(campaigns, bo):
    """E38, E44."""
    version = draft(budget_units=10, pays_partly=True)
    tried = attempt(version, bo, order(bo, "30.00"))
    assert [given.amount for given in tried.given] == [10]
    assert tried.cut == "The campaign's budget has 10 left, 25 were due"


def test_a_time_to_come_is_judged_as_of_then(campaigns, bo):
    """E37: its date, and the campaigns that run then."""
    now = clock.now()
    later = now + timedelta(days=400)
    version = draft(
        {"field": "when.date", "op": "on_or_after", "value": later.date().isoformat()},
        ends_at=now + timedelta(days=30),
    )
    tried = attempt(version, bo, order(bo, "30.00", at=later))
    assert (tried.met, tried.is_running, tried.given) == (True, False, ())
    assert not attempt(version, bo, order(bo, "30.00", at=now)).met


def test_the_written_version_stands_in_for_the_live_one(campaigns, bo):
    """The campaign's own rule counts once, in its new words."""
    base = Campaign.objects.get(slug="base")
    version = RuleVersion(
        campaign=base,
        triggers=["order.placed"],
        effects=[{"kind": "earn", "unit": "points", "points": 3, "per": "1.00"}],
    )
    tried = attempt(version, bo, order(bo, "10.00"))
    assert [given.amount for given in tried.given] == [30]
    assert [given.campaign.slug for given in tried.others] == []


def test_a_fault_is_refused_with_its_place(campaigns, bo):
    version = RuleVersion(
        campaign=Campaign.objects.get(slug="base"),
        triggers=["order.placed"],
        effects=[{"kind": "earn", "unit": "gold", "amount": 1}],
    )
    with pytest.raises(BadRule) as refused:
        attempt(version, bo, order(bo, "10.00"))
    assert refused.value.params["pointer"] == "/effects/0/unit"


@pytest.mark.parametrize("state", ["review", "live", "paused"])
def test_it_can_be_tried_in_every_state_but_after_the_end(campaigns, bo, state):
    version = draft(LARGE)
    campaign = life.submit(version.campaign, actor=SYSTEM)
    if state != "review":
        life.publish(campaign, actor=SYSTEM)
    if state == "paused":
        life.pause(campaign, actor=SYSTEM)
    version = RuleVersion.objects.get(pk=version.pk)
    before = rows()
    assert [given.amount for given in attempt(version, bo, order(bo, "30.00")).given] == [25]
    assert rows() == before
    campaign.refresh_from_db()
    assert campaign.state == state


def test_what_has_ended_is_not_tried(campaigns, bo):
    version = draft(LARGE)
    campaign = life.submit(version.campaign, actor=SYSTEM)
    life.publish(campaign, actor=SYSTEM)
    life.end(campaign, actor=SYSTEM)
    with pytest.raises(AlreadyOver):
        attempt(RuleVersion.objects.get(pk=version.pk), bo, order(bo, "30.00"))


def test_a_trial_leaves_the_rules_in_force_as_they_are(campaigns, bo):
    """Also the copy that this process keeps of them."""
    attempt(draft(), bo, order(bo, "30.00", id="tried"))
    [answer] = take(order(bo, "30.00", id="real"))
    assert points_of(answer) == [("base", 30, "active")]
