"""The builder of rules and segments, in a browser: by keyboard alone, and by anything at random."""

import json

import pytest
from playwright.sync_api import expect

from loyalty.audiences.operations import segments
from loyalty.campaigns.models import Campaign, RuleVersion
from loyalty.campaigns.operations import campaigns, looks, rulebook
from recognition.models import Badge
from tests.browser.builder import MONKEY, Keyboard, answered
from tests.browser.looks import console_faults_here, faults_in_console
from tests.conftest import SYSTEM

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]

RULE = {
    "triggers": ["order.placed"],
    "conditions": {
        "all": [
            {"field": "order.categories", "op": "has", "value": "refill"},
            {"any": [{"not": {"field": "member.tier", "op": "in", "value": ["silver"]}}]},
        ]
    },
    "effects": [
        {"kind": "multiply", "unit": "points", "factor": "2", "categories": ["refill"]},
        {"kind": "earn", "unit": "points", "amount": 5, "pending": {"days": 14}},
    ],
    "limit": {"units": 500, "per": "month"},
}


@pytest.fixture
def draft(programme) -> Campaign:
    """A draft without a rule, in a programme that has orders."""
    return campaigns.draft("March refills", actor=SYSTEM)


@pytest.fixture
def written(draft) -> Campaign:
    """With a rule of every sort of row."""
    campaigns.write_rule(draft, actor=SYSTEM, **RULE)
    return draft


def at(campaign: Campaign, name: str = "rule") -> str:
    return f"/admin/campaigns/campaign/{campaign.pk}/{name}/"


def test_a_rule_is_built_by_keyboard_alone(visit, fay, draft):
    """US5: double points on refills for Silver and Gold in March, at most 500 a month."""
    with visit(fay) as visitor:
        visitor.go(at(draft))
        page, keys = visitor.page, Keyboard(visitor.page)
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
        page.keyboard.type("the date")
        keys.choose("Comparison", "is between")
        for side, day in (("from", "03012027"), ("to", "03312027")):
            keys.to(f"the date: Value: {side}")
            page.keyboard.type(day)
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
        page.wait_for_url("**/change/")
        assert visitor.policy_faults() + visitor.faults == []
    saved = RuleVersion.objects.get(campaign=draft)
    assert (saved.triggers, saved.conditions, saved.effects, saved.limit) == (
        ["order.placed"],
        {
            "all": [
                {"field": "order.categories", "op": "has", "value": "refill"},
                {"field": "member.tier", "op": "in", "value": ["silver", "gold"]},
                {"field": "when.date", "op": "between", "value": ["2027-03-01", "2027-03-31"]},
            ]
        },
        [{"kind": "multiply", "unit": "points", "factor": "2", "categories": ["refill"]}],
        {"units": 500, "per": "month"},
    )


@pytest.mark.parametrize("seed", [2])
def test_whatever_is_pressed_the_rule_compiles(visit, fay, written, seed):
    """US5: it never produces an invalid tree."""
    Badge.objects.update(state="active")
    with visit(fay) as visitor:
        visitor.go(at(written))
        answered(visitor.page)
        reached = visitor.page.evaluate(MONKEY, [seed, 400])
        assert visitor.faults == []
    known = rulebook.catalogue()
    assert len(reached) > 100
    for rule in reached:
        faults = looks.faults_of(looks.draft_of(written, rule), known)
        assert faults == [], rule


def test_back_and_forth_between_sentences_and_json_nothing_is_lost(visit, fay, written):
    """US5: also what only experts write; and the fault stays until it is mended."""
    odd = [*RULE["effects"], {"kind": "earn", "unit": "points", "amount": 1, "nth": [2], "note": 1}]
    with visit(fay) as visitor:
        visitor.go(at(written))
        page = visitor.page
        page.get_by_role("button", name="Write JSON").click()
        effects = page.locator("textarea[name=effects]")
        effects.fill(json.dumps(odd))
        page.get_by_role("button", name="Back to the sentences").click()
        expect(page.get_by_text('{"note":1}')).to_be_visible()
        page.get_by_role("button", name="Write JSON").click()
        assert json.loads(effects.input_value()) == odd
        effects.fill('[{"kind": "earn",')
        page.get_by_role("button", name="Back to the sentences").click()
        expect(page.locator("[data-expert-fault]")).to_contain_text("This is not JSON yet")
        assert effects.input_value() == '[{"kind": "earn",'
        effects.fill('[{"kind": "earn", "unit": "gold", "amount": 1}]')
        expect(page.locator("[data-answer=faults]")).to_contain_text("/effects/0/unit: no unit")


