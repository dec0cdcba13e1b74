"""An activity to try a rule with: what is typically told, as texts that a person can change."""

import re
from collections.abc import Mapping
from typing import Any

#: Of an order's texts these are asked for; its lines have their own field.
ORDER_TEXTS = ("channel", "store", "currency")
_STARTS: dict[str, Any] = {"integer": 1, "number": 1, "boolean": True}
_LINE = re.compile(
    r"(?:(?P<category>.*?\S)\s+)??(?:(?P<quantity>\d{1,7})\s*[x×]\s*)?(?P<amount>\S+)"
)


def typical(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The least that a payload of this schema tells."""
    shapes = schema.get("properties", {})
    return {
        name: _STARTS.get(shapes.get(name, {}).get("type"), "trial")
        for name in schema.get("required", [])
    }


def typical_order(currency: str) -> dict[str, Any]:
    """One thing for forty."""
    return {"order_id": "trial", "currency": currency, "lines": lines_of("40.00")}


def values_of(payload: Mapping[str, Any], *, is_order: bool) -> dict[str, Any]:
    """What of a payload is shown to be changed."""
    if is_order:
        return {name: payload.get(name, "") for name in ORDER_TEXTS} | {
            "lines": lines_text(payload)
        }
    return {
        name: told for name, told in payload.items() if isinstance(told, bool | int | float | str)
    }


def lines_text(payload: Mapping[str, Any]) -> str:
    """An order's lines, one a line: category, quantity if several, and the price of one."""
    return "\n".join(_line(line) for line in payload.get("lines", []))


def lines_of(text: str) -> list[dict[str, Any]]:
    """The lines of an order from such a text. What is no amount is left for the schema to refuse."""
    rows = [row.strip() for row in text.splitlines() if row.strip()]
    return [_read(number, row) for number, row in enumerate(rows, start=1)]


def _line(line: Mapping[str, Any]) -> str:
    several = f"{line['quantity']} × " if line["quantity"] != 1 else ""
    return f"{line.get('category', '')} {several}{line['unit_price']}".strip()


def _read(number: int, row: str) -> dict[str, Any]:
    found = _LINE.fullmatch(row)
    category, quantity, amount = found.groups() if found else ("", "", row)
    return {
        "line_id": str(number),
        "category": category or "",
        "quantity": int(quantity or 1),
        "unit_price": amount,
    }
