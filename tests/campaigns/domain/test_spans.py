"""Values over time."""

from datetime import date

from loyalty.campaigns.domain.spans import summed


def test_a_month_has_a_span_a_day():
    found = summed(({"2026-03-02": 5, "2026-03-31": 10},), date(2026, 3, 1), date(2026, 3, 31))

    assert len(found) == 31
    assert [span.values for span in found if any(span.values)] == [(5,), (10,)]
    assert (found[1].values, found[-1].values) == ((5,), (10,))


def test_a_quarter_has_a_span_a_week_and_a_year_one_a_month():
    weeks = summed(({"2026-01-08": 3, "2026-01-14": 4},), date(2026, 1, 1), date(2026, 3, 31))
    months = summed(({"2026-02-28": 3, "2026-03-01": 4},), date(2026, 1, 15), date(2026, 12, 31))

    assert (weeks[1].starts_on, weeks[1].values) == (date(2026, 1, 8), (7,))
    assert [span.starts_on.month for span in months] == list(range(1, 13))
    assert [span.values for span in months[:4]] == [(0,), (3,), (4,), (0,)]


def test_two_series_stand_side_by_side():
    [first, _] = summed(({"2026-03-01": 2}, {"2026-03-01": 8}), date(2026, 3, 1), date(2026, 3, 2))

    assert first.values == (2, 8)


def test_nothing_at_all_is_flat():
    assert [span.values for span in summed(({},), date(2026, 3, 1), date(2026, 3, 1))] == [(0,)]
