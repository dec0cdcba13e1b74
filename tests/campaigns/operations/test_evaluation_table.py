"""The worked tables of docs/algorithms/evaluation.md."""

from decimal import Decimal
from pathlib import Path

import pytest

from loyalty.campaigns.models import BudgetUse
from loyalty.campaigns.operations import groups
from tests.campaigns.conftest import order, points_of, take
from tests.campaigns.operations.test_stacking import PER_MONEY, campaign
from tests.conftest import SYSTEM
from tests.tables import rows_under

PAGE = Path(__file__).parents[3] / "docs" / "algorithms" / "evaluation.md"
TWICE = [{"kind": "multiply", "unit": "points", "factor": "2"}]


@pytest.mark.parametrize("mode", ["best", "first", "all"])
def test_the_table_of_stacking(points, bo, mode):
    """E35: row by row; a row that says that the bonus was given before follows an order that gave it."""
    rows = [row for row in rows_under(PAGE, "Stacking") if row[1] == mode]
    sale = groups.define("Sale", slug="sale", mode=mode, actor=SYSTEM)
    campaign("base", effects=PER_MONEY)
    campaign("bonus", 30, group=sale, limit={"times": 1, "per": "life"}, priority=1)
    campaign("double", effects=TWICE, group=sale, priority=2)
    for number, (amount, _mode, bonus, double, whole) in enumerate(rows):
        [answer] = take(order(bo, amount, id=str(number)))
        found = {slug: amount for slug, amount, _ in points_of(answer)}
        assert found.get("bonus", 0) == int(bonus)
        assert found.get("double", 0) == int(double)
        assert sum(found.values()) == int(whole)


def test_the_table_of_budgets(points, bo):
    """E44: cents are counted, not rounded."""
    money = {"budget_money": 30, "cost_per_unit": {"points": "0.007"}, "pays_partly": True}
    campaign("capped", 40, **money)
    for number, (_due, given, used) in enumerate(rows_under(PAGE, "Budgets")):
        [answer] = take(order(bo, "1.00", id=str(number)))
        assert sum(amount for _, amount, _ in points_of(answer)) == int(given)
        assert BudgetUse.objects.get().money == Decimal(used)
