"""A campaign manager's day in the browser, from an empty draft to a paused campaign."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from loyalty.campaigns.domain.holdout import is_held_out
from loyalty.campaigns.models import Campaign, Effect, Exposure
from loyalty.campaigns.operations import campaigns, intake
from members import clock
from members.models import Entry, Member, User
from members.operations import jobs
from members.operations import members as memberships
from tests.browser.builder import Keyboard, answered
from tests.campaigns.conftest import order
from tests.conftest import SYSTEM, person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]

NAME = "Double refills for Silver and Gold"


@pytest.fixture
def gus_the_second(programme) -> User:
    """Somebody else who may publish."""
    return person("second@example.test", first_name="Gus", is_staff=True, is_superuser=True)


@pytest.fixture
def in_it(programme, amara: Member) -> Member:
    """Amara, gold for a month, whom the next campaign's holdout does not leave out."""
    large = order(amara, "3000.00", id="large", at=clock.now() - timedelta(days=30))
    intake.take([large], actor=SYSTEM)
    while is_held_out(_next(), amara.pk, 10):
        campaigns.draft(f"Put off {_next()}", actor=SYSTEM)
    return amara


def _next() -> int:
    newest = Campaign.objects.order_by("-pk").first()
    return newest.pk + 1 if newest else 1


def submit(page: Page, label: str) -> None:
    """Press the button of a form, not the link of the same name."""
    page.locator("form").get_by_role("button", name=label, exact=True).click()


def refill(member: Member, euros: str, id: str) -> dict:
    told = order(member, euros, id=id, category="refill")
    return intake.take([told], actor=SYSTEM)[0].as_json()


def doubled(answer: dict) -> list[int]:
    slug = Campaign.objects.get(name=NAME).slug
    return [each["amount"] for each in answer["effects"] if each["campaign"] == slug]


def why_not(answer: dict) -> list[str]:
    slug = Campaign.objects.get(name=NAME).slug
    return [each["why"] for each in answer["not_earned"] if each["campaign"] == slug]


def test_from_an_idea_to_a_paused_campaign(visit, fay, gus_the_second, in_it, bo):
    """Issue 4's story: double points on refills for Silver and Gold this month, at most 500 per member and
    20,000 in all, 10 % holdout; tried on a member, back-tested, published by a second person, earned, said
    why and why not, capped, paused."""
    told = order(in_it, "40.00", id="old", category="refill", at=clock.now() - timedelta(days=9))
    intake.take([told], actor=SYSTEM)
    campaign = _drafted_and_tried(visit, fay)
    _published(visit, fay, gus_the_second, campaign)
    _earned_and_explained(visit, in_it, bo)
    _held_out(campaign)
    _paused(visit, gus_the_second, campaign, in_it)


def _drafted_and_tried(visit, fay: User) -> Campaign:
    with visit(fay) as visitor:
        page = visitor.page
        visitor.go("/admin/campaigns/campaign/add/")
        for name, text in (
            ("name", NAME),
            ("slug", "double-refills-story"),
            ("description", "Refills bring silver and gold members twice as much."),
            ("budget_units", "20000"),
            ("holdout_percent", "10"),
        ):
            page.locator(f"[name={name}]").fill(text)
        page.locator("[name=pays_partly]").check()
        page.get_by_role("button", name="Save", exact=True).click()
        page.wait_for_url("**/rule/")
        _build(page)
        page.wait_for_url("**/change/")
        campaign = Campaign.objects.get(name=NAME)
        _check(campaign)
        page.get_by_role("link", name="Try on a member").click()
        page.wait_for_url("**/trial/")
        page.locator("[name=member_word]").fill("amara")
        submit(page, "Try it")
        expect(page.get_by_text("Nothing was written.")).to_be_visible()
        assert not Effect.objects.filter(campaign=campaign).exists()
        visitor.go(f"/admin/campaigns/campaign/{campaign.pk}/rule/")
        page.locator("[name=since]").fill((clock.now() - timedelta(days=20)).date().isoformat())
        page.get_by_role("button", name="Save and back-test").click()
        expect(page.locator("#backtest-progress")).to_be_visible()
        while jobs.work_off():
            pass
        expect(page.locator("[data-backtest] .chart-field")).to_be_visible(timeout=15_000)
        page.get_by_role("link", name="All figures").click()
        expect(page.get_by_text("Would have given")).to_be_visible()
        expect(page.locator("main, #content").first).to_contain_text("40")
        assert visitor.policy_faults() + visitor.faults == []
    return campaign


