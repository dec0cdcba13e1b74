"""Purchases that name no member: the keys in `data.customer`, and whose they are.

What `customer` says is personal. It is read into keyed hashes at the door and kept nowhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.conf import settings

from loyalty.campaigns.domain.told import Told
from members.domain.keys import NAMES, Key
from members.errors import UnreadableKey
from members.models import CustomerKey
from members.operations import keys

CUSTOMER = "customer"


def set_apart(told: Told) -> Told:
    """The same without what it says about the customer, but with the keys to find them by.

    A value that cannot be read is left out: shops let people type anything. What is no object names
    nobody, and is kept no more than one that does.
    """
    if CUSTOMER not in told.payload:
        return told
    payload = {name: value for name, value in told.payload.items() if name != CUSTOMER}
    return replace(told, payload=payload, keys=keys_in(told.payload))


def keys_in(payload: Mapping[str, object]) -> tuple[Key, ...]:
    """The keys that a purchase names its customer by."""
    customer = payload.get(CUSTOMER)
    return _keys_of(customer) if isinstance(customer, Mapping) else ()


def _keys_of(customer: Mapping[str, object]) -> tuple[Key, ...]:
    """In the order in which they are tried."""
    found = []
    for name, kind in NAMES.items():
        value = customer.get(name)
        if isinstance(value, str) and value.strip():
            try:
                found.append(keys.read(kind, value))
            except UnreadableKey:
                continue
    order = settings.CUSTOMER_KEY_ORDER
    return tuple(sorted(found, key=lambda key: order.index(key.kind)))


def identify(tolds: Sequence[Told], *, at: datetime) -> list[Told]:
    """Find the member of those that name none, by the first key that belongs to somebody.

    A member that is named is who it is, whatever else was said. The keys stay locked, so that whoever
    gives one at this moment finds the purchase, or the purchase finds the member.
    """
    known = keys.look_up((key for told in tolds if not told.subject for key in told.keys), at=at)
    return [told if told.subject else _identified(told, known) for told in tolds]


def _identified(told: Told, known: Mapping[Key, keys.Known]) -> Told:
    owned = [(key, known[key]) for key in told.keys if known[key].member_id is not None]
    named = tuple(pk for key in told.keys for pk in known[key].ids)
    if not owned:
        return replace(told, key_ids=named)
    first, owner = owned[0]
    others = [key for key, row in owned if row.member_id != owner.member_id]
    label = CustomerKey.Kind(first.kind).label
    clash = f"Its keys belong to different members; the {label} decided." if others else ""
    return replace(told, known_as=owner.ref, key_ids=named, clash=clash)
