"""A campaign's life in the console: drafted, refused to its author, published, earned, paused."""

import json

import pytest

from loyalty.audiences.operations import segments
from loyalty.campaigns.errors import RuleIsFixed
from loyalty.campaigns.models import Campaign, RuleVersion, StackingGroup
from loyalty.campaigns.operations import campaigns
from members.domain.actors import Actor
from members.models import AuditRow, Entry
from tests.campaigns.conftest import order, take
from tests.conftest import SYSTEM
from tests.staff.conftest import client_of

RULE = {
    "triggers": ["order.placed"],
    "conditions": json.dumps({"field": "order.base", "op": "at_least", "value": "20.00"}),
    "effects": json.dumps([{"kind": "earn", "unit": "points", "amount": 25}]),
    "limit": "",
}
FRAME = {
    "name": "Autumn",
    "slug": "autumn",
    "description": "25 points for every large order.",
    "priority": "50",
    "budget_units": "",
    "holdout_percent": "0",
}


def step(client, campaign, name, **answers):
    return client.post(f"/admin/campaigns/campaign/{campaign.pk}/{name}/", answers)


@pytest.fixture
def drafted(ira, units):
    """Drafted by Ira, with its rule."""
    client = client_of(ira)
    answer = client.post("/admin/campaigns/campaign/add/", FRAME)
    campaign = Campaign.objects.get(slug="autumn")
    assert answer["Location"] == f"/admin/campaigns/campaign/{campaign.pk}/rule/"
    answer = client.post(answer["Location"], RULE)
    assert answer["Location"] == f"/admin/campaigns/campaign/{campaign.pk}/change/"
    return campaign


def state_of(campaign):
    campaign.refresh_from_db()
    return campaign.state


def test_from_draft_to_earned_to_paused(drafted, ira, gil, bo):
    """Issue item 5: a second person publishes; orders earn it while it lives, and not while it rests."""
    author, second = client_of(ira), client_of(gil)
    assert step(author, drafted, "submit").status_code == 302
    assert state_of(drafted) == "review"

    answer = step(author, drafted, "publish")
    assert answer.status_code == 403
    assert b"Somebody other than the author has to publish this." in answer.content
    assert state_of(drafted) == "review"
    assert not RuleVersion.objects.filter(published_at__isnull=False).exists()

    answer = step(second, drafted, "publish")
    assert answer.status_code == 422
    assert b"It has neither a budget nor a limit for one member." in answer.content
    assert state_of(drafted) == "review"
    assert step(second, drafted, "publish", confirms="on").status_code == 302
    version = RuleVersion.objects.get()
    assert (version.drafted_by, version.published_by) == (ira, gil)
    assert state_of(drafted) == "live"

    [earned] = take(order(bo, "20.00", id="first"))
    assert [effect["amount"] for effect in earned["effects"]] == [25]
    [small] = take(order(bo, "19.99", id="small"))
    assert small["effects"] == []

    assert step(second, drafted, "pause", reason="Too generous").status_code == 302
    assert state_of(drafted) == "paused"
    [resting] = take(order(bo, "20.00", id="second"))
    assert resting["effects"] == []
    assert Entry.objects.of_member(bo).count() == 1
    assert list(
        AuditRow.objects.filter(subject_type="campaigns.campaign")
        .order_by("id")
        .values_list("verb", "actor_name")
    ) == [
        ("campaigns.campaign.drafted", "Ira"),
        ("campaigns.rule.written", "Ira"),
        ("campaigns.campaign.review", "Ira"),
        ("campaigns.campaign.live", "Gil"),
        ("campaigns.rule.published", "Gil"),
        ("campaigns.campaign.paused", "Gil"),
    ]

    assert step(second, drafted, "resume").status_code == 302
    assert step(second, drafted, "end").status_code == 302
    assert state_of(drafted) == "ended"
    assert step(second, drafted, "resume").status_code == 403


def test_opening_a_step_only_asks(drafted, ira):
    answer = client_of(ira).get(f"/admin/campaigns/campaign/{drafted.pk}/submit/")
    assert answer.status_code == 200
    assert b"Somebody else reads the rule" in answer.content
    assert state_of(drafted) == "draft"


