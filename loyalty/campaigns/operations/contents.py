"""What an activity says itself, as conditions ask about it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from loyalty.campaigns.domain import codes
from loyalty.campaigns.operations.schemas import ORDERS


def content_of(kind: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that need nothing but the payload: no member, no history, no arithmetic."""
    content: dict[str, Any] = {}
    for name, value in payload.items():
        if isinstance(value, bool | str):
            content[f"activity.{name}"] = value
        elif isinstance(value, int | float):
            content[f"activity.{name}"] = Decimal(str(value))
    content["activity.kind"] = kind
    if kind == codes.ENTERED:
        content[codes.FIELD] = codes.folded(str(payload.get("code", "")))
    if kind in ORDERS:
        lines = payload["lines"]
        content |= {
            "order.categories": _named(lines, "category"),
            "order.skus": _named(lines, "sku"),
            "order.channel": payload.get("channel"),
            "order.store": payload.get("store"),
            "order.currency": payload["currency"],
        }
    return content


def _named(lines: list[Mapping[str, Any]], what: str) -> frozenset[str]:
    return frozenset(line[what] for line in lines if line.get(what))