def _build(page: Page) -> None:
    keys = Keyboard(page)
    keys.press("Add a condition")
    page.keyboard.type("the categories bought")
    keys.write("the categories bought: Value", "refill")
    keys.press("Add a condition")
    page.keyboard.type("the tier")
    keys.choose("Comparison", "is one of")
    keys.choose("the tier: Value: Add a value", "Silver")
    keys.press("Add a value")
    keys.choose("the tier: Value: Add a value", "Gold", back=True)
    keys.press("Add a value")
    keys.press("Remove Bronze", back=True)
    keys.press("Add a condition")
    page.keyboard.type("the month")
    keys.choose("the month: Value", f"{clock.now():%B}")
    keys.choose("What is given", "Times the points")
    keys.press("Add an effect")
    keys.choose("Add to this", "only for categories")
    keys.press("Add to this")
    page.keyboard.type("refill")
    page.keyboard.press("Enter")
    keys.press("Remove: Points for doing it", back=True)
    keys.press("Limit the points")
    answered(page)
    keys.press("Save the rule")


def _check(campaign: Campaign) -> None:
    """What was saved is what was meant."""
    version = campaign.versions.get()
    assert version.conditions == {
        "all": [
            {"field": "order.categories", "op": "has", "value": "refill"},
            {"field": "member.tier", "op": "in", "value": ["silver", "gold"]},
            {"field": "when.month", "op": "is", "value": clock.now().month},
        ]
    }
    assert version.effects == [
        {"kind": "multiply", "unit": "points", "factor": "2", "categories": ["refill"]}
    ]
    assert version.limit == {"units": 500, "per": "month"}
    frame = (campaign.budget_units, campaign.holdout_percent, campaign.pays_partly)
    assert frame == (20_000, 10, True)


def _published(visit, fay: User, second: User, campaign: Campaign) -> None:
    step = f"/admin/campaigns/campaign/{campaign.pk}"
    with visit(fay) as visitor:
        visitor.go(f"{step}/submit/")
        submit(visitor.page, "Submit for review")
        visitor.page.wait_for_url("**/change/")
        visitor.go(f"{step}/publish/")
        expect(
            visitor.page.get_by_text("Somebody other than the author has to publish this.")
        ).to_be_visible()
    with visit(second) as visitor:
        page = visitor.page
        visitor.go(f"{step}/change/")
        expect(page.get_by_text("In the way:")).to_have_count(0)
        visitor.go(f"{step}/publish/")
        page.get_by_label("I have read what should be thought about").check()
        submit(page, "Publish")
        page.wait_for_url("**/change/")
    campaign.refresh_from_db()
    assert campaign.state == "live"


def _earned_and_explained(visit, amara: Member, bo: Member) -> None:
    assert doubled(refill(amara, "120.00", "a1")) == [120]
    assert doubled(refill(amara, "500.00", "a2")) == [380]
    assert "The limit of 500 per month leaves 0" in why_not(refill(amara, "10.00", "a3"))[0]
    assert "the tier is one of" in why_not(refill(bo, "60.00", "b1"))[0]
    entry = Entry.objects.get(effect__campaign__name=NAME, amount=120)
    with visit(amara.user) as visitor:
        visitor.go(f"/points/{entry.pk}/")
        expect(visitor.page.get_by_text("2 times the points").first).to_be_visible()
        assert visitor.policy_faults() + visitor.faults == []
    missed = bo.activities.get(external_id="b1")
    with visit(bo.user) as visitor:
        visitor.go(f"/points/activities/{missed.pk}/")
        page = visitor.page
        expect(page.get_by_text(NAME).first).to_be_visible()
        expect(
            page.get_by_text("It would have counted if: the tier is one of").first
        ).to_be_visible()


def _held_out(campaign: Campaign) -> None:
    """Somebody is left out: they read no more than that, and staff see both arms."""
    number = 0
    while not is_held_out(campaign.pk, (member := _gold(f"h{number}")).pk, 10):
        number += 1
    answer = refill(member, "30.00", "h1")
    assert doubled(answer) == []
    assert why_not(answer) == ["It was not among your campaigns this time"]
    assert Exposure.objects.filter(campaign=campaign, arm="held_out").count() == 1
    assert Exposure.objects.filter(campaign=campaign, arm="treated").count() >= 1


def _gold(ref: str) -> Member:
    member = memberships.enrol(ref, actor=SYSTEM)
    intake.take([order(member, "3000.00", id=f"{ref}-first", category="tea")], actor=SYSTEM)
    return member


def _paused(visit, second: User, campaign: Campaign, amara: Member) -> None:
    with visit(second) as visitor:
        visitor.go(f"/admin/campaigns/campaign/{campaign.pk}/pause/")
        visitor.page.get_by_label("Reason").fill("Enough for now")
        submit(visitor.page, "Pause")
        visitor.page.wait_for_url("**/change/")
    before = Effect.objects.filter(campaign=campaign).count()
    answer = refill(amara, "20.00", "a4")
    assert (doubled(answer), why_not(answer)) == ([], [])
    assert Effect.objects.filter(campaign=campaign).count() == before
