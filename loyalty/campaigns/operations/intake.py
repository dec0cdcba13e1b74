"""The activity door: what members did goes in, effects and plain reasons come out.

`take` is the one path. A single activity is a batch of one, so both give identical rows. Everything
about a batch is one transaction: either the activities, their entries and their explanations are all
there, or none is.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction

from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.operations import (
    customers,
    people,
    returns,
    rulebook,
    schemas,
    storing,
)
from loyalty.campaigns.operations.answers import (
    Answer,
    afresh,
    again,
    contradicted,
    not_counted,
    rejected,
)
from loyalty.campaigns.operations.items import Item, cut
from loyalty.campaigns.operations.people import Company, Person
from loyalty.campaigns.operations.rulebook import Rulebook
from loyalty.campaigns.operations.storing import Arrival
from loyalty.campaigns.operations.wave import Wave
from members import clock
from members.domain.actors import Actor
from members.models import Account, Activity
from members.operations import accounts, activities, tiers
from members.shipped import RETURNS

Status = Activity.Status

#: How far ahead of our clock an activity may be before it waits for a person.
SKEW = timedelta(minutes=5)


def take(
    tolds: Sequence[Told], *, actor: Actor, at: datetime | None = None, is_history: bool = False
) -> list[Answer]:
    """Record and evaluate a batch; one answer for each activity, in order.

    `is_history` says that the past is being brought in: points whose time is over stay over, where
    something that is merely told late would still get its least life.

    A known (source, id) with the same content gets its first answer again; with other content it is
    quarantined. A fault of one activity rejects that one and no other.
    """
    at = at or clock.now()
    known = schemas.validators({told.kind for told in tolds})
    answers: dict[int, Answer] = {}
    first: dict[tuple[str, str], int] = {}
    for place, told in enumerate(tolds):
        faults = schemas.faults_of(told, known.get(told.kind))
        if faults:
            answers[place] = rejected(told, faults)
        else:
            first.setdefault(told.key, place)
    sound = {
        place: customers.set_apart(told) for place, told in enumerate(tolds) if place not in answers
    }
    if sound:
        with transaction.atomic():
            answers |= _take(sound, first, actor=actor, at=at, told_at=None if is_history else at)
    return [answers[place] for place in range(len(tolds))]


def preview(tolds: Sequence[Told], *, actor: Actor, at: datetime | None = None) -> list[Answer]:
    """What `take` would answer. It is `take`, rolled back: nothing is written."""
    with transaction.atomic():
        answers = take(tolds, actor=actor, at=at)
        transaction.set_rollback(True)
    return answers


def evaluate_recorded(activity_ids: Iterable[int], *, actor: Actor, claimed: bool = False) -> int:
    """Evaluate activities that lower floors recorded. Those already evaluated are left alone.

    `claimed` ones were parked until now: they are taken as told when they were, and the returns among
    them count if their orders do.
    """
    with transaction.atomic():
        fresh = Activity.objects.filter(pk__in=list(activity_ids), evaluation=None)
        rows = {row.pk: row for row in fresh.select_related("member")}
        tolds = {pk: told_of(row) for pk, row in rows.items()}
        book = rulebook.current()
        company = _gather(book, tolds.values())
        # Somebody else may have evaluated them, or let them count, while we waited for the locks.
        left = fresh.in_bulk()
        items = [
            Item(
                pk,
                told,
                company.people[told.ref],
                rows[pk].received_at if claimed else None,
            )
            for pk, told in tolds.items()
            if pk in left and told.ref in company.people
        ]
        counting = [item for item in items if left[item.activity_id].status == Status.ACCEPTED]
        if claimed:
            counting += _returned_before(
                [item for item in items if left[item.activity_id].status == Status.PARKED],
                {item.order for item in counting if item.told.kind in schemas.ORDERS},
            )
        _evaluate(counting, book, company, actor=actor, at=clock.now())
        return len(counting)


def _returned_before(parked: list[Item], coming: Collection[returns.Key]) -> list[Item]:
    """Of these parked returns those whose orders count already; they count from now on. Those of the
    orders that are `coming` are met by them."""
    back = [item for item in parked if item.told.kind in RETURNS and item.order not in coming]
    orders = returns.placed({item.order for item in back}) if back else {}
    met = [item for item in back if item.order in orders]
    faulty = {
        item.activity_id: fault
        for item in met
        if (fault := returns.fault_of(item.told, orders[item.order].payload))
    }
    sound = [item for item in met if item.activity_id not in faulty]
    activities.admit([item.activity_id for item in sound], faulty)
    return sound


def _take(
    said: Mapping[int, Told],
    first: dict[tuple[str, str], int],
    *,
    actor: Actor,
    at: datetime,
    told_at: datetime | None,
) -> dict[int, Answer]:
    tolds = dict(zip(said, customers.identify(list(said.values()), at=at), strict=True))
    book = rulebook.current()
    company = _gather(book, tolds.values())
    arrivals = {
        place: _arrival(tolds[place], company.people.get(tolds[place].ref), at)
        for place in first.values()
    }
    arrivals |= _early_returns(arrivals)
    fresh = storing.record(list(arrivals.values()), actor=actor, at=at)
    items: dict[int, Item] = {}
    answers: dict[int, Answer] = {}
    for place, arrival in arrivals.items():
        pk = fresh.get(arrival.told.key)
        if pk is None:
            continue
        if arrival.status == Status.ACCEPTED and arrival.person is not None:
            items[place] = Item(pk, arrival.told, arrival.person, told_at)
        else:
            answers[place] = not_counted(arrival)
    _evaluate(list(items.values()), book, company, actor=actor, at=at)
    answers |= {place: afresh(item) for place, item in items.items()}
    repeated = [place for place in tolds if place not in answers]
    if repeated:
        stored = storing.known([tolds[place].key for place in repeated])
        for place in repeated:
            answers[place] = _repeat(tolds[place], stored[tolds[place].key], actor=actor, at=at)
    return answers


def _gather(book: Rulebook, tolds: Collection[Told]) -> Company:
    """Lock budgets, then members; open the pending accounts that the rules may need."""
    kinds = {told.kind for told in tolds}
    budgets, found = _lock(book, kinds, tolds)
    lacking: dict[int, Person] = {}
    for told in tolds:
        person = found.get(told.ref)
        if person is not None and any(
            (unit, Account.Kind.PENDING) not in person.accounts
            for unit in book.pending_units({told.kind})
        ):
            lacking[person.member.pk] = person
    if lacking:
        _open_pending(lacking, book.pending_units(kinds))
    return Company(found, budgets=budgets)


def _lock(
    book: Rulebook, kinds: set[str], tolds: Collection[Told]
) -> tuple[dict[int, int], dict[str, Person]]:
    """Lock budgets, then members.

    While we waited for the members, an order may have drawn on a budget whose return is among these.
    That budget comes before them, so we let go of everything and begin again.
    """
    refs = {told.ref for told in tolds}
    if not kinds & RETURNS:
        return people.lock_budgets(book, kinds), people.lock_people(refs)
    while True:
        drawn = returns.budgets_drawn(tolds)
        before = transaction.savepoint()
        budgets, found = people.lock_budgets(book, kinds, drawn), people.lock_people(refs)
        if returns.budgets_drawn(tolds) <= drawn | set(budgets):
            transaction.savepoint_commit(before)
            return budgets, found
        transaction.savepoint_rollback(before)


def _open_pending(lacking: dict[int, Person], units: set[int]) -> None:
    accounts.open_for(lacking, kinds=[Account.Kind.PENDING], units=units)
    opened = Account.objects.filter(member__in=lacking, kind=Account.Kind.PENDING)
    for member_id, unit_id, kind, pk in opened.values_list("member_id", "unit_id", "kind", "pk"):
        lacking[member_id].accounts[unit_id, kind] = pk


def _evaluate(
    items: list[Item],
    book: Rulebook,
    company: Company,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    if not items:
        return
    early = _ahead_of_orders(items)
    late = early + _late_orders(items)
    items = [item for item in items if item not in early]
    kinds = {item.told.kind for item in (*items, *late)}
    people.learn(company, book, kinds, [item.activity_id for item in (*items, *early)])
    budgets = dict(company.budgets)
    for part in (items, late):
        for wave in cut(part, book.settling):
            Wave(book, company, actor, at, wave).run()
    items = items + late
    moved: dict[int, Person] = {item.person.member.pk: item.person for item in items}
    limited = {pk: person.uses for pk, person in moved.items() if person.uses.limits}
    storing.save_uses(company, limited, budgets)
    climbing = {
        item.person.member
        for item in items
        if any(effect.unit_code in book.status_units for effect in item.effects)
    }
    if climbing:
        tiers.settle(climbing, actor=actor, at=at)


def _arrival(told: Told, person: Person | None, at: datetime) -> Arrival:
    if told.occurred_at > at + SKEW:
        return Arrival(told, person, Status.QUARANTINED, "It says it happens in the future.")
    if person is None:
        return Arrival(told, None, Status.PARKED, "The member is not known yet.")
    return Arrival(told, person, Status.ACCEPTED, told.clash)


def _early_returns(arrivals: dict[int, Arrival]) -> dict[int, Arrival]:
    """The returns among these that must wait for their orders, or for a person."""
    accepted = {
        place: (arrival.person.member.pk, arrival.told.order_id)
        for place, arrival in arrivals.items()
        if arrival.status == Status.ACCEPTED and arrival.person is not None
    }
    back = {place: key for place, key in accepted.items() if arrivals[place].told.kind in RETURNS}
    if not back:
        return {}
    payloads = {key: row.payload for key, row in returns.placed(set(back.values())).items()}
    for place, key in accepted.items():
        if arrivals[place].told.kind in schemas.ORDERS:
            payloads.setdefault(key, dict(arrivals[place].told.payload))
    changed = {}
    for place, key in back.items():
        told, person = arrivals[place].told, arrivals[place].person
        if key not in payloads:
            changed[place] = Arrival(told, person, Status.PARKED, "The order is not known yet.")
        elif fault := returns.fault_of(told, payloads[key]):
            changed[place] = Arrival(told, person, Status.QUARANTINED, fault)
    return changed


def _ahead_of_orders(items: list[Item]) -> list[Item]:
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


def _late_orders(items: list[Item]) -> list[Item]:
    """The returns that waited for the orders among these; they count from now on."""
    keys = {item.order: item for item in items if item.told.kind in schemas.ORDERS}
    matched, faulty = [], {}
    for row in returns.waiting_for(list(keys)):
        told = told_of(row)
        item = keys[row.member_id or 0, told.order_id]
        if fault := returns.fault_of(told, item.told.payload):
            faulty[row.pk] = fault
        else:
            matched.append(Item(row.pk, told, item.person, item.told_at))
    activities.admit([item.activity_id for item in matched], faulty)
    return matched


def _repeat(told: Told, stored: Activity, *, actor: Actor, at: datetime) -> Answer:
    """The first answer again; or, when something else was said under the key, quarantine."""
    said = Arrival(told, None, Status.QUARANTINED, "Told before with other content.")
    if bytes(stored.body_hash) in said.digests:
        return again(told, stored)
    aside = replace(told, external_id=f"{told.external_id}#{said.digests[0].hex()[:12]}")
    storing.record([Arrival(aside, None, said.status, said.reason)], actor=actor, at=at)
    return contradicted(told)


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
