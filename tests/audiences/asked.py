"""The worked table of `docs/algorithms/conditions.md`, as conditions."""

from datetime import UTC, datetime
from typing import Any

from tests.contracts.code import ROOT
from tests.tables import rows_under

PAGE = ROOT / "docs" / "algorithms" / "conditions.md"
NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)
#: When Amara bought, and for how much, in cents.
BOUGHT = (
    (datetime(2026, 5, 31, 12, tzinfo=UTC), 20_00),
    (datetime(2026, 6, 1, 12, tzinfo=UTC), 30_00),
    (datetime(2026, 6, 29, 13, tzinfo=UTC), 5_00),
)
MANY = {"between", "has_any", "has_none"}


def table() -> list[tuple[dict[str, Any], bool]]:
    """Each row as a tree, and whether it holds."""
    return [_row(*row) for row in rows_under(PAGE, "The past")]


def _row(field: str, days: str, op: str, value: str, holds: str) -> tuple[dict[str, Any], bool]:
    said: Any = value.split(", ") if op in MANY else (value == "true" or value)
    tree: dict[str, Any] = {"field": field, "op": op, "value": said}
    if days:
        tree["of"] = {"kind": "order.placed"} | ({"days": int(days)} if days != "ever" else {})
    return tree, holds == "yes"
