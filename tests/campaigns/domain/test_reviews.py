"""Too many, too much, unusual."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.campaigns.domain.reviews import Watch, busiest, too_many, too_much, unusual

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(*minutes: int) -> list[datetime]:
    return [NOON + timedelta(minutes=each) for each in minutes]


@pytest.mark.parametrize(
    ("others", "most"),
    [
        ((), 1),
        ((-59,), 2),
        ((-60,), 1),
        ((60,), 1),
        ((-40, 30), 2),
        ((-30, 29), 3),
        ((-50, -40, -30, 20, 40), 4),
        ((0, 0), 3),
    ],
)
def test_the_busiest_window_that_it_falls_into(others, most):
    """E64: an hour, its end left out; it makes no difference whether the others came before."""
    assert busiest(at(*others), NOON, HOUR) == most


@given(st.lists(st.integers(-200, 200), max_size=12))
def test_it_is_the_most_of_all_windows(minutes):
    """E64, against trying every window that begins with one of them."""
    times = [*at(*minutes), NOON]
    starts = [start for start in times if start <= NOON < start + HOUR]
    tried = [sum(start <= each < start + HOUR for each in times) for start in starts]
    assert busiest(at(*minutes), NOON, HOUR) == max(tried)


def test_what_a_watch_says_of_it():
    watch = Watch("w", "earn", window=HOUR, most_times=2, most_units=100, unit="points")
    assert too_many(watch, at(-1), NOON) is None
    assert too_many(watch, at(-1, -2), NOON).compact() == {
        "rule": "w",
        "code": "times",
        "seen": "3",
        "most": "2",
    }
    assert too_much(watch, 100) is None
    assert too_much(watch, 101).seen == "101"


def test_far_above_the_median_of_the_last():
    """E64: three times the median of the last three, once there are two."""
    watch = Watch("w", "earn", factor=Decimal(3), last=3, least=2)
    assert unusual(watch, Decimal("1000"), [Decimal(1)]) is None
    usual = [Decimal(10), Decimal(20), Decimal(30), Decimal(5000)]
    assert unusual(watch, Decimal("60"), usual) is None
    assert unusual(watch, Decimal("60.01"), usual).most == "60"