def test_every_change_can_be_undone_and_done_again(visit, fay, written):
    with visit(fay) as visitor:
        visitor.go(at(written))
        page = visitor.page
        rule = "JSON.stringify(document.querySelector('[data-builder]').builder.rule)"
        before = page.evaluate(rule)
        page.get_by_role("button", name="Remove: the categories bought").click()
        after = page.evaluate(rule)
        assert after != before
        page.keyboard.press("Control+z")
        assert page.evaluate(rule) == before
        expect(page.locator("[data-announce]")).to_have_text("Undone.")
        page.get_by_role("button", name="Redo").click()
        assert page.evaluate(rule) == after


def test_a_group_can_be_entered_and_left_by_moving(visit, fay, written):
    """A row moved down goes into the group below it; moved up again it comes out."""
    tree = "document.querySelector('[data-builder]').builder.rule.conditions"
    test, group = RULE["conditions"]["all"]
    with visit(fay) as visitor:
        visitor.go(at(written))
        page = visitor.page
        page.get_by_role("button", name="Move down: the categories bought").click()
        assert page.evaluate(tree) == {"all": [{"any": [test, group["any"][0]]}]}
        expect(page.get_by_role("button", name="Move down: the categories bought")).to_be_focused()
        page.get_by_role("button", name="Move up: the categories bought").click()
        assert page.evaluate(tree) == RULE["conditions"]


def test_a_slow_or_failed_answer_is_said_and_a_late_one_dropped(visit, fay, written):
    """US6: what is shown is from the newest question, or said to be old."""
    with visit(fay) as visitor:
        page, held = visitor.page, []
        visitor.go(at(written))
        answered(page)
        limit = page.get_by_label("Points at most", exact=True)
        page.route("**/check/", lambda route: held.append(route))
        limit.fill("600")
        expect(page.locator("[data-answer=note]")).to_contain_text("longer than usual")
        page.unroute("**/check/")
        limit.fill("700")
        answered(page)
        expect(page.locator("[data-answer=limit]")).to_contain_text("700 points")
        page.route("**/check/", lambda route: route.fulfill(status=500, body="no"))
        limit.fill("800")
        expect(page.locator("[data-answer=note]")).to_contain_text("the server answered 500")
        expect(page.locator("[data-answer=limit]")).to_contain_text("700 points")


def test_the_builder_holds_wcag_policy_and_width(visit, fay, written):
    """UA2, UA4, US7: with a trial on a member open."""
    segment = segments.define("English", actor=SYSTEM, conditions={"all": []})
    with visit(fay) as visitor:
        page = visitor.page
        found = faults_in_console(visitor, at(written))
        answered(page)
        page.locator("[name=member_word]").fill("amara")
        page.locator("[name=member_word]").press("Tab")
        expect(page.get_by_text("Nothing was written.")).to_be_visible()
        expect(page.get_by_text("it was gold")).to_be_visible()
        found += console_faults_here(visitor)
        for path in (
            "/admin/campaigns/campaign/recipes/",
            at(written, "trial") + "?member_word=amara",
            f"/admin/audiences/segment/{segment.pk}/condition/",
            at(written, "change"),
        ):
            found += faults_in_console(visitor, path)
    assert found == []


def test_a_segment_is_described_in_sentences(visit, fay, programme):
    """US5, US6: and saved as it was shown."""
    segment = segments.define("New", actor=SYSTEM)
    with visit(fay, size="phone") as visitor:
        visitor.go(f"/admin/audiences/segment/{segment.pk}/condition/")
        page = visitor.page
        answered(page)
        page.get_by_label("Comparison").select_option("less_than")
        page.get_by_label("the number of earlier orders: Value").fill("1")
        answered(page)
        expect(page.locator("[data-answer=count]")).to_have_text("4 members just now")
        page.get_by_role("button", name="Save what is shown").click()
        page.wait_for_url("**/change/")
    assert segment.versions.get().conditions == {
        "all": [{"field": "history.orders", "op": "less_than", "value": 1}]
    }
