"""The money of a cohort: exact, rounded once, and nothing lost between the columns."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from loyalty.measurement.domain.liability import Money, worth
from members.domain.sheets import cell

FACTORS = some.lists(some.decimals(min_value=0, max_value=2, places=6), min_size=1, max_size=5)
MOVES = some.dictionaries(some.integers(0, 4), some.integers(-(10**9), 10**9))


def money(*amounts: str) -> Money:
    return Money(*map(Decimal, amounts))


def test_a_change_of_rates_is_a_line_of_its_own():
    """Semantics 23: 70 at 0.40, then at 0.30; 25 go at 0.30; the last 45 at 0.25."""
    found = worth(70, {1: -25}, [Decimal("0.4"), Decimal("0.3"), Decimal("0.25")], places=2)
    assert found == money("28.00", "-7.50", "-9.25", "11.25")


def test_points_before_the_first_rate_have_no_value():
    found = worth(100, {0: 20, 1: -10}, [Decimal(0), Decimal("0.01")], places=2)
    assert found == money("0.00", "-0.10", "1.20", "1.10")


def test_currencies_without_minor_units_and_with_thousandths():
    assert worth(5, {}, [Decimal("0.5")], places=0).opening == Decimal(3)
    assert worth(5, {}, [Decimal("0.0001")], places=3).closing == Decimal("0.001")


@given(some.integers(-(10**9), 10**9), MOVES, FACTORS, some.sampled_from([0, 2, 3]))
def test_every_row_adds_up_whatever_is_rounded(opening, moves, factors, places):
    found = worth(opening, moves, factors, places=places)
    assert found.opening + found.by_points + found.by_rates == found.closing
    left = opening + sum(moves.get(place, 0) for place in range(len(factors)))
    assert abs(found.closing - left * factors[-1]) <= Decimal(1).scaleb(-places) / 2


@given(some.integers(0, 10**9), MOVES, MOVES, FACTORS)
def test_one_period_opens_where_the_other_closed(opening, first, second, factors):
    one = worth(opening, first, factors, places=2)
    left = opening + sum(first.get(place, 0) for place in range(len(factors)))
    assert worth(left, second, [factors[-1]], places=2).opening == one.closing


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+49", "'+49"),
        ("-dash", "'-dash"),
        ("\tx", "'\tx"),
        ("2026-01", "2026-01"),
        (-30, -30),
        (Decimal("-0.50"), Decimal("-0.50")),
    ],
)
def test_a_text_that_a_spreadsheet_would_run_is_kept_from_running(value, written):
    assert cell(value) == written
