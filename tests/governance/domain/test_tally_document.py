"""`docs/algorithms/tally.md` says how ballots are counted: its table is done, line by line."""

from pathlib import Path

import pytest

from governance.domain.tally import Paper, Vote, count
from tests.tables import rows_under

PAGE = Path(__file__).resolve().parents[3] / "docs" / "algorithms" / "tally.md"


@pytest.mark.parametrize(
    "eligible, yes, no, abstained, needed, outcome", rows_under(PAGE, "Counting")
)
def test_counting(eligible, yes, no, abstained, needed, outcome):
    """B16."""
    votes = [Vote.YES] * int(yes) + [Vote.NO] * int(no) + [Vote.ABSTAIN] * int(abstained)
    tally = count([Paper(vote, {}) for vote in votes], eligible=int(eligible), criteria=())
    assert (str(tally.needed), tally.outcome) == (needed, outcome)
