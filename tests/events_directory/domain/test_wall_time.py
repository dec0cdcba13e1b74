"""Local times become instants as people mean them."""

from datetime import UTC, date, datetime, time

import pytest

from events_directory.domain import wall_time


@pytest.mark.parametrize(
    ("day", "wall", "expected"),
    [
        (date(2026, 7, 1), time(18), datetime(2026, 7, 1, 16, tzinfo=UTC)),
        (date(2026, 12, 1), time(18), datetime(2026, 12, 1, 17, tzinfo=UTC)),
        # 29 March: 02:30 does not exist and moves forward by the gap, to 03:30 summer time.
        (date(2026, 3, 29), time(2, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        # 25 October: 02:30 happens twice, the first is meant.
        (date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_wall_time_becomes_an_instant(day, wall, expected):
    """Calendars: a local time that does not exist moves forward, an ambiguous one is the first."""
    assert wall_time.instant(day, wall, "Europe/Berlin") == expected


def test_length_is_elapsed_time_even_over_the_change():
    """Two hours from 01:30 on the night of the change end at 04:30 on the wall, two hours later."""
    starts_at, ends_at = wall_time.span(date(2026, 3, 29), time(1, 30), "Europe/Berlin", 120)
    assert (starts_at, ends_at) == (
        datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
        datetime(2026, 3, 29, 2, 30, tzinfo=UTC),
    )
