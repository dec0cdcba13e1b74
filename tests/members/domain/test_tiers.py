"""Tiers as a pure replay."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from members.domain.tiers import Rung, Status, replay, tier_at

TABLE = Path(__file__).resolve().parents[3] / "docs" / "algorithms" / "tiers.md"
LADDER = [Rung(0, 1), Rung(150, 2), Rung(400, 3)]
NAMES = {1: "bronze", 2: "silver", 3: "gold"}
START = datetime(2025, 1, 1, tzinfo=UTC)


def status(events):
    return Status(events, months=12, zone="UTC")


def periods(events, until):
    return replay(status(events), LADDER, joined_at=START, until=until)


def rows():
    lines = TABLE.read_text().splitlines()
    start = lines.index("| on | points | status | tier | why |") + 2
    for line in lines[start:]:
        on, points, sum_, tier, _ = (cell.strip() for cell in line.strip("|").split("|"))
        yield datetime.fromisoformat(on).replace(hour=12, tzinfo=UTC), int(points), int(sum_), tier


def test_the_worked_table():
    """E50: up at once, down at the review."""
    events = [(at, points) for at, points, _, _ in rows() if points]
    for at, _, expected, tier in rows():
        so_far = [event for event in events if event[0] <= at]
        assert status(so_far).at(at) == expected, at
        assert NAMES[tier_at(periods(so_far, at), at)] == tier, at


def test_a_kept_tier_is_reviewed_a_window_later():
    first, second = START + timedelta(days=10), START + timedelta(days=200)
    found = periods([(first, 200), (second, 200)], START + timedelta(days=400))
    assert [(NAMES[p.tier_id], p.cause, p.ends_at) for p in found[-1:]] == [
        ("gold", "reached", None)
    ]
    later = periods([(first, 200), (second, 160)], START + timedelta(days=400))
    assert [NAMES[p.tier_id] for p in later] == ["bronze", "silver"]
    assert later[-1].review_at == datetime(2027, 1, 12, tzinfo=UTC)


EVENTS = st.lists(
    st.tuples(
        st.integers(1, 1_000_000).map(lambda minutes: START + timedelta(minutes=minutes)),
        st.integers(1, 300),
    ),
    max_size=12,
)  # fmt: skip


@given(EVENTS, st.randoms())
def test_the_order_of_arrival_does_not_matter(events, random):
    """E50: any permutation gives the same periods."""
    shuffled = list(events)
    random.shuffle(shuffled)
    until = datetime(2029, 1, 1, tzinfo=UTC)
    assert periods(shuffled, until) == periods(events, until)


@given(EVENTS)
def test_periods_join_without_gap_and_only_the_last_is_open(events):
    found = periods(events, datetime(2029, 1, 1, tzinfo=UTC))
    assert all(before.ends_at == after.starts_at for before, after in pairwise(found))
    assert [period.ends_at is None for period in found] == [False] * (len(found) - 1) + [True]
    for before, after in pairwise(found):
        if after.tier_id < before.tier_id:
            assert after.cause == "not_kept"
            assert after.starts_at == before.review_at
