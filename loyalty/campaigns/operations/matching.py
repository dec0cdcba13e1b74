"""Orders and what is told of them, whichever was told first: what cannot be true is set aside, what speaks of
an order that is not known waits for it."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from loyalty.campaigns.domain.order_states import FULFILLED, OBJECTIONS, Fact
from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.operations import order_facts, returns, sales, schemas
from loyalty.campaigns.operations.items import Item
from loyalty.campaigns.operations.order_facts import Key, Number, Orders
from loyalty.campaigns.operations.storing import Arrival
from members.domain.sentences import kept
from members.models import Activity
from members.operations import activities
from members.shipped import AFTER_ORDERS, RETURNS

Status = Activity.Status

UNKNOWN = OBJECTIONS["order_unknown"]
#: What is said when more comes back than is left.
SURPLUS = "More came back than was left of it; it counts as what was left."
#: What is said of an order whose source told one of its number before.
PLACED_BEFORE = "An order of this number was told before, under another id; both count."
#: What a member reads of what was told of an order that never counts.
ORDER_DECLINED = kept("The order does not count, so nothing comes back.")


def matched(arrivals: Mapping[int, Arrival], known: Collection[int] = ()) -> dict[int, Arrival]:
    """What among these is told of orders, with the orders it speaks of, or waiting for those or for a person.
    `known` are those that are stored already, and have not counted yet. A query for what was told before."""
    speaking = {
        place: (arrival.person.member.pk, arrival.told.order_id)
        for place, arrival in arrivals.items()
        if arrival.status == Status.ACCEPTED
        and arrival.person is not None
        and arrival.told.kind in schemas.ORDERS | AFTER_ORDERS
    }
    orders = order_facts.read(set(speaking.values()), besides=known)
    fresh = {
        place: number
        for place, number in speaking.items()
        if not orders.is_told(number, arrivals[place].told.key)
    }
    shops = {number: orders.shops(number) for number in fresh.values()}
    found, telling = _placed(arrivals, fresh, orders)
    after = [place for place in fresh if arrivals[place].told.kind in AFTER_ORDERS]
    for place in after:
        number = fresh[place]
        known_then = _known_then(arrivals[place].told, place, shops[number], telling[number])
        found[place] = _match(arrivals[place], number, orders, known_then)
    homeless = {
        place: fresh[place]
        for place in after
        if found[place].reason == UNKNOWN and _is_of_all(arrivals[place].told)
    }
    awaited = order_facts.awaited(homeless.values())
    return found | {
        place: replace(arrivals[place], settles_at=arrivals[place].told.occurred_at)
        for place, number in homeless.items()
        if number in awaited
    }


def _placed(
    arrivals: Mapping[int, Arrival], fresh: Mapping[int, Number], orders: Orders
) -> tuple[dict[int, Arrival], dict[Number, dict[int, str]]]:
    """Take in the orders among these; answers too which place tells the first of whom. One that its source
    placed before counts, for nothing but an id tells the same purchase from an equal one, and says so; what
    comes back is of the first."""
    found: dict[int, Arrival] = {}
    telling: dict[Number, dict[int, str]] = defaultdict(dict)
    for place, number in fresh.items():
        told = arrivals[place].told
        if told.kind not in schemas.ORDERS:
            continue
        before = orders.placed.get((number[0], told.source, number[1]))
        if before is not None and before != told.key and told.order_id:
            found[place] = replace(arrivals[place], note=PLACED_BEFORE)
            continue
        orders.place(number, told)
        telling[number][place] = told.source
        if orders.is_awaited(number):
            found[place] = replace(arrivals[place], is_awaited=True)
    return found, telling


def _is_of_all(told: Told) -> bool:
    """Whether it says that all of an order went out; of a parcel only the order tells if it was the last."""
    return told.kind == FULFILLED and not told.payload.get("lines")


def _known_then(
    told: Told, place: int, before: Collection[str], telling: Mapping[int, str]
) -> set[str]:
    """Among whose orders of its number this finds its own."""
    known = {*before, *(shop for at, shop in telling.items() if at < place)}
    coming = [shop for at, shop in sorted(telling.items()) if at > place]
    return sales.known_to(told, known, coming)


def _match(arrival: Arrival, number: Number, orders: Orders, shops: Collection[str]) -> Arrival:
    """What is told of an order, with the one it speaks of, among those of its number by who told them."""
    told = arrival.told
    shop = sales.shop_of(told, shops)
    if shop is None:
        if len(shops) > 1 and not told.payload.get("order_source"):
            return _set_aside(arrival, "order_ambiguous")
        return replace(arrival, status=Status.PARKED, reason=UNKNOWN)
    if shop not in orders.known.get(number, ()):
        return replace(arrival, status=Status.DECLINED, reason=ORDER_DECLINED)
    joined = _join(told, orders, (number[0], shop, number[1]))
    if joined.fault:
        return replace(arrival, status=Status.QUARANTINED, reason=joined.fault)
    return replace(
        arrival,
        shop=shop,
        settles_at=joined.settles_at,
        note=joined.note,
        worth=joined.worth,
    )


@dataclass(frozen=True, slots=True)
class Joined:
    """One more telling of an order: why it cannot be true; or when the last of the order went out, if that is
    known by it, what else there is to say, and of what comes back what it takes off the order's worth."""

    fault: str = ""
    settles_at: datetime | None = None
    note: str = ""
    worth: int | None = None


