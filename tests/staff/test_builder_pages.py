"""The pages around the builder: recipes, the panel of a campaign, and segments."""

import json

import pytest

from loyalty.audiences.models import Segment
from loyalty.audiences.operations import segments
from loyalty.campaigns.models import Campaign, RuleVersion
from loyalty.campaigns.operations import campaigns as life
from tests.conftest import SYSTEM
from tests.staff.conftest import client_of
from tests.staff.test_builder import RULE, page


@pytest.fixture
def draft(units) -> Campaign:
    return life.draft("Autumn", actor=SYSTEM)


# -- recipes and the panel ----------------------------------------------------------------------


def test_a_recipe_opens_in_the_builder(ira, units):
    client = client_of(ira)
    text = client.get("/admin/campaigns/campaign/recipes/").content.decode()
    assert "Start from “Refill ladder”" in text
    answer = client.post("/admin/campaigns/campaign/recipes/", {"recipe": "refill-ladder"})
    campaign = Campaign.objects.get(slug="refill-ladder")
    assert answer["Location"] == page(campaign, "rule")
    assert campaign.versions.get().drafted_by == ira
    assert client.post("/admin/campaigns/campaign/recipes/", {"recipe": "gold"}).status_code == 404
    assert Campaign.objects.count() == 1


def test_a_recipe_that_the_programme_cannot_pay_is_refused(ira, db):
    """Without units nothing is drafted."""
    answer = client_of(ira).post("/admin/campaigns/campaign/recipes/", {"recipe": "spend"})
    assert answer.status_code == 302
    assert (Campaign.objects.count(), RuleVersion.objects.count()) == (0, 0)


def test_the_panel_says_what_is_next_and_why_not(draft, ira, gil):
    """US9, US10."""
    life.write_rule(draft, actor=SYSTEM, **RULE)
    RuleVersion.objects.filter(campaign=draft).update(drafted_by=ira)
    panel = client_of(ira).get(page(draft, "change")).context["panel"]
    assert [state["label"] for state in panel["states"] if state["is_now"]] == ["draft"]
    assert ("Submit for review", True) in [
        (way["label"], bool(way["address"])) for way in panel["ways"]
    ]
    life.submit(draft, actor=SYSTEM)
    own = client_of(ira).get(page(draft, "change")).context["panel"]
    other = client_of(gil).get(page(draft, "change")).context["panel"]
    assert [way["reason"] for way in own["ways"] if not way["address"]] == [
        "Somebody other than the author has to publish this."
    ]
    assert {"Publish", "Send back"} <= {w["label"] for w in other["ways"] if w["address"]}
    assert (bool(own["rule"]), bool(own["trial"])) == (False, True)


def test_the_panel_names_what_to_think_about_first(draft, ira):
    """US10."""
    life.write_rule(draft, actor=SYSTEM, **(RULE | {"limit": None}))
    text = client_of(ira).get(page(draft, "change")).content.decode()
    assert "Before it is published" in text
    assert "It has neither a budget nor a limit for one member." in text


# -- segments -----------------------------------------------------------------------------------


def test_a_segment_is_looked_at_while_it_is_described(ira, bo, amara):
    """US6: and what was looked at can be saved at once."""
    segment = segments.define("English", actor=SYSTEM)
    address = f"/admin/audiences/segment/{segment.pk}/condition/"
    tree = {"field": "member.language", "op": "is", "value": "en"}
    client = client_of(ira)

    def ask(body: object):
        return client.post(f"{address}check/", json.dumps(body), content_type="application/json")

    found = ask({"conditions": tree}).json()
    assert (found["faults"], found["said"]) == ([], {"if": "the language is en"})
    assert found["members"]["count"] == 2
    assert segment.versions.count() == 0
    wrong = {"all": [{"field": "order.base", "op": "at_least", "value": "1"}]}
    assert ask({"conditions": wrong}).json()["faults"][0]["pointer"] == "/conditions/all/0/field"
    assert ask({"conditions": 7}).json()["faults"][0]["pointer"] == "/conditions"
    assert client.post(f"{address}check/", "{", content_type="application/json").status_code == 400
    saved = client.post(
        address, {"conditions": json.dumps(tree, indent=2), "looked_at": found["mark"]}
    )
    assert saved.status_code == 302
    assert Segment.objects.get().versions.get().conditions == tree
