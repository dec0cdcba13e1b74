"""The builder's doors in the console: who may ask, what is answered, and that nothing is written."""

import json

import pytest

from loyalty.campaigns.models import Campaign, RuleVersion
from loyalty.campaigns.operations import campaigns as life
from members.models import AuditRow
from members.operations import members
from tests.campaigns.conftest import act, campaigns, order, take
from tests.conftest import SYSTEM
from tests.staff.conftest import client_of, colleague

__all__ = ["campaigns"]

RULE = {
    "triggers": ["order.placed"],
    "conditions": {
        "all": [
            {"field": "order.categories", "op": "has", "value": "refill"},
            {"field": "member.language", "op": "is", "value": "de"},
        ]
    },
    "effects": [{"kind": "earn", "unit": "points", "amount": 25}],
    "limit": {"units": 500, "per": "month"},
}


@pytest.fixture
def draft(campaigns) -> Campaign:
    return life.draft("Autumn", actor=SYSTEM)


def page(campaign: Campaign, name: str = "rule/check") -> str:
    return f"/admin/campaigns/campaign/{campaign.pk}/{name}/"


def check(user, campaign: Campaign, rule: object):
    return client_of(user).post(page(campaign), json.dumps(rule), content_type="application/json")


def stored() -> tuple:
    return (
        list(Campaign.objects.order_by("pk").values()),
        list(RuleVersion.objects.order_by("pk").values()),
        AuditRow.objects.count(),
    )


# -- what is asked while a rule is written ------------------------------------------------------


def test_it_says_the_rule_whom_it_could_reach_and_what_it_would_have_met(draft, ira, bo):
    """US5, US6: what depends on the order is left open when members are counted."""
    for number in range(12):
        who = members.enrol(f"m{number}", actor=SYSTEM, language="de", given_name=f"Ger{number}")
    take(order(who, "30.00", id="a", category="refill"), order(who, "30.00", id="b"))
    take(order(bo, "30.00", id="c", category="refill"))
    before = stored()
    answer = check(ira, draft, RULE)
    assert answer.status_code == 200
    found = answer.json()
    assert found["faults"] == []
    assert found["said"] == {
        "when": "Order placed",
        "if": "the categories bought include refill and the language is de",
        "then": ["25 points"],
        "limit": "at most 500 points a month",
    }
    assert (found["members"]["count"], len(found["members"]["sample"])) == (12, 10)
    assert found["members"]["sample"][0]["name"] == "Ger0"
    assert found["met"] == "1 of 3 activities of the last 30 days met it."
    assert stored() == before


def test_who_may_not_see_members_reads_pseudonyms(draft, staff_group, bo):
    staff_group.permissions.set(
        permission
        for permission in staff_group.permissions.all()
        if permission.codename not in ("view_member", "change_member")
    )
    kim = colleague("kim", staff_group)
    found = check(kim, draft, RULE | {"conditions": {}}).json()
    assert found["members"]["sample"] == [{"name": bo.pseudonym, "url": None}]
    assert client_of(kim).get(page(draft, "trial")).status_code == 403


