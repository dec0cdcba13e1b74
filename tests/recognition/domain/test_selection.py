"""Who is chosen."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from recognition.domain.selection import Judged, chosen

START = datetime(2026, 10, 1, tzinfo=UTC)


def judged(candidate, mean=400, yes=3, no=1, day=0, is_approved=True):
    return Judged(candidate, is_approved, mean, yes, no, START + timedelta(days=day))


def test_the_highest_mean_wins_among_the_approved():
    """B18: a rejected candidate never wins."""
    assert chosen([judged(1, 450, is_approved=False), judged(2, 400), judged(3, 420)]) == 3


def test_ties_are_broken_as_written_down():
    """B18: larger share of yes, then earlier first nomination."""
    assert chosen([judged(1, yes=3, no=2), judged(2, yes=2, no=1)]) == 2
    assert chosen([judged(1, day=2), judged(2, day=1)]) == 2


def test_nobody_approved_is_nobody_chosen():
    assert chosen([]) is None
    assert chosen([judged(1, is_approved=False)]) is None


@given(
    st.lists(
        st.tuples(st.integers(100, 500), st.integers(1, 5), st.integers(0, 5), st.integers(0, 9)),
        min_size=1,
        max_size=8,
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_of_counting_does_not_matter(rows, random):
    """B18."""
    all_judged = [judged(place, *row) for place, row in enumerate(rows)]
    shuffled = list(all_judged)
    random.shuffle(shuffled)
    assert chosen(shuffled) == chosen(all_judged)
