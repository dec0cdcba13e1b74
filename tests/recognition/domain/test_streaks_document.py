"""The worked table of docs/algorithms/streaks.md, run."""

from datetime import date, timedelta

import pytest

from recognition.domain.streaks import Terms, news, runs, standing
from tests.contracts.code import ROOT

DOCUMENT = ROOT / "docs" / "algorithms" / "streaks.md"
DAILY = Terms(freezes=2, period="month", milestones=(4,))
WEEKLY = Terms(freezes=1, period="month", milestones=(3,), every="week")


def rows(table: int) -> list[list[str]]:
    """The rows of the first or the second table, without its head."""
    tables = [part for part in DOCUMENT.read_text().split("\n\n") if part.startswith("|")]
    lines = tables[table].strip().splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def days(text: str) -> list[date]:
    first = date(2026, 6, 1)
    return [] if text == "-" else [first + timedelta(int(day) - 1) for day in text.split()]


def check(terms: Terms, row: list[str]) -> None:
    kept, today, length, frozen, freezes, milestone = row
    stands = standing(terms, days(kept), today=days(today)[0])
    assert (stands.run.length if stands.run else 0) == int(length)
    assert list(stands.run.frozen if stands.run else ()) == days(frozen)
    assert stands.freezes_left == int(freezes)
    told = news(runs(terms, days(kept)), terms.milestones, [])
    assert [on for _, on in told] == days(milestone)


@pytest.mark.parametrize("row", rows(0), ids=" ".join)
def test_the_table_of_days_says_what_the_code_does(row):
    """E56, semantic 20."""
    check(DAILY, row)


@pytest.mark.parametrize("row", rows(1), ids=" ".join)
def test_the_table_of_weeks_says_what_the_code_does(row):
    """UM14: a missed week with a freeze keeps it."""
    check(WEEKLY, row)


def test_the_tables_are_not_empty():
    assert (len(rows(0)), len(rows(1))) == (10, 7)
