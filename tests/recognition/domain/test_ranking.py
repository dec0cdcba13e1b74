"""From scores to places, without a database."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.domain.ranking import Above, Score, Ties, ordered, places

START = datetime(2026, 11, 1, tzinfo=UTC)

boards = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 3)), max_size=30).map(
    lambda rows: ordered(
        Score(member, points, START + timedelta(hours=hour), f"{member * 7919 % 997:03}")
        for member, (points, hour) in enumerate(rows)
    )
)


def board(*points):
    return [
        Score(member, total, START + timedelta(hours=member), f"{member}")
        for member, total in enumerate(points)
    ]


@pytest.mark.parametrize(
    ("rule", "ranks"),
    [
        (Ties.COMPETITION, [1, 2, 2, 4, 4, 4, 7]),
        (Ties.DENSE, [1, 2, 2, 3, 3, 3, 4]),
        (Ties.UNIQUE, [1, 2, 3, 4, 5, 6, 7]),
    ],
)
def test_tie_rules(rule, ranks):
    """A25."""
    found = places(board(90, 70, 70, 50, 50, 50, 10), rule=rule)
    assert [place.rank for place in found] == ranks


def test_inside_a_tie_the_earlier_moment_is_listed_first_then_the_opaque_id():
    """A25: listing never changes between two readings."""
    late = Score(1, 50, START + timedelta(hours=2), "a")
    early = Score(2, 50, START, "c")
    twin = Score(3, 50, START, "b")
    assert ordered([late, early, twin]) == [twin, early, late]


@given(boards, st.sampled_from(Ties))
def test_ranks_follow_points(scores, rule):
    """A25: more points never stand below fewer; equal points share a rank unless the rule is unique."""
    found = places(scores, rule=rule)
    for one, two in itertools.pairwise(found):
        if one.score.points > two.score.points:
            assert one.rank < two.rank
        elif rule is Ties.UNIQUE:
            assert two.rank == one.rank + 1
        else:
            assert two.rank == one.rank
    if rule is Ties.COMPETITION:
        for place in found:
            assert place.rank == 1 + sum(s.points > place.score.points for s in scores)
    if rule is Ties.DENSE:
        for place in found:
            totals = {s.points for s in scores if s.points > place.score.points}
            assert place.rank == 1 + len(totals)


@given(boards, st.sampled_from(Ties), st.integers(0, 30))
def test_a_page_continues_where_the_last_one_ended(scores, rule, cut):
    """A24: no row repeats or vanishes, and no rank differs, wherever the page is cut."""
    cut = min(cut, len(scores))
    rest = scores[cut:]
    above = Above(rows=cut)
    if rest:
        more = [score.points for score in scores if score.points > rest[0].points]
        above = Above(rows=cut, totals=len(set(more)), better=len(more))
    pages = places(scores[:cut], rule=rule) + places(rest, rule=rule, above=above)
    assert pages == places(scores, rule=rule)
