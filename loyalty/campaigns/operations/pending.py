"""Pending accruals: what they wait for, and the entry that ends the waiting."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Sum

from loyalty.campaigns.domain.given import Given
from loyalty.campaigns.domain.order_states import FULFILLED
from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.models import Effect, Waiting
from loyalty.campaigns.operations import order_facts, sales
from loyalty.campaigns.operations.items import Item
from loyalty.campaigns.operations.people import Person
from loyalty.campaigns.operations.rulebook import Rulebook
from loyalty.campaigns.operations.schemas import ORDERS
from members.domain.calendar import start_of_day
from members.domain.ledger import Line
from members.models import Account, Activity, Entry, OpenLot
from members.operations import activities, clawbacks, ledger
from members.shipped import AFTER_ORDERS, RETURNS

Kind = Account.Kind


def resolution(
    book: Rulebook,
    member: Any,
    accounts: dict[tuple[int, str], int],
    pending: Effect,
    *,
    confirmed: bool,
    amount: int,
    at: datetime,
    cause: tuple[str, int | None],
    reason: str,
    told_at: datetime | None = None,
) -> list[Line]:
    """The entries that end a pending accrual: into the wallet, or back to where it came from.

    `amount` is what is still pending of it; part may have been taken back meanwhile, staff may have
    added to it, and a merge may have moved it.

    Life counts from now, when the points become spendable, unless the unit says otherwise. A
    confirmation that is told late, at `told_at`, leaves them their least life.
    """
    entry, unit = pending.entry, book.units[pending.unit_code]
    assert entry is not None  # what waits is points, and points have an entry
    if unit.life_from == unit.LifeFrom.ACTIVATION:
        ends = ledger.lot_end(unit, at, member, told_at=told_at)
    else:
        ends = ledger.lot_end(unit, entry.occurred_at, member)
    own = amount if confirmed else min(amount, _not_reversed(entry))
    lot = entry
    if entry.credit_id != accounts.get((unit.pk, Kind.PENDING)):
        lot = clawbacks.moved([entry.pk]).get(entry.pk, entry)
    line = Line(
        key=f"settle:{entry.pk}",
        kind=Entry.Kind.ACTIVATION if confirmed else Entry.Kind.REVERSAL,
        unit=unit.pk,
        debit=lot.credit_id,
        credit=accounts[unit.pk, Kind.WALLET] if confirmed else entry.debit_id,
        amount=own,
        occurred_at=at,
        cause_kind=cause[0],
        cause_id=cause[1],
        reason=reason,
        rule_version=pending.rule_version_id,
        parent=entry.pk,
        reverses=None if confirmed else entry.pk,
        active_from=at if confirmed else None,
        expires_at=ends if confirmed else None,
        takes="lot",
        lot=lot.pk,
    )
    if own == amount:
        return [line]
    key = f"{line.key}:raised"
    raised = clawbacks.raise_undone(lot, amount - own, key=key, reason=reason, at=at, cause=cause)
    return [line, raised]


def _not_reversed(entry: Entry) -> int:
    """How much of an accrual was not taken back."""
    back = Entry.objects.filter(reverses=entry).aggregate(sum=Sum("amount"))["sum"] or 0
    return entry.amount - back


def still_pending(waits: Iterable[Waiting]) -> dict[int, int]:
    """How much each of these waits is still about."""
    by_entry = {wait.effect.entry_id or 0: wait.pk for wait in waits}
    lots = OpenLot.objects.values_list("entry_id", "remaining")
    left = {by_entry[pk]: remaining for pk, remaining in lots.filter(entry_id__in=by_entry)}
    elsewhere = [pk for pk, wait_pk in by_entry.items() if wait_pk not in left]
    if elsewhere:
        away = {lot.pk: by_entry[pk] for pk, lot in clawbacks.moved(elsewhere).items()}
        left |= {away[pk]: remaining for pk, remaining in lots.filter(entry_id__in=away)}
    return left


def waiting(given: Given, told: Told, person: Person) -> Waiting:
    """What a pending accrual waits for: an activity of the same chain, or an instant."""
    wait = given.wait
    assert wait is not None  # asked for accruals that wait only
    due = None
    if wait.days is not None:
        due = told.occurred_at + timedelta(days=wait.days)
    if wait.on is not None:
        due = start_of_day(wait.on, person.member.time_zone)
    return Waiting(
        member_id=person.member.pk,
        confirmed_by=wait.confirmed_by,
        cancelled_by=wait.cancelled_by,
        key=told.order_id,
        serial=str(told.payload.get("serial", "")),
        due_at=due,
    )


def elsewhere(items: Iterable[Item], waits: Iterable[Waiting]) -> dict[int, str]:
    """By wait, whose order another act spoke of that promised something, as far as that is known. One query,
    or none. Needs the effects' activities."""
    numbers = {
        (item.person.member.pk, item.told.order_id)
        for item in items
        if item.told.kind in AFTER_ORDERS
    }
    acts = {
        wait.pk: wait.effect.activity
        for wait in waits
        if (wait.member_id, wait.key) in numbers and wait.effect.activity.kind not in ORDERS
    }
    return _shops_of(acts)


