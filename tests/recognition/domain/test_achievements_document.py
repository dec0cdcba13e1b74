"""The worked table of docs/algorithms/achievements.md, run."""

from datetime import UTC, date, datetime

import pytest

from recognition.domain.achievements import Taken, Terms, replay
from tests.contracts.code import ROOT

DOCUMENT = ROOT / "docs" / "algorithms" / "achievements.md"


def rows() -> list[list[str]]:
    table = [line for line in DOCUMENT.read_text().splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text.strip()}")


@pytest.mark.parametrize("row", rows(), ids=" ".join)
def test_the_table_says_what_the_code_does(row):
    """E55, semantic 21."""
    period, recurrence, carries, steps, reached, left = row
    taken = []
    for part in steps.split(","):
        on, amount = part.split(":")
        noon = datetime(day(on).year, day(on).month, day(on).day, 12, tzinfo=UTC)
        taken.append(Taken(noon, on, day(on), int(amount)))
    tallies = replay(Terms(100, period, recurrence, carries == "yes"), taken)
    found = [step.day for tally in tallies for step in tally.reached]
    assert found == [day(on) for on in reached.split(",")]
    assert tallies[-1].steps == int(left)


def test_the_table_is_not_empty():
    assert len(rows()) == 8
