"""What a scan means."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from events_directory.domain.scans import Door, Result, Ticket, judge

START = datetime(2026, 6, 15, 16, tzinfo=UTC)
DOOR = Door(1, START, START + timedelta(hours=2), is_cancelled=False)
TICKET = Ticket(1, is_cancelled=False, is_used=False)


@pytest.mark.parametrize(
    ("door", "ticket", "at", "result"),
    [
        (DOOR, TICKET, START, Result.OK),
        (DOOR, TICKET, DOOR.opens_at, Result.OK),
        (DOOR, TICKET, DOOR.opens_at - timedelta(seconds=1), Result.TOO_EARLY),
        (DOOR, TICKET, DOOR.closes_at, Result.OK),
        (DOOR, TICKET, DOOR.closes_at + timedelta(seconds=1), Result.TOO_LATE),
        (DOOR, None, START, Result.UNKNOWN),
        (DOOR, replace(TICKET, occurrence=2), START, Result.WRONG_OCCURRENCE),
        (DOOR, replace(TICKET, is_cancelled=True), START, Result.CANCELLED),
        (replace(DOOR, is_cancelled=True), TICKET, START, Result.CANCELLED),
        (DOOR, replace(TICKET, is_used=True), START, Result.ALREADY),
        (DOOR, replace(TICKET, is_used=True), START - timedelta(days=9), Result.ALREADY),
    ],
)
def test_every_result_code(door, ticket, at, result):
    """C17: wrong date, too early, too late, cancelled and unknown are told apart; C15: the second scan."""
    assert judge(door, ticket, at) is result
