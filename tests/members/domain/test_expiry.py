"""The worked table of docs/algorithms/expiry.md."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from members.domain.expiry import Policy, ends_at, last_day
from tests.tables import rows_under

PAGE = Path(__file__).parents[3] / "docs" / "algorithms" / "expiry.md"
JOINED = date(2020, 3, 15)


def policy(words: str) -> Policy:
    """A policy as the table writes it."""
    kind, *rest = words.split()
    told: dict = {"kind": kind}
    for place, word in enumerate(rest):
        if word in ("months", "days"):
            told[word] = int(rest[place - 1])
        elif word in ("week", "month", "year"):
            told["rounded_to"] = word
        elif word == "since":
            told["since"] = date.fromisoformat(rest[place + 1])
        elif kind == "fixed" and place == 0:
            told["on_mmdd"] = int(word)
    return Policy(**told)


@pytest.mark.parametrize("words, earned, last", rows_under(PAGE, "Policies"))
def test_the_worked_table(words, earned, last):
    """E13, E14, E15, E16, E17, E20: every policy's last day."""
    day = last_day(policy(words), date.fromisoformat(earned), joined_on=JOINED)
    assert day == date.fromisoformat(last)


@pytest.mark.parametrize(
    "zone, end",
    [
        ("UTC", datetime(2027, 2, 1, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2027, 1, 31, 23, tzinfo=UTC)),
        ("Pacific/Auckland", datetime(2027, 1, 31, 11, tzinfo=UTC)),
    ],
)
def test_the_instant_is_the_members_own_midnight(zone, end):
    """E21: the midnight that ends the last day, where the member lives."""
    earned = datetime(2026, 1, 31, 10, tzinfo=UTC)
    assert ends_at(Policy(months=12), earned, zone=zone, joined_on=JOINED) == end
