"""Monthly bills: each month once, in the programme's zone, and what comes back too late is a credit."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from loyalty.campaigns.operations import intake
from loyalty.rewards.models import FundBill, FundMove
from loyalty.rewards.operations import funds
from members import clock
from members.operations import members, sweeps
from tests.campaigns.conftest import act, order, take
from tests.campaigns.funding import books, brewery, fund_of, funded, moves, sums
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db

MAY = datetime(2026, 5, 10, 12, tzinfo=UTC)
#: The last instant of May in Berlin is 21:59:59 UTC.
LATE_MAY, EARLY_JUNE = (
    datetime(2026, 5, 31, 21, 59, 59, tzinfo=UTC),
    datetime(2026, 5, 31, 22, tzinfo=UTC),
)
JUNE, JULY = datetime(2026, 6, 10, 12, tzinfo=UTC), datetime(2026, 7, 1, 9, tzinfo=UTC)
PER_MONEY = [{"kind": "earn", "unit": "points", "points": 1, "per": "1.00"}]


@pytest.fixture
def partner(eli):
    return brewery(eli)


@pytest.fixture
def ann(units):
    with clock.standing_at(MAY):
        return members.enrol("ann", actor=SYSTEM)


def bills(at: datetime) -> list[tuple[str, int, int, str]]:
    """What the sweep has billed by then: (month, granted, returned, amount)."""
    with clock.standing_at(at):
        sweeps.run_due(at=at, names=["fund_bills"])
    return [
        (f"{bill.month:%Y-%m}", bill.granted, bill.returned, bill.amount_text)
        for bill in FundBill.objects.select_related("fund").order_by("month")
    ]


@pytest.fixture
def monthly(ann, points, partner):
    """Opened in May, at most 100 points a month, 1 for each 1.00."""
    with clock.standing_at(MAY):
        fund = fund_of(partner, points, kind="postpaid", ceiling=100)
        funded(fund, "orders", triggers=["order.placed"], effects=PER_MONEY)
    return fund


def buys(member, amount: str, *, at: datetime, id: str):
    with clock.standing_at(at):
        [answer] = take(order(member, amount, id=id))
    return [effect["amount"] for effect in answer["effects"]]


def test_the_month_ends_at_the_programmes_own_midnight(monthly, ann):
    """E93, semantics 12, 18: the ceiling is full in May and free in June, two seconds later."""
    assert buys(ann, "90.00", at=LATE_MAY, id="a") == [90]
    assert buys(ann, "90.00", at=LATE_MAY, id="b") == []
    assert buys(ann, "90.00", at=EARLY_JUNE, id="c") == [90]
    assert bills(LATE_MAY) == []
    assert bills(EARLY_JUNE) == [("2026-05", 90, 0, "0.72")]
    assert bills(JULY) == [("2026-05", 90, 0, "0.72"), ("2026-06", 90, 0, "0.72")]
    assert bills(JULY) == [("2026-05", 90, 0, "0.72"), ("2026-06", 90, 0, "0.72")]
    assert books() == []


def test_what_comes_back_before_the_bill_is_not_billed_and_later_is_a_credit(monthly, ann):
    """E93, semantics 15: a bill is never rewritten."""
    assert buys(ann, "60.00", at=MAY, id="a") == [60]
    assert buys(ann, "40.00", at=MAY, id="b") == [40]
    with clock.standing_at(LATE_MAY):
        take(act("order.returned", ann, id="r1", order_id="a"))
    assert buys(ann, "60.00", at=LATE_MAY, id="c") == [60]
    assert bills(JUNE) == [("2026-05", 160, 60, "0.80")]
    with clock.standing_at(JUNE):
        take(act("order.returned", ann, id="r2", order_id="c"))
    assert sums(monthly) == (0, 160, 120, 100)
    assert bills(JULY)[1:] == [("2026-06", 0, 60, "-0.48")]
    assert moves(monthly)[-1] == ("billed", -60)
    assert books() == []


def test_a_return_after_midnight_but_before_the_bill_counts_in_its_own_month(monthly, ann):
    """Semantics 18: and it makes no room in the new one."""
    assert buys(ann, "60.00", at=MAY, id="a") == [60]
    assert buys(ann, "100.00", at=EARLY_JUNE, id="b") == [100]
    with clock.standing_at(EARLY_JUNE):
        take(act("order.returned", ann, id="r", order_id="a"))
    assert buys(ann, "1.00", at=EARLY_JUNE, id="c") == []
    assert bills(JUNE) == [("2026-05", 60, 60, "0.00")]
    assert books() == []


def test_months_in_which_nothing_moved_have_no_bill(monthly, ann):
    """An outage of months is caught up, month by month."""
    assert buys(ann, "10.00", at=MAY, id="a") == [10]
    assert buys(ann, "20.00", at=JULY, id="b") == [20]
    september = datetime(2026, 9, 1, tzinfo=UTC)
    assert bills(september) == [("2026-05", 10, 0, "0.08"), ("2026-07", 20, 0, "0.16")]
    monthly.refresh_from_db()
    assert (str(monthly.unbilled_from), monthly.month_used) == ("2026-09-01", 0)
    assert books() == []


def test_what_is_told_after_its_month_was_billed_is_on_the_next_bill(monthly, ann):
    """Semantics 15: when it was recorded picks the month, not when it happened."""
    assert bills(JUNE) == []
    with clock.standing_at(JUNE):
        [answer] = take(order(ann, "30.00", at=MAY))
    assert [effect["amount"] for effect in answer["effects"]] == [30]
    assert bills(JULY) == [("2026-06", 30, 0, "0.24")]


@pytest.mark.parametrize(
    ("currency", "price", "amount"),
    [("JPY", "1250", "41"), ("EUR", "7.77", "0.26"), ("BHD", "3.1", "0.102")],
)
def test_bills_are_rounded_once_to_the_currencys_own_unit(
    ann, points, partner, currency, price, amount
):
    """E92, E93: 33 points."""
    with clock.standing_at(MAY):
        terms = {"kind": "postpaid", "currency": currency, "price": Decimal(price)}
        funded(fund_of(partner, points, **terms), "o", triggers=["order.placed"], effects=PER_MONEY)
    assert buys(ann, "33.00", at=MAY, id="a") == [33]
    assert bills(JUNE) == [("2026-05", 33, 0, amount)]


def test_bills_and_moves_are_for_ever(monthly, ann):
    buys(ann, "10.00", at=MAY, id="a")
    bills(JUNE)
    for model in (FundBill, FundMove):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            model.objects.update(month=MAY)


def test_a_ceiling_can_rise_and_never_falls_below_what_the_month_has_used(monthly, ann):
    """E44: refused, nothing changed; in the new month there is room for the lower one."""
    assert buys(ann, "90.00", at=MAY, id="a") == [90]
    with clock.standing_at(MAY):
        funds.change(monthly, ceiling=120, actor=SYSTEM)
        with pytest.raises(ValidationError, match="granted this month"):
            funds.change(monthly, ceiling=80, actor=SYSTEM)
    monthly.refresh_from_db()
    assert monthly.ceiling == 120
    with clock.standing_at(JUNE):
        funds.change(monthly, ceiling=80, actor=SYSTEM)
    assert buys(ann, "80.00", at=JUNE, id="b") == [80]
    assert buys(ann, "1.00", at=JUNE, id="c") == []
    assert books() == []


def test_whoever_waited_for_the_lock_past_midnight_is_on_the_next_bill(monthly, ann):
    """E93: it began in May and got its turn when May was billed already; no point is lost between."""
    assert bills(EARLY_JUNE) == []
    [answer] = intake.take([order(ann, "30.00", at=MAY)], actor=SYSTEM, at=LATE_MAY)
    assert answer.effects[0]["amount"] == 30
    assert bills(JULY) == [("2026-06", 30, 0, "0.24")]
    assert books() == []