def _join(told: Told, orders: Orders, order: Key) -> Joined:
    """Take one more telling into the course of its order, if it can be."""
    if fault := returns.fault_of(told, orders.known[order[0], order[2]][order[1]]):
        return Joined(fault)
    course, fact = orders.course(order), Fact.told(told.kind, told.occurred_at, told.payload)
    # Orders without a number share one, so one does not speak of the others.
    if told.order_id and (code := course.objection(fact)):
        return Joined(OBJECTIONS[code])
    was_out, note = course.is_out, SURPLUS if course.is_surplus(fact) else ""
    before = orders.left(order) if told.kind in RETURNS else None
    course.take(fact)
    worth = None if before is None else (orders.left(order) or 0) - before
    return Joined("", None if was_out else course.out_at, note, worth)


def _set_aside(arrival: Arrival, code: str) -> Arrival:
    return replace(arrival, status=Status.QUARANTINED, reason=OBJECTIONS[code])


def ahead_of_orders(items: list[Item]) -> list[Item]:
    """What among these says that it happened before its order, which this batch brings too: it is settled
    after it, as it would be when told one by one."""
    orders = {
        item.order: (item.told.occurred_at, item.activity_id)
        for item in items
        if item.told.kind in schemas.ORDERS
    }
    return [
        item
        for item in items
        if item.told.kind in AFTER_ORDERS
        and (placed := orders.get(item.order))
        and placed > (item.told.occurred_at, item.activity_id)
    ]


def late_orders(items: list[Item]) -> list[Item]:
    """What waited for the orders among these; it counts from now on, as far as it can be true."""
    keys = {item.order: item for item in items if item.is_awaited}
    waiting = returns.waiting_for(list(keys))
    if not waiting:
        return []
    orders = order_facts.read({(key[0], key[2]) for _, key in waiting})
    for item in keys.values():
        orders.place((item.order[0], item.order[2]), item.told)
    met, faulty = [], {}
    worths: dict[int, int | None] = {}
    for row, key in waiting:
        told, item = told_of(row), keys[key]
        joined = _join(told, orders, key)
        if joined.fault:
            faulty[row.pk] = joined.fault
            continue
        arrival = Arrival(
            told, item.person, Status.ACCEPTED, "", key[1], joined.settles_at, joined.note
        )
        met.append(Item.of(row.pk, arrival, item.told_at))
        worths[row.pk] = joined.worth
    activities.note_worths(worths)
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