def _shops_of(acts: dict[int, Activity]) -> dict[int, str]:
    orders = sales.placed({sales.number_of(act) for act in acts.values()}) if acts else {}
    keys = {pk: sales.key_then(act, orders) for pk, act in acts.items()}
    return {pk: key[1] for pk, key in keys.items() if key is not None}


def speaks_of(item: Item, wait: Waiting, shops: Mapping[int, str]) -> bool:
    """Whether this activity settles that wait: same member, same order, and the same container
    when both name one. What is told of an order speaks of one shop's only; `shops` is what `elsewhere` knows.
    Needs the effect's activity."""
    serial = str(item.told.payload.get("serial", ""))
    return (
        wait.member_id == item.person.member.pk
        and (_cancels(item, wait) or confirms(item, wait))
        and wait.key == item.told.order_id
        and (_is_out(item, wait) or _is_in_time(item.told, wait.effect.activity))
        and (not serial or not wait.serial or serial == wait.serial)
        and not (item.told.kind in AFTER_ORDERS and _is_elsewhere(item, wait, shops))
    )


def confirms(item: Item, wait: Waiting) -> bool:
    """Whether this activity is what the wait is for; of an order, that the last of it has gone out."""
    if _cancels(item, wait):
        return False
    is_told = item.told.kind == wait.confirmed_by != FULFILLED
    return is_told or _is_out(item, wait)


def _is_out(item: Item, wait: Waiting) -> bool:
    """Whether it is for this that the wait is, and by this activity the last of the order has gone out."""
    is_asked = wait.confirmed_by == FULFILLED and not _cancels(item, wait)
    return is_asked and item.settles_at is not None


def _cancels(item: Item, wait: Waiting) -> bool:
    """Whether this activity ends the wait for nothing. What comes back of an order takes its part of what
    that order promised; only with the last of it is nothing left to wait for."""
    if item.told.kind in RETURNS and is_of_order(wait.effect.activity) and not item.is_all_back:
        return False
    return item.told.kind == wait.cancelled_by


def _is_in_time(by: Told | Activity, promised_for: Told | Activity) -> bool:
    """Whether the first may settle what the second promised: it happened later, or at once. Only that an
    order has gone out may be true already."""
    return by.occurred_at >= promised_for.occurred_at or (
        by.kind == FULFILLED and bool(by.payload.get("order_id"))
    )


def is_of_order(act: Activity | Told) -> bool:
    """Whether what it promised is taken back piece by piece when the order comes back, paid or not."""
    return act.kind in ORDERS or act.kind == FULFILLED


