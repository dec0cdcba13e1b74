"""Where the marks of a chart stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from members.domain.charts import Chart, Mark, Series

figures = some.one_of(some.none(), some.integers(-(10**9), 10**9), some.floats(-1e6, 1e6))


def chart(*values, names=None) -> Chart:
    return Chart(
        "Points", names or [str(at) for at in range(len(values))], [Series("given", values)]
    )


def test_bars_stand_on_nought_and_reach_their_figure():
    found = Chart("Points", ["Jun", "Jul"], [Series("given", (10, 20)), Series("spent", (5, None))])
    assert found.ticks == [(20, 0), (15, 25), (10, 50), (5, 75), (0, 100)]
    assert found.bars == [
        Mark(0, 7, 50, 18, 50),
        Mark(0, 57, 0, 18, 100),
        Mark(1, 25, 75, 18, 25),
    ]


def test_a_missing_figure_leaves_a_gap_in_the_line():
    found = chart(1, None, 3, 4)
    assert found.lines == [Mark(0, 62.5, 25, x2=87.5, y2=0)]
    assert [point.x for point in found.points] == [12.5, 62.5, 87.5]


def test_below_nought_hangs_down():
    found = chart(10, -10)
    assert (found.zero, found.ticks[0][0], found.ticks[-1][0]) == (50, 10, -10)
    assert found.bars[1] == Mark(0, 57, 50, 36, 50)


def test_no_more_columns_are_named_than_a_phone_has_room_for():
    found = chart(*range(30))
    assert [name for name, _ in found.names] == ["0", "5", "10", "15", "20", "25"]
    assert len(list(found.rows)) == 30


def test_nothing_at_all_is_still_a_chart():
    assert chart(0, None, 0).ticks == [(1, 0), (0, 100)]


@pytest.mark.parametrize(
    ("columns", "series"),
    [([], [Series("a", [])]), (["Jun"], []), (["Jun"], [Series("a", [1, 2])])],
)
def test_what_is_no_chart_is_refused(columns, series):
    with pytest.raises(ValueError, match="chart has columns|figure, or None"):
        Chart("Points", columns, series)


@given(some.lists(figures, min_size=1, max_size=40))
def test_every_mark_is_inside_the_picture(values):
    found = chart(*values)
    assert 2 <= len(found.ticks) <= 8
    for mark in [*found.bars, *found.lines, *found.points]:
        for across in (mark.x, mark.x + mark.width, mark.x2):
            assert -0.01 <= across <= 100.01
        for down in (mark.y, mark.y + mark.height, mark.y2):
            assert -0.01 <= down <= 100.01
