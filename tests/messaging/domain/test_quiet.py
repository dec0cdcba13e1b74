"""Quiet hours end when their owner's clock says so, also on the two odd nights of the year."""

from datetime import UTC, datetime, time

import pytest

from loyalty.messaging.domain.quiet import quiet_until

BERLIN = "Europe/Berlin"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "begins", "ends", "until"),
    [
        # 22 to 6 in summer (UTC+2): 5:30 waits until 6:00 of the same day, 22:00 until the next.
        ("2026-06-15 03:30", "22:00", "06:00", "2026-06-15 04:00"),
        ("2026-06-15 20:00", "22:00", "06:00", "2026-06-16 04:00"),
        ("2026-06-15 19:59", "22:00", "06:00", None),
        ("2026-06-15 04:00", "22:00", "06:00", None),
        # Within one day.
        ("2026-06-15 10:30", "12:00", "14:00", "2026-06-15 12:00"),
        ("2026-06-15 12:00", "12:00", "14:00", None),
        # Clocks go forward on 29 March: the night is an hour shorter, and 2:30 does not exist.
        ("2026-03-28 21:30", "22:00", "06:00", "2026-03-29 04:00"),
        ("2026-03-28 21:30", "22:00", "02:30", "2026-03-29 01:30"),
        # They go back on 25 October: 2:30 comes twice; after the first, the second is the end.
        ("2026-10-24 21:00", "22:00", "02:30", "2026-10-25 00:30"),
        ("2026-10-25 01:10", "22:00", "02:30", "2026-10-25 01:30"),
    ],
)
def test_quiet_hours_end_on_the_members_own_clock(at, begins, ends, until):
    """M5, UM19."""
    found = quiet_until(utc(at), BERLIN, time.fromisoformat(begins), time.fromisoformat(ends))
    assert found == (utc(until) if until else None)


def test_zones_of_half_hours_are_right():
    found = quiet_until(utc("2026-06-15 17:00"), "Asia/Kolkata", time(22), time(7))
    assert found == utc("2026-06-16 01:30")
