"""What a purse pays for, and what points cost: the table of `docs/algorithms/funding.md`."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rewards.domain.bill_file import bill_file
from loyalty.rewards.domain.funds import Purse, cost_of, month_after, month_of, refund_of
from members.domain.money import to_text
from tests.tables import rows_under

PAGE = settings.BASE_DIR / "docs" / "algorithms" / "funding.md"


@pytest.mark.parametrize("row", rows_under(PAGE, "Money"), ids=" ".join)
def test_points_cost_what_the_page_says(row):
    """E92, E93: 0-, 2- and 3-decimal money, rounded once, half up."""
    points, (price, currency), (costs, same) = row[0], row[1].split(), row[2].split()
    minor = cost_of(int(points.replace(",", "")), Decimal(price), currency)
    assert (to_text(minor, currency), same) == (costs, currency)


def test_half_a_unit_is_rounded_away_from_nothing():
    assert cost_of(5, Decimal("1"), "EUR") == 1
    assert cost_of(-5, Decimal("1"), "EUR") == -1


@pytest.mark.parametrize(
    ("left", "is_open", "wanted", "cut"),
    [
        (None, True, 10**12, (10**12, "")),
        (50, True, 50, (50, "")),
        (30, True, 50, (30, "The points that Brew pays for are used up but for 30, 50 were due")),
        (0, True, 1, (0, "The points that Brew pays for are used up")),
        (50, False, 1, (0, "Brew does not pay for points at the moment")),
        (0, False, 0, (0, "")),
    ],
)
def test_a_purse_says_how_much_it_pays_for_and_what_is_missing(left, is_open, wanted, cut):
    """E38, E44, E93."""
    assert Purse("Brew", left, is_open).cut(wanted) == cut


def test_a_purse_without_a_ceiling_stays_without_one():
    purse = Purse("Brew", None)
    purse.take(10)
    assert purse.left is None


PACKS = st.lists(st.tuples(st.integers(1, 10_000), st.integers(0, 100_000)), min_size=1, max_size=6)


@given(PACKS, st.data())
def test_refunds_in_parts_are_never_more_than_was_paid_and_all_of_it_is_exact(packs, found):
    """E93."""
    points = sum(size for size, _ in packs)
    paid = sum(money for _, money in packs)
    parts = sorted(found.draw(st.lists(st.integers(0, points), max_size=5)))
    owed = [refund_of(packs, part) for part in parts]
    assert owed == sorted(owed)
    assert refund_of(packs, points) == paid
    assert all(0 <= one <= paid for one in owed)


def test_months_follow_the_programmes_zone():
    """Semantics 12."""
    instant = datetime(2026, 5, 31, 22, tzinfo=UTC)
    assert month_of(instant, "Europe/Berlin") == date(2026, 6, 1)
    assert month_of(instant, "UTC") == date(2026, 5, 1)
    assert month_after(date(2026, 12, 1)) == date(2027, 1, 1)


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_name_is_never_a_formula_and_a_credit_stays_a_number(name):
    """Attack 11."""
    line = bill_file([(name, 'A, "B"', "2026-05", 1, 2, -1, "8", "EUR", "-0.01")])
    _head, row = line.split("\r\n", 1)
    assert row.lstrip('"').startswith("'")
    assert row.rstrip().endswith(',"A, ""B""",2026-05,1,2,-1,8,EUR,-0.01')
