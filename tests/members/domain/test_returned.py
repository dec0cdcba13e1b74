"""Points of one order, taken back by several returns: when each part was."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from members.domain.returned import Return, spread

DAY = datetime(2026, 6, 1, tzinfo=UTC)
LINES = [
    {"line_id": "a", "quantity": 1, "unit_price": "10.00"},
    {"line_id": "b", "quantity": 3, "unit_price": "10.00"},
]


def back(days, *lines):
    named = [{"line_id": line, "quantity": quantity} for line, quantity in lines]
    return Return(DAY + timedelta(days=days), named)


def test_each_return_takes_its_value_whichever_was_told_first():
    """Semantic 17: 5 days after the order a quarter came back, after 60 days the rest."""
    first, rest = back(5, ("a", 1)), back(60)
    expected = [(first.at, 40), (rest.at, 120)]
    assert spread(160, LINES, [first, rest]) == spread(160, LINES, [rest, first]) == expected


def test_more_than_was_ordered_or_left_counts_for_nothing():
    assert spread(30, LINES, [back(1, ("b", 9)), back(2, ("b", 1))]) == [(back(1).at, 30)]
    assert spread(7, [], [back(1), back(2)]) == [(back(2).at, 7)]


RETURNS = st.lists(
    st.builds(
        lambda days, quantity: back(days, ("b", quantity)), st.integers(0, 90), st.integers(1, 3)
    ),
    min_size=1,
    max_size=4,
)


@given(st.integers(1, 1000), RETURNS, st.randoms())
def test_the_parts_sum_to_the_whole_in_any_order(amount, returns, random):
    """E30, I2."""
    parts = spread(amount, LINES, returns)
    assert sum(part for _, part in parts) == amount
    random.shuffle(returns)
    assert spread(amount, LINES, returns) == parts
