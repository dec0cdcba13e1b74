"""The worked table of docs/algorithms/returns.md."""

from pathlib import Path

import pytest

from loyalty.campaigns.models import Campaign
from loyalty.campaigns.operations import rulebook
from tests.campaigns.conftest import take
from tests.campaigns.operations.test_returns import back, balance, bonuses, worked
from tests.tables import rows_under

__all__ = ["bonuses"]

pytestmark = pytest.mark.django_db

PAGE = Path(__file__).parents[3] / "docs" / "algorithms" / "returns.md"


@pytest.mark.parametrize("policy, column", [("line", 1), ("share", 3)])
def test_the_worked_table(bonuses, bo, points, policy, column):
    """E24, E30: part by part, by either policy."""
    Campaign.objects.update(returns=policy)
    rulebook.touch()
    take(worked(bo))
    for number, row in enumerate(rows_under(PAGE, "What is taken back")):
        before = balance(bo, points)
        take(back(bo, (row[0], 1), id=f"r{number}"))
        kept = balance(bo, points)
        assert (before - kept, kept) == (int(row[column]), int(row[column + 1])), row[0]
