"""Asking what would happen: now, at another time, and line by line. Nothing is written."""

from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from loyalty.campaigns.domain.shares import spread
from loyalty.campaigns.models import Evaluation
from loyalty.campaigns.operations import intake, standard
from members import clock
from members.operations import members
from tests.campaigns.conftest import act, order, points_of, take
from tests.conftest import SYSTEM

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
FIVE = [{"kind": "earn", "unit": "points", "amount": 5}]


def preview(*tolds, at=None):
    return [answer.as_json() for answer in intake.preview(list(tolds), actor=SYSTEM, at=at)]


def publish(slug, triggers=("order.placed",), effects=FIVE, **fields):
    given = {"slug": slug, "name": slug, "triggers": list(triggers), "effects": effects}
    return standard.publish(given | fields, actor=SYSTEM)


def rows():
    return {model._meta.label: model.objects.count() for model in apps.get_models()}


@pytest.fixture
def ann(units):
    with clock.standing_at(NOW - timedelta(days=30)):
        return members.enrol("ann", birth_month=7, birth_day=1, actor=SYSTEM)


@given(
    amount=st.integers(0, 10**6), weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=9)
)
def test_shares_add_up_to_exactly_the_whole(amount, weights):
    """E98: and nobody has less than nothing."""
    parts = spread(amount, weights)
    assert (sum(parts), len(parts)) == (amount, len(weights))
    assert min(parts) >= 0
    assert not any(weights) or all(
        part == 0 for part, w in zip(parts, weights, strict=True) if not w
    )


def test_what_each_line_would_earn(campaigns, bo):
    """E98: of 3 × 3.34 = 10.02 each line has its share of 10 points; together they are exactly 10."""
    before = rows()
    [answer] = preview(order(bo, "3.34", "3.34", "3.34"))
    points = [each for each in answer["lines"] if each["unit"] == "points"]
    assert [(each["line_id"], each["amount"], each["campaigns"]) for each in points] == [
        ("0", 3, ["base"]),
        ("1", 3, ["base"]),
        ("2", 4, ["base"]),
    ]
    assert sum(each["amount"] for each in points) == points_of(answer)[0][1] == 10
    assert rows() == before
    assert "lines" not in take(order(bo, "3.34"))[0]


def test_a_campaign_for_a_category_is_earned_by_its_lines_alone(ann):
    publish("refills", effects=[FIVE[0] | {"categories": ["refill"]}])
    mixed = order(ann, "1.00", "1.00", category="refill")
    mixed.payload["lines"][0]["category"] = "books"
    [answer] = preview(mixed)
    assert [(each["line_id"], each["amount"]) for each in answer["lines"]] == [("1", 5)]


def test_at_another_time(ann):
    """E37: what is scheduled then counts, what is over does not, a month's limit begins anew, and it is the
    birthday; nothing is written."""
    with clock.standing_at(NOW):
        july = datetime(2026, 7, 1, 12, tzinfo=UTC)
        publish("later", starts_at=july - timedelta(hours=1))
        publish("over", ends_at=july)
        publish("monthly", limit={"times": 1, "per": "month"})
        birthday = {"field": "member.has_birthday", "op": "is", "value": True}
        publish("birthday", conditions=birthday)
        take(order(ann, "1.00", id="used"))
        before = rows()
        [now] = preview(order(ann, "1.00", id="p"))
        [then] = preview(order(ann, "1.00", id="p", at=july), at=july)
        assert rows() == before
    assert [slug for slug, *_ in points_of(now)] == ["over"]
    assert [slug for slug, *_ in points_of(then)] == ["later", "monthly", "birthday"]


def test_what_content_rules_out_leaves_no_trace_and_is_still_explained(ann):
    """E38, E39: the trace stays small with many campaigns; why not is answered the same again later."""
    refill = {"field": "order.categories", "op": "has", "value": "refill"}
    for number in range(20):
        publish(f"refill-{number}", conditions={"all": [refill]})
    publish("books", conditions={"any": [refill]})
    told = order(ann, "1.00", category="books")
    [first] = take(told)
    [again] = take(told)
    evaluation = Evaluation.objects.get()
    assert ([each["campaign"] for each in evaluation.trace], len(evaluation.ruled_out)) == (
        ["books"],
        20,
    )
    why = "Needed: the categories bought include refill (it was books)"
    assert first["not_earned"] == again["not_earned"]
    assert [each["why"] for each in first["not_earned"]] == [why] * 21


def test_what_is_ruled_out_is_not_even_read(ann):
    """E32: history, tiers, limits and budgets of campaigns that cannot apply cost no query."""
    take(act("visit.checked_in", ann, id="warm"))
    with CaptureQueriesContext(connection) as bare:
        take(order(ann, "1.00", id="a"))
    hidden = {"all": [
        {"field": "order.channel", "op": "is", "value": "shop"},
        {"field": "history.orders", "op": "at_least", "value": 0},
        {"field": "member.tier", "op": "is", "value": "gold"},
    ]}  # fmt: skip
    for number in range(5):
        publish(f"c{number}", conditions=hidden, budget_units=10, limit={"times": 1, "per": "day"})
    take(act("visit.checked_in", ann, id="warm again"))
    with CaptureQueriesContext(connection) as with_five:
        take(order(ann, "1.00", id="b"))
    assert len(with_five) == len(bare)
