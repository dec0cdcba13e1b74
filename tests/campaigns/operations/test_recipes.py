"""Recipes: each compiles, reads as a sentence, and fires in an example."""

from datetime import UTC, date, datetime, timedelta

import pytest

from loyalty.campaigns import words
from loyalty.campaigns.models import Campaign
from loyalty.campaigns.operations import campaigns as life
from loyalty.campaigns.operations import recipes
from members import clock
from members.models import AuditRow, Tier
from members.operations import lifts
from tests.campaigns.conftest import act, order, take
from tests.conftest import SYSTEM

#: A Tuesday evening in November.
THEN = datetime(2026, 11, 24, 18, 30, tzinfo=UTC)


def only(recipe: str, bo, *tolds) -> list[tuple[str, str, int, str]]:
    """What the recipe alone gives for the last of these."""
    campaign = recipes.start(recipes.find(recipe), actor=SYSTEM)
    life.publish(life.submit(campaign, actor=SYSTEM), actor=SYSTEM)
    answers = take(*tolds)
    return [
        (effect["kind"], effect["unit"], effect["amount"], effect["state"])
        for effect in answers[-1]["effects"]
        if effect["campaign"] == campaign.slug
    ]


@pytest.mark.parametrize("recipe", recipes.RECIPES, ids=lambda recipe: recipe.slug)
def test_it_becomes_a_draft_that_reads_as_a_sentence(recipe, units):
    campaign = recipes.start(recipe, actor=SYSTEM)
    assert campaign.state == "draft"
    said = words.whole(campaign.versions.get())
    assert said["when"] and said["if"] and said["then"] and said["limit"]
    assert len(recipe.why) == 2 and all(recipe.why)
    assert AuditRow.objects.filter(verb="campaigns.rule.written").count() == 1


def test_twice_started_makes_two_campaigns(units):
    recipe = recipes.find("spend")
    slugs = [recipes.start(recipe, actor=SYSTEM).slug for _ in range(3)]
    assert slugs == ["spend", "spend-2", "spend-3"]
    assert Campaign.objects.count() == 3


def test_every_recipe_of_the_list_is_there():
    assert [recipe.slug for recipe in recipes.RECIPES] == [
        "spend",
        "refill-ladder",
        "review",
        "referral",
        "first-purchase",
        "win-back",
        "event-bonus",
        "birthday",
        "sustainability",
        "tier-boost",
    ]


@pytest.fixture
def then():
    with clock.standing_at(THEN):
        yield THEN


def test_spend(bo):
    assert only("spend", bo, order(bo, "12.90")) == [("points", "points", 12, "active")]


def test_refill_ladder(bo):
    def refill(number):
        return act("refill.confirmed", bo, id=f"r{number}", order_id="o", serial=f"S{number}")

    assert only("refill-ladder", bo, *map(refill, range(3))) == [("points", "points", 50, "active")]
    assert take(refill(3))[0]["effects"] == []


def test_review(bo):
    told = act("review.published", bo, id="v1", sku="oil", rating=2)
    assert only("review", bo, told) == [("points", "points", 10, "active")]


def test_referral(bo):
    """Whoever was brought gets nothing by it; a doubtful friend is no fact before a person has looked."""
    told, other = (
        act("referral.first_purchase", bo, id=side, referral=1, side=side, friend="amara")
        for side in ("advocate", "friend")
    )
    assert only("referral", bo, told) == [("points", "points", 200, "active")]
    assert take(other)[0]["effects"] == []


def test_first_purchase(bo):
    small, large = order(bo, "19.99", id="small"), order(bo, "20.00", id="large")
    assert only("first-purchase", bo, large) == [("points", "points", 100, "pending")]
    assert take(small, order(bo, "20.00", id="third"))[1]["effects"] == []


def test_win_back(bo):
    now = clock.now()
    long_ago, back, again = (
        order(bo, "20.00", id=id, at=now - timedelta(days=days))
        for id, days in (("old", 120), ("back", 20), ("again", 2))
    )
    assert only("win-back", bo, long_ago, back) == [("points", "points", 150, "active")]
    assert take(again)[0]["effects"] == []


def test_event_bonus(bo, then):
    told = act("event.attended", bo, id="e1", occurrence=1, title="Mending", at=then)
    assert only("event-bonus", bo, told) == [("points", "points", 60, "active")]


def test_birthday(bo):
    told = act("birthday.reached", bo, id="b1")
    assert only("birthday", bo, told) == [("points", "points", 100, "active")]


def test_sustainability(bo):
    told = act("refill.returned", bo, id="s1", order_id="o", serial="S1")
    assert only("sustainability", bo, told) == [("points", "points", 15, "pending")]


def test_tier_boost(bo, then, campaigns):
    silver = Tier.objects.get(slug="silver")
    lifts.give_tier(bo, tier=silver, until=date(2026, 12, 1), reason="Almost", actor=SYSTEM)
    assert only("tier-boost", bo, order(bo, "20.00", at=then)) == [
        ("points", "status", 20, "active")
    ]
