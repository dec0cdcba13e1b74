"""A campaign's life: scheduled to the instant, changed by versions, copied, rolled back, guarded."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings

from loyalty.campaigns import words
from loyalty.campaigns.errors import GuardRails, IllegalMove, WarningsNotConfirmed
from loyalty.campaigns.models import BudgetUse, Campaign, RuleVersion
from loyalty.campaigns.operations import campaigns, dates, guards, standard
from members import clock
from members.domain.actors import Actor
from tests.campaigns.conftest import order, points_of, take
from tests.conftest import SYSTEM, person

START = datetime(2026, 3, 1, tzinfo=UTC)
END = datetime(2026, 4, 1, tzinfo=UTC)
BEFORE = START - timedelta(days=10)
RULE = {
    "triggers": ["order.placed"],
    "effects": [{"kind": "earn", "unit": "points", "amount": 10}],
    "limit": {"times": 5, "per": "day"},
}


@pytest.fixture
def hands(units):
    """Who writes, and who publishes."""
    return Actor.user(person("a@example.test")), Actor.user(person("b@example.test"))


def march(hands, **fields):
    """A campaign for March, published ten days before."""
    author, second = hands
    with clock.standing_at(BEFORE):
        campaign = campaigns.draft(
            "March", actor=author, **{"starts_at": START, "ends_at": END} | fields
        )
        campaigns.write_rule(campaign, actor=author, **RULE)
        campaign = campaigns.submit(campaign, actor=author)
        campaigns.publish(campaign, actor=second, confirms=True)
    campaign.refresh_from_db()
    return campaign


def earned(bo, at, *, told_at=None, id):
    with clock.standing_at(told_at or at):
        return [amount for _, amount, _ in points_of(take(order(bo, "5.00", id=id, at=at))[0])]


def test_a_scheduled_campaign_counts_from_its_instant_to_its_last(hands, bo):
    """E40: by its dates alone, whether a sweep has said so or not; late ones count by when they happened."""
    campaign = march(hands)
    assert campaign.state == "scheduled"
    tick = timedelta(microseconds=1)
    found = [
        earned(bo, at, id=str(number))
        for number, at in enumerate((START - tick, START, END - tick, END))
    ]
    assert found == [[], [10], [10], []]
    dates.campaign_dates(BEFORE, START)
    assert Campaign.objects.get().state == "live"
    dates.campaign_dates(START, END)
    ended = Campaign.objects.get()
    assert (ended.state, ended.ended_at) == ("ended", END)
    assert earned(bo, END - tick, told_at=END + timedelta(days=3), id="late") == [10]
    assert earned(bo, END, told_at=END + timedelta(days=3), id="after") == []
    assert dates.campaign_dates(START, END).done == 0


def test_what_is_taken_back_never_comes_into_force(hands, bo):
    campaign = march(hands)
    with clock.standing_at(BEFORE):
        campaign = campaigns.withdraw(campaign, actor=hands[1], reason="Too early")
    assert campaign.state == "draft"
    assert earned(bo, START, id="1") == []
    with clock.standing_at(BEFORE):
        campaigns.write_rule(campaign, actor=hands[0], **RULE)
        campaign = campaigns.submit(campaign, actor=hands[0])
        campaigns.publish(campaign, actor=hands[1], confirms=True)
    assert earned(bo, START, id="2") == [10]
    with clock.standing_at(START), pytest.raises(IllegalMove):
        campaigns.withdraw(Campaign.objects.get(), actor=hands[1], reason="Too late")


def test_a_live_frame_changes_by_a_version_that_a_second_person_publishes(hands, bo):
    """E40, E41: the change waits; what happened before keeps the frame of its time."""
    campaign = march(hands)
    author, second = hands
    with clock.standing_at(START):
        campaigns.revise(campaign, actor=author, ends_at=END + timedelta(days=5), priority=7)
        campaign.refresh_from_db()
        assert (campaign.ends_at, campaign.priority) == (END, 100)
        campaigns.publish(campaign, actor=second, confirms=True)
    campaign.refresh_from_db()
    assert (campaign.ends_at, campaign.priority) == (END + timedelta(days=5), 7)
    assert earned(bo, END, id="1") == [10]
    first, later = RuleVersion.objects.order_by("number")
    assert (first.frame["priority"], later.frame["priority"]) == (100, 7)
    assert (first.effects, first.triggers) == (later.effects, later.triggers)
    with pytest.raises(IllegalMove):
        campaigns.revise(campaign, actor=author, name="April")


def test_back_to_an_earlier_version(hands, bo):
    """E40: its words and its frame, as a new version that a second person publishes."""
    campaign = march(hands)
    author, second = hands
    with clock.standing_at(START):
        campaigns.write_rule(
            campaign, actor=author,
            **RULE | {"effects": [{"kind": "earn", "unit": "points", "amount": 99}]},
        )  # fmt: skip
        campaigns.revise(campaign, actor=author, priority=3)
        campaigns.publish(campaign, actor=second, confirms=True)
        first = RuleVersion.objects.get(number=1)
        version = campaigns.roll_back(campaign, to=first, actor=author, reason="Too generous")
        assert (version.number, version.published_at) == (3, None)
        campaigns.publish(campaign, actor=second, confirms=True)
    assert earned(bo, START + timedelta(days=1), id="1") == [10]
    assert Campaign.objects.get().priority == 100


def test_what_changed_between_two_versions_is_read_in_words(hands):
    campaign, author = march(hands), hands[0]
    with clock.standing_at(START):
        effects = [{"kind": "earn", "unit": "points", "amount": 12}]
        campaigns.write_rule(campaign, actor=author, **RULE | {"effects": effects})
        campaigns.revise(campaign, actor=author, budget_units=500)
    first, second = RuleVersion.objects.order_by("number")
    assert words.differences(first, second) == [
        ("Then", "10 points", "12 points"),
        ("budget", "–", "500"),
    ]


def test_a_copy_is_a_draft_of_its_own(hands):
    campaign = march(hands, budget_units=50)
    made = campaigns.clone(campaign, name="May", slug="may", actor=hands[0])
    assert (made.state, made.budget_units, made.starts_at) == ("draft", 50, None)
    assert made.versions.get().effects == RULE["effects"]
    assert BudgetUse.objects.get(pk=made.pk).units == 0


def test_a_budget_that_comes_later_counts_what_was_given_before(units, bo):
    """E44: 20 points were given; of a budget of 30 that leaves one more order."""
    fields = {"slug": "free", "name": "Free", **RULE}
    campaign = standard.publish(fields, actor=SYSTEM)
    take(order(bo, "1.00", id="1"), order(bo, "1.00", id="2"))
    campaigns.revise(campaign, actor=SYSTEM, budget_units=30)
    campaigns.publish(campaign, actor=SYSTEM)
    third, fourth = take(order(bo, "1.00", id="3"), order(bo, "1.00", id="4"))
    assert [len(third["effects"]), len(fourth["effects"])] == [1, 0]


@pytest.mark.parametrize(
    ("frame", "rule", "level", "code"),
    [
        ({}, {"limit": None}, "warn", "no_cap"),
        ({"budget_units": 5}, {"limit": {"units": 6, "per": "day"}}, "block", "cap_above_budget"),
        ({"ends_at": BEFORE - timedelta(days=1)}, {}, "block", "over_already"),
        ({"starts_at": BEFORE - timedelta(days=1)}, {}, "warn", "starts_in_the_past"),
        ({"holdout_percent": 10}, {}, "warn", "holdout_of_all"),
    ],
)
def test_guard_rails(hands, frame, rule, level, code):
    """US10: what forbids it is refused, what should be thought about is confirmed; nothing changes else."""
    author, second = hands
    with clock.standing_at(BEFORE):
        campaign = campaigns.draft("Guarded", actor=author, **frame)
        campaigns.write_rule(campaign, actor=author, **RULE | rule)
        campaign = campaigns.submit(campaign, actor=author)
        assert [(each.level, each.code) for each in guards.concerns(campaign)] == [(level, code)]
        with pytest.raises(GuardRails if level == "block" else WarningsNotConfirmed):
            campaigns.publish(campaign, actor=second)
        campaign.refresh_from_db()
        assert campaign.state == "review"
        assert campaign.versions.get().published_at is None
        if level == "warn":
            campaigns.publish(campaign, actor=second, confirms=True)
            assert campaign.versions.get().published_at == BEFORE


def test_an_overlap_names_the_other_and_a_forecast_the_size(hands, bo):
    """US10: ten points for each of three orders are 30; more than the 20 of its budget, or of the
    programme."""
    standard.publish({"slug": "old", "name": "Old one", **RULE}, actor=SYSTEM)
    take(*[order(bo, "1.00", id=str(number)) for number in range(3)])
    campaign = campaigns.draft("New", actor=hands[0], budget_units=20)
    campaigns.write_rule(campaign, actor=hands[0], **RULE)
    found = {each.code: each.words for each in guards.concerns(campaign)}
    assert found == {
        "overlap": "It rewards what is rewarded already, at the same time: Old one.",
        "above_budget": "By the last 28 days it would give 30, more than its budget of 20.",
    }
    with override_settings(FORECAST_MOST_UNITS=29):
        assert "too_much" in [each.code for each in guards.concerns(campaign)]
