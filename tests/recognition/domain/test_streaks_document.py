"""The worked table of docs/algorithms/streaks.md, run."""

from datetime import date

import pytest

from recognition.domain.streaks import Terms, news, runs, standing
from tests.contracts.code import ROOT

DOCUMENT = ROOT / "docs" / "algorithms" / "streaks.md"
TERMS = Terms(freezes=2, period="month", milestones=(4,))


def rows() -> list[list[str]]:
    table = [line for line in DOCUMENT.read_text().splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def days(text: str) -> list[date]:
    return [] if text == "-" else [date(2026, 6, int(day)) for day in text.split()]


@pytest.mark.parametrize("row", rows(), ids=" ".join)
def test_the_table_says_what_the_code_does(row):
    """E56, semantic 20."""
    kept, today, length, frozen, freezes, milestone = row
    stands = standing(TERMS, days(kept), today=days(today)[0])
    assert (stands.run.length if stands.run else 0) == int(length)
    assert list(stands.run.frozen if stands.run else ()) == days(frozen)
    assert stands.freezes_left == int(freezes)
    told = news(runs(TERMS, days(kept)), TERMS.milestones, [])
    assert [on for _, on in told] == days(milestone)


def test_the_table_is_not_empty():
    assert len(rows()) == 10