def test_what_is_under_review_is_what_was_read(drafted, ira):
    """The author's page from before the submission cannot change the rule any more."""
    step(client_of(ira), drafted, "submit")
    before = list(RuleVersion.objects.values())
    with pytest.raises(RuleIsFixed):
        campaigns.write_rule(
            drafted,
            triggers=["order.placed"],
            effects=[{"kind": "earn", "unit": "points", "amount": 2500}],
            actor=Actor.user(ira),
        )
    assert list(RuleVersion.objects.values()) == before


def test_what_is_left_empty_is_shown_empty(drafted, ira):
    """The limit was left empty; its text area says so."""
    form = client_of(ira).get(f"/admin/campaigns/campaign/{drafted.pk}/rule/").context["form"]
    assert form["limit"].value() == "" and "25" in form["effects"].value()


def test_what_is_sent_back_says_why(drafted, ira, gil):
    step(client_of(ira), drafted, "submit")
    assert step(client_of(gil), drafted, "send-back").status_code == 422
    assert state_of(drafted) == "review"
    assert step(client_of(gil), drafted, "send-back", reason="Too much").status_code == 302
    assert state_of(drafted) == "draft"
    assert AuditRow.objects.latest("id").reason == "Too much"


@pytest.mark.parametrize(
    ("field", "text", "pointer", "said"),
    [
        (
            "conditions",
            {"all": [{"field": "order.bas", "op": "at_least", "value": "1"}]},
            "/all/0/field",
            "there is no field &#x27;order.bas&#x27;",
        ),
        (
            "effects",
            [{"kind": "earn", "unit": "gold", "amount": 5}],
            "/effects/0/unit",
            "no unit &#x27;gold&#x27;",
        ),
        ("limit", {"times": 1, "per": "shift"}, "/limit/per", "expected one of hour, day"),
    ],
)
def test_a_fault_is_shown_with_its_place_and_the_input_stays(
    field, text, pointer, said, drafted, ira
):
    """US5: the error stands at the field it belongs to."""
    before = list(RuleVersion.objects.values())
    answer = client_of(ira).post(
        f"/admin/campaigns/campaign/{drafted.pk}/rule/", RULE | {field: json.dumps(text)}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"The rule has a fault at {pointer}: " in page
    assert said in page
    assert list(answer.context["form"].errors) == [field]
    assert json.loads(answer.context["form"][field].value()) == text
    assert list(RuleVersion.objects.values()) == before


def test_the_rule_is_read_back_in_words(drafted, ira):
    page = client_of(ira).get(f"/admin/campaigns/campaign/{drafted.pk}/change/")
    [said] = page.context["versions"]
    assert (said["when"], said["if"], said["then"], said["limit"]) == (
        "Order placed",
        "the order's value is at least 20",
        ["25 points"],
        "no limit for one member",
    )


def test_a_live_campaign_keeps_its_frame(drafted, ira, gil):
    step(client_of(ira), drafted, "submit")
    step(client_of(gil), drafted, "publish", confirms="on")
    answer = client_of(gil).post(
        f"/admin/campaigns/campaign/{drafted.pk}/change/", FRAME | {"name": "Winter"}
    )
    assert answer.status_code == 403
    drafted.refresh_from_db()
    assert drafted.name == "Autumn"


def test_a_slug_in_use_is_refused_beside_its_field(drafted, ira):
    answer = client_of(ira).post("/admin/campaigns/campaign/add/", FRAME)
    assert answer.status_code == 422
    assert "slug" in answer.context["adminform"].form.errors
    assert Campaign.objects.count() == 1


def test_what_should_be_thought_about_stands_where_it_is_confirmed(drafted, ira, gil):
    """US10: the second person reads on the page of the step what they say they have read."""
    step(client_of(ira), drafted, "submit")

    page = client_of(gil).get(f"/admin/campaigns/campaign/{drafted.pk}/publish/")

    assert b"Think about:" in page.content
    assert b"I have read what should be thought about" in page.content


def test_a_segment_gets_a_budget_of_its_own(drafted, ira):
    """E44: set, changed and lifted in the console; a draft at once, the other segments' stay."""
    quiet = segments.define("Quiet", conditions={"all": []}, actor=SYSTEM)
    loud = segments.define("Loud", conditions={"all": []}, actor=SYSTEM)
    for each in (quiet, loud):
        segments.activate(each, actor=SYSTEM)
    client = client_of(ira)

    for segment, units, per in ((quiet, 300, "month"), (loud, 50, "life"), (quiet, 200, "month")):
        answer = step(client, drafted, "cap-segment", segment=segment.pk, units=units, per=per)
        assert answer.status_code == 302
    page = client.get(f"/admin/campaigns/campaign/{drafted.pk}/change/")
    assert b"Quiet: at most 200 points, 0 given" in page.content
    assert b"Loud: at most 50 points, 0 given" in page.content

    assert (
        step(client, drafted, "cap-segment", segment=loud.pk, units=0, per="life").status_code
        == 302
    )
    caps = drafted.segment_budgets.filter(is_open=True)
    assert list(caps.values_list("segment", "units", "per")) == [(quiet.pk, 200, "month")]


# -- the frame of a live campaign ---------------------------------------------------------------


@pytest.fixture
def live(drafted, ira, gil):
    step(client_of(ira), drafted, "submit")
    step(client_of(gil), drafted, "publish", confirms="on")
    return drafted


def frame_as_shown(client, campaign) -> dict:
    """What the form of the step holds, as a browser would send it back."""
    form = client.get(f"/admin/campaigns/campaign/{campaign.pk}/reframe/").context["form"]
    held = {name: form[name].value() for name in form.fields}
    costs = held.pop("cost_per_unit") or {}
    sent = {name: "" if value is None else value for name, value in held.items()}
    sent |= {f"cost_per_unit-{unit}": cost for unit, cost in costs.items()}
    return {name: value for name, value in sent.items() if value is not False}


def test_a_live_frame_is_changed_by_units_and_groups_without_code(live, ira):
    """E44, US9: the form opens as the frame is, takes costs by unit and the group by name, and proposes
    only what is different; emptied, a budget is lifted."""
    group = StackingGroup.objects.create(name="Spring", slug="spring", mode="best", priority=1)
    client = client_of(ira)
    shown = frame_as_shown(client, live)
    assert (shown["priority"], shown["budget_units"], shown["group"]) == (50, "", "")

    same = step(client, live, "reframe", **shown)
    assert same.status_code == 422
    assert b"Nothing is different yet." in same.content
    wrong = step(client, live, "reframe", **shown | {"cost_per_unit-points": "much"})
    assert wrong.status_code == 422
    assert b"Write amounts like 0.008." in wrong.content
    assert not RuleVersion.objects.filter(campaign=live, published_at=None).exists()

    asked = {"budget_money": 5000, "cost_per_unit-points": "0.008", "group": group.pk}
    assert step(client, live, "reframe", **shown | asked).status_code == 302
    draft = RuleVersion.objects.get(campaign=live, published_at=None)
    assert draft.frame == {
        "budget_money": 5000,
        "cost_per_unit": {"points": "0.008"},
        "group": group.pk,
    }

    shown = frame_as_shown(client, live)
    assert shown["cost_per_unit-points"] == "0.008"
    assert step(client, live, "reframe", **shown | {"budget_money": ""}).status_code == 302
    draft.refresh_from_db()
    assert draft.frame["budget_money"] is None
    live.refresh_from_db()
    assert (live.budget_money, live.group) == (None, None)


def test_any_two_versions_are_compared_in_words(live, ira, gil):
    """US9."""
    for amount in (30, 40):
        rule = RULE | {
            "effects": json.dumps([{"kind": "earn", "unit": "points", "amount": amount}])
        }
        client_of(ira).post(f"/admin/campaigns/campaign/{live.pk}/rule/", rule)
        step(client_of(gil), live, "publish", confirms="on")
    page = f"/admin/campaigns/campaign/{live.pk}/change/"
    shown = client_of(ira).get(page + "?before=3&after=1").context["compared"]
    assert (shown["before"].number, shown["after"].number) == (1, 3)
    assert shown["changed"] == [("Then", "25 points", "40 points")]
    for strange in ("?before=1&after=1", "?before=1&after=9", "?before=x", ""):
        assert client_of(ira).get(page + strange).context["compared"] is None
