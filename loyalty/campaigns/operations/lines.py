"""What each line of an order would earn."""

from typing import Any

from loyalty.campaigns.domain.orders import read_order
from loyalty.campaigns.domain.shares import by_line
from loyalty.campaigns.operations.items import Item
from loyalty.campaigns.operations.schemas import ORDERS


def per_line(item: Item) -> list[dict[str, Any]]:
    """By line and unit; together exactly what the order earns. Nothing for what is no order."""
    if item.told.kind not in ORDERS or item.outcome is None:
        return []
    order = read_order(item.told.payload, item.rate)
    return [
        {"line_id": line.line_id, "unit": unit, "amount": amount, "campaigns": campaigns}
        for line, unit, amount, campaigns in by_line(order, item.outcome.given)
    ]
