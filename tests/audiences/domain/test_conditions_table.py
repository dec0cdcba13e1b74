"""The worked table of conditions, judged in memory from plain values."""

from datetime import timedelta
from decimal import Decimal

import pytest

from loyalty.audiences.domain.conditions import parse
from loyalty.audiences.domain.fields import of_members
from loyalty.audiences.domain.predicate import judge
from tests.audiences.asked import BOUGHT, NOON, table


def facts(days: int | None) -> dict:
    seen = [(at, worth) for at, worth in BOUGHT if not days or at > NOON - timedelta(days=days)]
    key = f"(order.placed,{days or 'ever'})"
    return {
        f"history.count{key}": len(seen),
        f"history.sum{key}": Decimal(sum(worth for _, worth in seen)) / 100,
        f"history.days_since{key}": (NOON - max(seen)[0]).days,
        "member.tags": frozenset({"vip"}),
        "member.badges": frozenset(),
        "when.date": NOON.date(),
    }


@pytest.mark.parametrize(("tree", "holds"), table())
def test_each_row_holds_as_the_table_says(tree, holds):
    """E32."""
    days = tree.get("of", {}).get("days")
    assert judge(parse(tree, of_members()), facts(days))[0] is holds