@pytest.mark.parametrize(
    ("part", "value", "pointer", "why"),
    [
        ("triggers", [], "/triggers", "no activity kind (none)"),
        ("triggers", ["order.lost"], "/triggers", "no activity kind order.lost"),
        (
            "conditions",
            {"all": [{"field": "order.base", "op": "has", "value": "1"}]},
            "/conditions/all/0/op",
            "'has' does not fit order.base",
        ),
        ("conditions", [], None, None),
        ("conditions", {"all": "x"}, "/conditions/all", "expected a list"),
        ("effects", [], "/effects", "expected 1 to 20 effects"),
        ("effects", None, "/effects", "expected 1 to 20 effects"),
        (
            "effects",
            [{"kind": "earn", "unit": "gold", "amount": 1}],
            "/effects/0/unit",
            "no unit 'gold'",
        ),
        (
            "effects",
            [{"kind": "earn", "unit": "points", "amount": 1, "pending": {"days": 10**9}}],
            "/effects/0/pending/days",
            "expected 1 to 3660 days",
        ),
        ("limit", {"per": "shift"}, "/limit/per", "expected one of"),
        ("limit", [1], "/limit/per", "expected one of"),
    ],
)
def test_a_fault_is_answered_with_its_place(draft, ira, part, value, pointer, why):
    """US5."""
    before = stored()
    answer = check(ira, draft, RULE | {part: value})
    assert answer.status_code == 200
    faults = answer.json()["faults"]
    if pointer is None:
        assert faults == []
    else:
        [fault] = faults
        assert fault["pointer"] == pointer and why in fault["why"]
    assert stored() == before


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[]",
        "null",
        '{"triggers": 1}',
        '{"triggers": [{}]}',
        '{"triggers": [], "more": 1}',
        '{"triggers": ["\\u0000"]}',
        '{"triggers": ["\\ud800"]}',
        '{"triggers": [], "conditions": ' + '{"not":' * 5000 + "1" + "}" * 5000 + "}",
        '{"triggers": ["' + "x" * 600_000 + '"]}',
    ],
    ids=["cut", "list", "null", "number", "objects", "more", "nul", "surrogate", "deep", "long"],
)
def test_nonsense_is_refused(draft, ira, body):
    answer = client_of(ira).post(page(draft), body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["faults"][0]["pointer"] == "/"


def test_bytes_that_are_no_text_are_refused(draft, ira):
    answer = client_of(ira).post(page(draft), b"\xff\xfe", content_type="application/json")
    assert answer.status_code == 400


def test_others_learn_nothing(draft, hal, gus):
    for user, expected in ((None, 302), (gus, 302), (hal, 403)):
        assert check(user, draft, RULE).status_code == expected
        assert client_of(user).get(page(draft, "trial")).status_code == expected
        assert client_of(user).get("/admin/campaigns/campaign/recipes/").status_code == expected


def test_asking_needs_the_token_of_the_page(draft, ira):
    client = client_of(ira)
    client.handler.enforce_csrf_checks = True
    answer = client.post(page(draft), json.dumps(RULE), content_type="application/json")
    assert answer.status_code == 403


def test_what_is_in_review_is_not_rewritten_but_can_be_tried(draft, ira, gil):
    life.write_rule(draft, actor=SYSTEM, **RULE)
    life.submit(draft, actor=SYSTEM)
    assert check(ira, draft, RULE).status_code == 403
    assert client_of(gil).get(page(draft, "trial")).status_code == 200


def test_a_campaign_that_is_not_there(ira, units):
    assert check(ira, Campaign(pk=99), RULE).status_code == 404
    assert client_of(ira).get(page(Campaign(pk=99), "trial")).status_code == 404


def test_it_asks_as_often_for_many_members_as_for_few(
    draft, ira, bo, django_assert_max_num_queries
):
    """US6: a query budget."""

    def queries() -> int:
        with django_assert_max_num_queries(60) as captured:
            assert check(ira, draft, RULE).json()["faults"] == []
        return len(captured)

    members.enrol("de", actor=SYSTEM, language="de")
    take(order(bo, "30.00", id="first"))
    queries()
    first = queries()
    for number in range(8):
        who = members.enrol(f"m{number}", actor=SYSTEM, language="de")
        take(order(who, "30.00", id=f"o{number}", category="refill"))
    assert queries() == first


def test_the_page_asks_as_often_for_many_campaigns_as_for_few(
    draft, ira, django_assert_max_num_queries
):
    def queries() -> int:
        with django_assert_max_num_queries(60) as captured:
            assert client_of(ira).get(page(draft, "rule")).status_code == 200
        return len(captured)

    queries()
    first = queries()
    for number in range(5):
        life.draft(f"More {number}", actor=SYSTEM)
    assert queries() == first


# -- trying on one member -----------------------------------------------------------------------


def try_on(user, campaign: Campaign, **sent):
    return client_of(user).post(page(campaign, "trial"), sent)


def test_a_reference_alone_fills_the_form_and_is_tried(draft, ira, bo):
    """US7: with the member's latest activity, and what stands in it."""
    life.write_rule(draft, actor=SYSTEM, **RULE)
    take(order(bo, "30.00", id="old"), order(bo, "12.50", id="new", category="refill"))
    before = stored()
    answer = try_on(ira, draft, member_word="bo")
    form = answer.context["form"]
    assert answer.status_code == 200
    assert form["told-lines"].value() == "refill 12.50"
    assert [name for name, _ in form.fields["chosen"].choices][2:] == ["korder.placed"]
    text = answer.content.decode()
    assert "It would give nothing" in text
    assert [(tick.words, tick.found, tick.held) for tick in answer.context["trial"].ticks] == [
        ("the categories bought include refill", "refill", True),
        ("the language is de", "en", False),
    ]
    assert stored() == before


def test_what_was_told_can_be_changed(draft, ira, bo):
    """US7: another amount, other categories, another time."""
    rule = RULE | {"conditions": {"field": "order.base", "op": "at_least", "value": "50"}}
    life.write_rule(draft, actor=SYSTEM, **rule)
    first = try_on(ira, draft, member_word="bo")
    sent = {
        "member_word": "bo",
        "chosen": "korder.placed",
        "filled_from": first.context["form"].filled_from,
        "told-lines": "refill 2 × 20.00\nsoap 15.50",
        "told-currency": "EUR",
        "occurs_at": "2031-03-05T12:00",
    }
    answer = try_on(ira, draft, **sent)
    assert answer.status_code == 200, answer.context["form"].errors
    tried = answer.context["trial"]
    assert tried.told.occurred_at.year == 2031
    assert [(tick.found, tick.held) for tick in tried.ticks] == [("55.50", True)]
    assert [given.amount for given in tried.given] == [25]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"member_word": "nobody"}, "There is no member with this reference."),
        ({"member_word": "b\0o"}, "Null characters are not allowed."),
        ({"told-lines": "refill forty"}, "/data/lines/0/unit_price"),
        ({"told-lines": "refill 10.001"}, "/data"),
        ({"told-currency": "money"}, "/data/currency"),
        ({"occurs_at": "tomorrow"}, "Enter a valid date/time."),
        ({"occurs_at": "0001-01-01T00:00"}, "greater than or equal to 1970"),
        ({"occurs_at": "9999-12-31T23:59"}, "less than or equal to 2200"),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(draft, ira, bo, change, said):
    life.write_rule(draft, actor=SYSTEM, **RULE)
    first = try_on(ira, draft, member_word="bo")
    sent = {
        "member_word": "bo",
        "chosen": "korder.placed",
        "filled_from": first.context["form"].filled_from,
        "told-lines": "refill 10.00",
        "told-currency": "EUR",
    }
    answer = try_on(ira, draft, **(sent | change))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert answer.context["trial"] is None


