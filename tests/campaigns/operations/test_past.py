"""What rules see of a member's past: what occurred before, whenever it was told."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.campaigns.models import Evaluation
from loyalty.campaigns.operations import rates, standard
from members import clock
from members.models import Activity
from tests.campaigns.conftest import act, order, take
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db

NOW = clock.now()
DAY = timedelta(days=1)


def publish(slug: str, trigger: str, conditions: dict) -> None:
    standard.publish(
        {
            "slug": slug,
            "name": slug,
            "triggers": [trigger],
            "conditions": conditions,
            "effects": [{"kind": "earn", "unit": "points", "amount": 5}],
        },
        actor=SYSTEM,
    )


def of_orders(field: str, op: str, value, days: int | None = None) -> dict:
    of = {"kind": "order.placed"} | ({"days": days} if days else {})
    return {"field": f"history.{field}", "op": op, "value": value, "of": of}


def seen() -> dict[str, list]:
    """What each activity's rules saw, by its id at the source."""
    rows = Evaluation.objects.select_related("activity").order_by("activity__external_id")
    return {
        row.activity.external_id: [test[2] for trace in row.trace for test in trace["tests"]]
        for row in rows
    }


@pytest.fixture
def asking(units):
    """A rule that asks for everything of the past of orders."""
    parts = [
        of_orders("count", "at_least", 0),
        of_orders("count", "at_least", 0, days=30),
        of_orders("sum", "at_least", "0", days=30),
        of_orders("days_since", "at_least", 0),
        {"field": "history.orders", "op": "at_least", "value": 0},
        {"field": "history.same_kind", "op": "at_least", "value": 0},
    ]
    publish("asking", "order.placed", {"any": parts})


def told(amara) -> list:
    return [
        order(amara, "10.50", id="a", at=NOW - 40 * DAY),
        order(amara, "20", id="b", at=NOW - 10 * DAY),
        order(amara, "30", id="c", at=NOW - 9 * DAY),
        order(amara, "40", id="d", at=NOW - 9 * DAY),
    ]


WHOLE = {
    "a": [0, 0, "0.00", None, 0, 0],
    "b": [1, 0, "0.00", 30, 1, 1],
    "c": [2, 1, "20.00", 1, 2, 2],
    "d": [3, 2, "50.00", 0, 3, 3],
}


def test_each_of_a_batch_sees_what_occurred_before_it_as_one_by_one(asking, amara):
    """E32: history fields in a window; E38: the values seen. What happened at one instant, as it was told."""
    a, b, c, d = told(amara)
    take(c, b, d, a)
    assert seen() == WHOLE


def test_one_by_one_sees_the_same(asking, amara):
    for each in told(amara):
        take(each)
    assert seen() == WHOLE


def test_what_is_told_late_sees_only_what_occurred_before_it(asking, amara):
    """E86: the order of arrival decides nothing about what was before."""
    a, b, c, d = told(amara)
    for each in (d, b, a, c):
        take(each)
    assert seen()["a"] == WHOLE["a"]
    # Of two of the same instant, the one that was told first comes first.
    assert seen()["c"] == [3, 2, "60.00", 0, 3, 3]
    # What nobody had told yet, nobody could know.
    assert seen()["b"] == [0, 0, "0.00", None, 0, 0]


def test_a_batch_asks_for_the_past_in_one_query(asking, amara, bo, dee):
    take(order(amara, "1", id="warm"))

    def queries(*tolds) -> int:
        with CaptureQueriesContext(connection) as captured:
            take(*tolds)
        asked = [each["sql"] for each in captured if "WITH ORDINALITY AS q" in each["sql"]]
        assert len(asked) == 1
        return len(captured)

    one = queries(order(bo, "1", id="x"))
    many = [order(who, "1", id=f"{who.ref}{n}") for who in (amara, bo, dee) for n in range(4)]
    assert queries(*many) == one


def test_an_order_is_worth_its_earning_base_in_the_programmes_currency(units, amara):
    """E92: other currencies at the day's rate, rounded down once."""
    rates.set_rate("USD", rate=Decimal("0.9"), starts_on=(NOW - 50 * DAY).date(), actor=SYSTEM)
    take(
        order(amara, "10.50", "5", id="a", discount="1.25"),
        order(amara, "10.99", id="b", currency="USD"),
        order(amara, "1000", id="c", currency="JPY", exchange_rate="0.00615"),
        order(amara, "7.000", id="d", currency="KWD"),
        order(amara, "50", id="e", category="gift_card"),
        act("visit.checked_in", amara, id="f"),
    )
    told = Activity.objects.filter(source="shop").order_by("external_id")
    assert list(told.values_list("external_id", "worth")) == [
        ("a", 1425),
        ("b", 989),
        ("c", 615),
        ("d", 700),
        ("e", 0),
        ("f", None),
    ]
