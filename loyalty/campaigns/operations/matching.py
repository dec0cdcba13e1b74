"""Returns and the orders they speak of, whichever was told first."""

from collections.abc import Mapping
from typing import Any

from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.operations import returns, schemas
from loyalty.campaigns.operations.items import Item
from loyalty.campaigns.operations.storing import Arrival
from members.models import Activity
from members.operations import activities
from members.shipped import RETURNS

Status = Activity.Status

SEVERAL = "Several sources told an order of this number; say which one as order_source."


def matched(arrivals: dict[int, Arrival]) -> dict[int, Arrival]:
    """The returns among these, with the orders they speak of, or waiting for those or for a person."""
    accepted = {
        place: (arrival.person.member.pk, arrival.told.order_id)
        for place, arrival in arrivals.items()
        if arrival.status == Status.ACCEPTED and arrival.person is not None
    }
    back = {
        place: number for place, number in accepted.items() if arrivals[place].told.kind in RETURNS
    }
    if not back:
        return {}
    placed: dict[returns.Number, dict[str, Mapping[str, Any]]] = {
        number: {shop: row.payload for shop, row in orders.items()}
        for number, orders in returns.placed(set(back.values())).items()
    }
    for place, number in accepted.items():
        told = arrivals[place].told
        if told.kind in schemas.ORDERS:
            placed.setdefault(number, {}).setdefault(told.source, told.payload)
    return {
        place: _match(arrivals[place], placed.get(number, {})) for place, number in back.items()
    }


def _match(back: Arrival, orders: Mapping[str, Mapping[str, Any]]) -> Arrival:
    """A return with the order it speaks of, among those of its number by who told them."""
    shop = returns.shop_of(back.told, orders)
    if shop is not None:
        fault = returns.fault_of(back.told, orders[shop])
        status = Status.QUARANTINED if fault else back.status
        return Arrival(back.told, back.person, status, fault or back.reason, shop)
    if len(orders) > 1 and not back.told.payload.get("order_source"):
        return Arrival(back.told, back.person, Status.QUARANTINED, SEVERAL)
    return Arrival(back.told, back.person, Status.PARKED, "The order is not known yet.")


def ahead_of_orders(items: list[Item]) -> list[Item]:
    """The returns among these that say they happened before their orders, which this batch brings too:
    they are settled after them, as they would be when told one by one."""
    orders = {
        item.order: (item.told.occurred_at, item.activity_id)
        for item in items
        if item.told.kind in schemas.ORDERS
    }
    return [
        item
        for item in items
        if item.told.kind in RETURNS
        and (placed := orders.get(item.order))
        and placed > (item.told.occurred_at, item.activity_id)
    ]


def late_orders(items: list[Item]) -> list[Item]:
    """The returns that waited for the orders among these; they count from now on."""
    keys = {item.order: item for item in items if item.told.kind in schemas.ORDERS}
    met, faulty = [], {}
    for row, key in returns.waiting_for(keys):
        told, item = told_of(row), keys[key]
        if fault := returns.fault_of(told, item.told.payload):
            faulty[row.pk] = fault
        else:
            met.append(Item(row.pk, told, item.person, item.told_at, shop=item.told.source))
    activities.admit([item.activity_id for item in met], faulty)
    return met


def told_of(row: Activity) -> Told:
    """A stored activity as it was told, and of whom it turned out to be."""
    return Told(
        row.source,
        row.external_id,
        row.kind,
        row.subject,
        row.occurred_at,
        row.payload,
        known_as=row.member.ref if row.member else "",
    )
