"""Bars over time."""

from datetime import date

from loyalty.campaigns.domain.charts import HEIGHT, WIDTH, bars


def test_a_month_has_a_bar_a_day():
    found = bars(({"2026-03-02": 5, "2026-03-31": 10},), date(2026, 3, 1), date(2026, 3, 31))

    assert len(found) == 31
    assert [bar.values for bar in found if any(bar.values)] == [(5,), (10,)]
    assert found[1].rects[0][3] == HEIGHT / 2
    assert found[-1].rects[0][3] == HEIGHT
    assert max(x + width for bar in found for x, _, width, _ in bar.rects) <= WIDTH


def test_a_quarter_has_a_bar_a_week_and_a_year_one_a_month():
    weeks = bars(({"2026-01-08": 3, "2026-01-14": 4},), date(2026, 1, 1), date(2026, 3, 31))
    months = bars(({"2026-02-28": 3, "2026-03-01": 4},), date(2026, 1, 15), date(2026, 12, 31))

    assert (weeks[1].starts_on, weeks[1].values) == (date(2026, 1, 8), (7,))
    assert [bar.starts_on.month for bar in months] == list(range(1, 13))
    assert [bar.values for bar in months[:4]] == [(0,), (3,), (4,), (0,)]


def test_two_series_stand_side_by_side():
    [first, *_] = bars(({"2026-03-01": 2}, {"2026-03-01": 8}), date(2026, 3, 1), date(2026, 3, 2))

    (x1, _, w1, h1), (x2, _, _, h2) = first.rects
    assert x1 + w1 == x2
    assert (h1, h2) == (HEIGHT / 4, HEIGHT)


def test_nothing_at_all_is_flat():
    assert [bar.values for bar in bars(({},), date(2026, 3, 1), date(2026, 3, 1))] == [(0,)]
