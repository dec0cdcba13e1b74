"""Liability rates: entered, corrected, never changed; the money of the story of the worked table."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from loyalty.measurement.errors import RateOutOfOrder
from loyalty.measurement.models import LiabilityRate
from loyalty.measurement.operations import liability, rates
from members.domain.actors import Actor
from members.models import AuditRow
from tests.conftest import SYSTEM
from tests.measurement.test_liability import ENDS, MONTHS, PAGE, story
from tests.together import together

__all__ = ["story"]

MONEY = [
    tuple(cell.strip() for cell in line.strip("|").split("|"))
    for line in PAGE.read_text().splitlines()
    if line.startswith("| 20")
]


def enter(unit, day, rate="0.8", cost="0.5", actor=SYSTEM):
    return rates.set_rate(
        unit,
        valid_from=day,
        redemption_rate=Decimal(rate),
        cost=Decimal(cost),
        reason="Reviewed",
        actor=actor,
    )


@pytest.fixture
def rated(story, points):
    """The rates of the worked table."""
    enter(points, date(2026, 1, 1))
    enter(points, date(2026, 3, 1), "0.6")
    enter(points, date(2026, 3, 20), "0.5")


@pytest.mark.django_db
@pytest.mark.parametrize("place", range(4))
def test_the_worked_table_in_money(rated, place):
    """Semantics 23: a rate change is its own column; every row adds up."""
    report = liability.roll_forward(MONTHS[place], ENDS[place])
    total = report.total("points").money
    found = [total.opening, total.by_points, total.by_rates, total.closing]
    assert [f"{amount:.2f}" for amount in found] == list(MONEY[place][1:5])
    assert total.opening + total.by_points + total.by_rates == total.closing


@pytest.mark.django_db
def test_a_rate_of_the_day_after_belongs_to_the_next_period(rated):
    """The closing value of one period is the opening value of the next."""
    february = liability.roll_forward(date(2026, 2, 1), date(2026, 3, 1)).total("points").money
    march = liability.roll_forward(date(2026, 3, 1), date(2026, 3, 2)).total("points").money
    assert (february.closing, march.opening) == (Decimal("28.00"), Decimal("28.00"))
    assert (march.by_points, march.by_rates) == (Decimal("0.00"), Decimal("-7.00"))


@pytest.mark.django_db
def test_units_do_not_share_their_rates(rated, units):
    """A rate of another unit changes nothing, and one without a rate has no value."""
    before = liability.roll_forward(date(2026, 3, 1), date(2026, 4, 1)).total("points").money
    enter(units["status"], date(2026, 3, 10), "0.1", "9")
    report = liability.roll_forward(date(2026, 3, 1), date(2026, 4, 1))
    assert report.total("points").money == before
    assert [str(rate.valid_from) for rate in report.rates["status"]] == ["2026-03-10"]


@pytest.mark.django_db
def test_as_many_queries_for_many_units_months_and_rates_as_for_one(rated):
    with CaptureQueriesContext(connection) as captured:
        liability.roll_forward(date(2026, 1, 1), date(2027, 2, 1), units=["points"])
    assert len(captured) == 4
    with CaptureQueriesContext(connection) as captured:
        liability.roll_forward(date(2026, 1, 1), date(2026, 1, 2))
    assert len(captured) == 5


@pytest.mark.django_db
def test_a_rate_is_entered_with_its_reason_and_maker(points, fay):
    row = enter(points, date(2026, 1, 1), actor=Actor.user(fay))
    assert (row.number, row.made_by, row.breakage, row.factor) == (
        1,
        fay,
        Decimal("0.2"),
        Decimal("0.40"),
    )
    trail = AuditRow.objects.latest("pk")
    assert (trail.verb, trail.actor_id, trail.reason) == (
        "measurement.liability_rate.set",
        fay.pk,
        "Reviewed",
    )


@pytest.mark.django_db
def test_a_correction_is_a_further_version_and_the_same_again_is_the_same(points):
    first = enter(points, date(2026, 1, 1))
    assert enter(points, date(2026, 1, 1)) == first
    second = enter(points, date(2026, 1, 1), "0.7")
    assert (second.number, LiabilityRate.objects.count()) == (2, 2)
    [held] = LiabilityRate.objects.in_force(before=date(2026, 2, 1))
    assert held == second


@pytest.mark.django_db
def test_no_rate_begins_before_one_that_is_there(points, units):
    """What was reported stays."""
    enter(points, date(2026, 3, 1))
    before = AuditRow.objects.count()
    with pytest.raises(RateOutOfOrder) as refusal:
        enter(points, date(2026, 2, 28))
    assert refusal.value.code == "rate_out_of_order"
    assert (LiabilityRate.objects.count(), AuditRow.objects.count()) == (1, before)
    enter(units["status"], date(2026, 1, 1))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rate", "cost"),
    [("1.0001", "1"), ("-0.1", "1"), ("NaN", "1"), ("0.5", "-1"), ("0.12345", "1")],
)
def test_a_rate_is_a_share_and_a_cost_is_no_less_than_nought(points, rate, cost):
    with pytest.raises(ValidationError):
        enter(points, date(2026, 1, 1), rate, cost)
    assert LiabilityRate.objects.count() == 0


@pytest.mark.django_db
def test_a_rate_cannot_be_changed_even_in_the_database(points):
    row = enter(points, date(2026, 1, 1))
    with pytest.raises(DatabaseError), transaction.atomic():
        LiabilityRate.objects.filter(pk=row.pk).update(cost=0)
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_queue_for_the_unit(points):
    """Different corrections of one day become two versions; none is lost."""
    day = date(2026, 1, 1)
    said = together(*(lambda rate=rate: enter(points, day, rate) for rate in ("0.1", "0.2", "0.3")))
    assert said == ["done"] * 3
    assert sorted(LiabilityRate.objects.values_list("number", flat=True)) == [1, 2, 3]