def told_before(waits: Sequence[tuple[Item, Waiting]]) -> dict[int, Activity]:
    """By wait, the activity that settles it although it was told before. Four queries at most, or none. What
    speaks of another shop's order of the same number is none of these. What came back of an order has taken
    its part of what that promised; what another act promised it ends, confirmed or not."""
    open_ones = [(item, wait) for item, wait in waits if wait.confirmed_by]
    if not open_ones:
        return {}
    kinds = {kind for _, wait in open_ones for kind in (wait.confirmed_by, wait.cancelled_by)}
    told = Activity.objects.filter(
        member__in={wait.member_id for _, wait in open_ones},
        kind__in=kinds,
        status=Activity.Status.ACCEPTED,
        evaluation__isnull=False,
        payload__order_id__in={wait.key for _, wait in open_ones},
    )
    found: dict[int, Activity] = {}
    rows = _without_parcels(told.order_by("occurred_at", "pk"))
    shops = _shops_around(rows, [item for item, _ in open_ones])
    for row in sorted(rows, key=lambda row: row.kind not in RETURNS):
        serial = str(row.payload.get("serial", ""))
        for item, wait in open_ones:
            if (
                (wait.member_id, wait.key) == (row.member_id, str(row.payload["order_id"]))
                and row.kind in (wait.confirmed_by, wait.cancelled_by)
                and (not serial or not wait.serial or serial == wait.serial)
                and _is_in_time(row, item.told)
                and not (row.kind in RETURNS and is_of_order(item.told))
                and not _is_of_another(item, row, shops)
            ):
                found.setdefault(wait.pk, row)
    return found


def _without_parcels(told: Iterable[Activity]) -> list[Activity]:
    """These without what says that a part of an order went out, which confirms nothing: the last of it does.
    One query, or none."""
    rows = list(told)
    numbers = {sales.number_of(row) for row in rows if row.kind == FULFILLED}
    orders = order_facts.read(numbers)
    last = {
        row.pk: orders.out_at(row.pk, sales.number_of(row)) for row in rows if row.kind == FULFILLED
    }
    return [row for row in rows if last.get(row.pk, row.occurred_at) == row.occurred_at]


def _shops_around(rows: Sequence[Activity], items: Sequence[Item]) -> dict[int, str]:
    """Whose orders these rows speak of, and these acts that are no orders; two queries, or none."""
    after = {row.pk: row for row in rows if row.kind in AFTER_ORDERS}
    acts = [item.activity_id for item in items if item.told.kind not in ORDERS]
    return _shops_of(after | Activity.objects.in_bulk(acts)) if after and acts else {}


def _is_of_another(item: Item, row: Activity, shops: Mapping[int, str]) -> bool:
    """Whether this speaks of an order, and the item is one that somebody else told, or is about one."""
    if row.kind not in AFTER_ORDERS:
        return False
    if item.told.kind in ORDERS:
        return (row.payload.get("order_source") or row.source) != item.told.source
    told_by, about = shops.get(row.pk), shops.get(item.activity_id)
    return told_by is not None and about is not None and told_by != about


def look_again(waits: Sequence[tuple[Item, Waiting]], *, at: datetime) -> None:
    """Have what went out looked at again that was told before these began to wait for it, and had no order
    to speak of. One query, or none."""
    numbers = {
        (wait.member_id, wait.key)
        for item, wait in waits
        if wait.confirmed_by == FULFILLED and item.told.kind not in ORDERS
    }
    if not numbers:
        return
    parked = Activity.objects.filter(
        member__in={member_id for member_id, _ in numbers},
        kind=FULFILLED,
        status=Activity.Status.PARKED,
        payload__order_id__in=[key for _, key in numbers],
    )
    activities.evaluate_again(list(parked.order_by("pk").values_list("pk", flat=True)), at=at)


def _is_elsewhere(item: Item, wait: Waiting, shops: Mapping[int, str]) -> bool:
    """Whether it was another shop's order that promised the points, or that the promise is about."""
    act, told_by = wait.effect.activity, item.order[1]
    return told_by != (act.source if act.kind in ORDERS else shops.get(wait.pk, told_by))