def test_any_other_kind_has_the_fields_of_its_schema(draft, ira, bo):
    rule = {
        "triggers": ["review.published"],
        "conditions": {"field": "activity.rating", "op": "at_least", "value": 4},
        "effects": RULE["effects"],
    }
    life.write_rule(draft, actor=SYSTEM, **rule)
    take(act("review.published", bo, id="r", sku="oil", rating=3))
    answer = try_on(ira, draft, member_word="bo")
    form = answer.context["form"]
    assert (form["told-sku"].value(), form["told-rating"].value()) == ("oil", 3)
    sent = {
        "member_word": "bo",
        "chosen": form.data["chosen"],
        "filled_from": form.filled_from,
        "told-sku": "oil",
        "told-rating": "5",
    }
    assert [given.amount for given in try_on(ira, draft, **sent).context["trial"].given] == [25]


def test_the_builder_tries_what_it_has_not_saved(draft, ira, bo):
    """US7: the rule as it stands on the page; its faults are said."""
    before = stored()
    answer = try_on(ira, draft, member_word="bo", rule=json.dumps(RULE | {"conditions": {}}))
    assert [given.amount for given in answer.context["trial"].given] == [25]
    assert "<html" not in answer.content.decode()
    faulty = try_on(ira, draft, member_word="bo", rule=json.dumps(RULE | {"effects": []}))
    assert "expected 1 to 20 effects" in faulty.content.decode()
    assert try_on(ira, draft, member_word="bo", rule="{").status_code == 400
    assert stored() == before


def test_without_a_rule_there_is_nothing_to_try(draft, ira, bo):
    answer = client_of(ira).get(page(draft, "trial"))
    assert answer.status_code == 200 and "There is no rule yet." in answer.content.decode()
    assert try_on(ira, draft, member_word="bo").context["trial"] is None
