"""Orders in other currencies than the programme's."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError

from loyalty.campaigns.models import Evaluation, ExchangeRate
from loyalty.campaigns.operations import rates, standard
from members import clock
from tests.campaigns.conftest import act, order, points_of, take
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _euro(settings):
    settings.PROGRAMME_CURRENCY = "EUR"


def set_rate(currency, rate, starts_on=date(2020, 1, 1)):
    return rates.set_rate(currency, rate=Decimal(rate), starts_on=starts_on, actor=SYSTEM)


@pytest.mark.parametrize(
    "currency, rate, amount, points",
    [
        ("USD", "0.90340000", "32.10", 28),  # 28.99914
        ("JPY", "0.00610000", "1000", 6),  # 6.1, no decimals
        ("BHD", "2.45000000", "1.005", 2),  # 2.46225, three decimals
        ("EUR", "7", "10.99", 10),  # the programme's own currency has no rate
    ],
)
def test_the_base_is_converted_and_rounded_down_once(campaigns, bo, currency, rate, amount, points):
    """E92: by the rate of the day, exact, for 0, 2 and 3 decimals."""
    set_rate(currency, rate)
    [answer] = take(order(bo, amount, currency=currency))
    assert points_of(answer) == [("base", points, "active")]


def test_the_rate_of_the_day_it_happened_counts_and_is_stored(campaigns, bo):
    """E92: a newer rate changes nothing of what was earned, nor what a return takes back."""
    now = clock.now()
    set_rate("USD", "0.5", (now - timedelta(days=10)).date())
    [answer] = take(order(bo, "30.00", "10.00", currency="USD", at=now - timedelta(days=5)))
    assert points_of(answer) == [("base", 20, "active")]
    assert Evaluation.objects.get().rate == Decimal("0.5")
    set_rate("USD", "2", (now - timedelta(days=6)).date())
    [back] = take(
        act("order.returned", bo, id="r", order_id="o1", lines=[{"line_id": "0", "quantity": 1}])
    )
    assert points_of(back) == [("base", -15, "active")]


def test_an_order_may_bring_its_own_rate(campaigns, bo):
    """E92: what the shop charged with counts before the programme's table; the why says it."""
    set_rate("USD", "0.5")
    [answer] = take(order(bo, "10.00", currency="USD", exchange_rate="0.91"))
    assert points_of(answer) == [("base", 9, "active")]
    assert "9.10 EUR (USD at 0.91)" in answer["effects"][0]["why"]


@pytest.mark.parametrize("rate", ["0", "0.0", "-1", "1e9", "x"])
def test_a_rate_that_is_none_is_refused_with_its_place(campaigns, bo, rate):
    """E33, E92: nothing is stored."""
    [answer] = take(order(bo, "10.00", currency="USD", exchange_rate=rate))
    assert (answer["status"], answer["errors"][0]["pointer"]) == ("rejected", "/data/exchange_rate")


@pytest.mark.parametrize(
    "amount, quantity, told",
    [
        ("999999999999", 1_000_000, {}),
        ("999999999999", 1000, {"currency": "USD", "exchange_rate": "999999999"}),
    ],
)
def test_more_than_can_be_counted_is_refused_alone(campaigns, bo, amount, quantity, told):
    """E33: the amounts are well formed, the sum is not one; the rest of the batch counts."""
    huge = order(bo, amount, id="o1", **told)
    huge.payload["lines"][0]["quantity"] = quantity
    answers = take(huge, order(bo, "10.00", id="o2"))
    assert [answer["status"] for answer in answers] == ["rejected", "accepted"]
    assert answers[0]["errors"][0]["code"] == "bad_amount"


def test_without_a_rate_amounts_count_as_they_are(campaigns, bo):
    """E92: also where a rule's step is finer than the currency."""
    standard.publish(
        {
            "slug": "fine",
            "name": "Fine",
            "triggers": ["order.placed"],
            "effects": [{"kind": "earn", "unit": "points", "points": 1, "per": "0.50"}],
        },
        actor=SYSTEM,
    )
    [answer] = take(order(bo, "7", currency="JPY"))
    assert points_of(answer) == [("base", 7, "active"), ("fine", 14, "active")]


def test_a_rate_is_kept_as_it_was(db):
    """E92: append-only, one a day."""
    row = set_rate("USD", "0.9")
    with pytest.raises(DatabaseError, match="append-only"):
        ExchangeRate.objects.filter(pk=row.pk).update(rate=1)
