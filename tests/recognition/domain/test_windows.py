"""The days of a window."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.domain.windows import EARLIEST, LATEST, Kind, Window, before, window

DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))
CALENDAR = [kind for kind in Kind if kind not in (Kind.ALL, Kind.CUSTOM)]


@pytest.mark.parametrize(
    ("kind", "starts_on", "ends_on"),
    [
        (Kind.DAY, date(2026, 11, 22), date(2026, 11, 23)),
        (Kind.WEEK, date(2026, 11, 16), date(2026, 11, 23)),
        (Kind.MONTH, date(2026, 11, 1), date(2026, 12, 1)),
        (Kind.QUARTER, date(2026, 10, 1), date(2027, 1, 1)),
        (Kind.YEAR, date(2026, 1, 1), date(2027, 1, 1)),
        (Kind.ALL, EARLIEST, LATEST),
    ],
)
def test_windows(kind, starts_on, ends_on):
    """A24."""
    assert window(kind, date(2026, 11, 22)) == Window(kind, starts_on, ends_on)


@given(DAYS, st.sampled_from(CALENDAR))
def test_windows_cover_every_day_once(day, kind):
    """A24: half-open, so the one before ends exactly where this one begins."""
    current = window(kind, day)
    assert day in current
    assert before(current).ends_on == current.starts_on
    assert window(kind, current.starts_on) == window(kind, current.last_day) == current


def test_a_board_with_own_dates_cuts_its_windows():
    """A24: "intersected with the board's own dates"; nothing is left outside them."""
    month = window(Kind.MONTH, date(2026, 11, 22))
    cut = month.within(date(2026, 11, 20), date(2027, 2, 1))
    assert (cut.starts_on, cut.ends_on) == (date(2026, 11, 20), date(2026, 12, 1))
    outside = month.within(date(2027, 1, 1), None)
    assert outside.starts_on == outside.ends_on
