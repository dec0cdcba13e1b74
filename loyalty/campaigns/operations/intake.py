"""The activity door: what members did goes in, effects and plain reasons come out.

`take` is the one path. A single activity is a batch of one, so both give identical rows. Everything
about a batch is one transaction: either the activities, their entries and their explanations are all
there, or none is.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from loyalty.campaigns.domain.order_states import FULFILLED
from loyalty.campaigns.domain.refills import KINDS
from loyalty.campaigns.domain.rules import Rule
from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.models import ReviewCase
from loyalty.campaigns.operations import (
    customers,
    lines,
    people,
    referral_joins,
    referral_windows,
    refills,
    returns,
    reviewing,
    rulebook,
    schemas,
    storing,
    supply,
)
from loyalty.campaigns.operations.answers import (
    Answer,
    afresh,
    again,
    contradicted,
    given_back_by,
    not_counted,
    rejected,
)
from loyalty.campaigns.operations.items import Item, cut
from loyalty.campaigns.operations.matching import ahead_of_orders, late_orders, matched, told_of
from loyalty.campaigns.operations.people import Company, Person
from loyalty.campaigns.operations.returns import Drawn
from loyalty.campaigns.operations.rulebook import Rulebook
from loyalty.campaigns.operations.storing import Arrival
from loyalty.campaigns.operations.wave import Wave
from members import clock
from members.domain.actors import Actor
from members.models import Account, Activity
from members.operations import accounts, activities, references, tiers
from members.shipped import AFTER_ORDERS, RETURNS

Status = Activity.Status

#: How far ahead of our clock an activity may be before it waits for a person.
SKEW = timedelta(minutes=5)
#: When an activity is looked at again that was told before its member's account was frozen.
LOOK_AGAIN = timedelta(hours=1)


def take(
    tolds: Sequence[Told],
    *,
    actor: Actor,
    at: datetime | None = None,
    is_history: bool = False,
    by_line: bool = False,
) -> list[Answer]:
    """Record and evaluate a batch; one answer for each activity, in order, of orders also `by_line`.

    `is_history` says that the past is being brought in: points whose time is over stay over, where
    something that is merely told late would still get its least life; and nobody looks at it first, for
    that was done when it was the present.

    A known (source, id) with the same content gets its first answer again; with other content it is
    quarantined. A fault of one activity rejects that one and no other.
    """
    at = at or clock.now()
    known = schemas.current({told.kind for told in tolds})
    answers: dict[int, Answer] = {}
    first: dict[tuple[str, str], int] = {}
    for place, told in enumerate(tolds):
        faults = schemas.faults_of(told, known.get(told.kind))
        if faults:
            answers[place] = rejected(told, faults)
        else:
            first.setdefault(told.key, place)
    sound = {
        place: customers.set_apart(referral_joins.sealed(told))
        for place, told in enumerate(tolds)
        if place not in answers
    }
    if sound:
        told_at = None if is_history else at
        versions = {kind: schema.version for kind, schema in known.items()}
        answers |= accounts.despite_wrong(
            lambda: _take(
                sound, first, versions, actor=actor, at=at, told_at=told_at, by_line=by_line
            ),
            actor=actor,
        )
    return [answers[place] for place in range(len(tolds))]


def preview(tolds: Sequence[Told], *, actor: Actor, at: datetime | None = None) -> list[Answer]:
    """What `take` would answer, now or `at` another instant. In the future whatever goes by the clock goes
    by that one; for the past the books stay those of now. It is `take`, rolled back: nothing is written."""
    now = clock.now()
    with transaction.atomic(), clock.standing_at(max(at or now, now)):
        answers = take(tolds, actor=actor, at=at, by_line=True)
        transaction.set_rollback(True)
    return answers


def evaluate_recorded(activity_ids: Iterable[int], *, actor: Actor, claimed: bool = False) -> int:
    """Evaluate activities that lower floors recorded. Those already evaluated are left alone.

    What was parked until now is taken as told when it was: `claimed` activities, for their member has
    become known, those of a member whose account was frozen, and steps of containers that came
    too early. What is told of orders counts if those do. Those of a member with a frozen account
    are looked at again later.
    """
    ids = list(activity_ids)
    return accounts.despite_wrong(
        lambda: _evaluate_recorded(ids, actor=actor, claimed=claimed), actor=actor
    )


def _evaluate_recorded(ids: Sequence[int], *, actor: Actor, claimed: bool) -> int:
    fresh = _open(ids, claimed=claimed)
    tolds = {row.pk: told_of(row) for row in fresh.select_related("member").order_by("pk")}
    book = rulebook.current()
    company = _gather(book, tolds.values())
    # Somebody else may have evaluated them, or let them count, while we waited for the locks.
    left = fresh.in_bulk()
    arrivals = {
        pk: _standing(Arrival(told, company.people[told.ref], Status.ACCEPTED))
        for pk, told in tolds.items()
        if pk in left and told.ref in company.people
    }
    doubtful = reviewing.doubts(book, arrivals, known=list(arrivals))
    arrivals |= reviewing.set_aside(arrivals, doubtful)
    of_orders = matched(arrivals, known=list(arrivals))
    arrivals |= of_orders | referral_joins.standing(arrivals)
    steps = refills.plan(arrivals, is_recorded=True)
    arrivals |= steps.arrivals
    items, parked = [], {pk for pk, row in left.items() if row.status == Status.PARKED}
    for pk, arrival in arrivals.items():
        if arrival.status == Status.ACCEPTED and arrival.person is not None:
            told_at = left[pk].received_at if claimed or pk in parked else None
            items.append(Item.of(pk, arrival, told_at))
        elif pk in steps.arrivals or pk in of_orders:
            activities.set_aside(pk, status=arrival.status, reason=arrival.reason)
        else:
            activities.keep_waiting(pk, status=arrival.status, reason=arrival.reason)
    activities.note_worths({pk: arrivals[pk].worth for pk in of_orders})
    activities.admit([item.activity_id for item in items if item.activity_id in parked], {})
    now = clock.now()
    steps.save(list(steps.cycles), at=now)
    cases = {pk: (arrivals[pk], said) for pk, said in doubtful.items()}
    reviewing.open_cases(cases, actor=actor, at=now)
    stopped = [pk for pk, arrival in arrivals.items() if arrival.reason == activities.FROZEN]
    activities.evaluate_again(stopped, at=now + LOOK_AGAIN)
    if items:
        _evaluate(items, book, company, actor=actor, at=now)
    return len(items)


def _open(ids: Sequence[int], *, claimed: bool) -> QuerySet[Activity]:
    """Those of these that count, or may count now, and were not evaluated yet."""
    reasons = (activities.FROZEN, referral_joins.UNKNOWN_FRIEND)
    waiting = Q(status_reason__in=reasons) | Q(kind__in=AFTER_ORDERS if claimed else [])
    waiting |= Q(status_reason=reviewing.LOOKING, review__state=ReviewCase.State.ACCEPTED)
    waiting |= Q(kind__in={*KINDS, FULFILLED}, member__isnull=False)
    found = Activity.objects.filter(
        Q(status=Status.ACCEPTED) | Q(waiting, status=Status.PARKED), pk__in=ids, evaluation=None
    )
    return found.exclude(review__state=ReviewCase.State.OPEN)


def _take(
    said: Mapping[int, Told],
    first: dict[tuple[str, str], int],
    versions: Mapping[str, int],
    *,
    actor: Actor,
    at: datetime,
    told_at: datetime | None,
    by_line: bool,
) -> dict[int, Answer]:
    tolds = dict(zip(said, customers.identify(list(said.values()), at=at), strict=True))
    book = rulebook.current()
    company = _gather(book, tolds.values())
    answers = _of_erased(tolds, company.people)
    arrivals = {
        place: _arrival(tolds[place], company.people.get(tolds[place].ref), at)
        for place in first.values()
        if place not in answers
    }
    doubtful = {} if told_at is None else reviewing.doubts(book, arrivals)
    arrivals |= reviewing.set_aside(arrivals, doubtful)
    arrivals |= matched(arrivals) | referral_joins.standing(arrivals)
    steps = refills.plan(arrivals)
    arrivals |= steps.arrivals
    fresh = storing.record(list(arrivals.values()), versions, actor=actor, at=at)
    steps.save([place for place, each in arrivals.items() if each.told.key in fresh], at=at)
    new = {fresh.get(arrivals[place].told.key, 0): place for place in doubtful}
    cases = {pk: (arrivals[place], doubtful[place]) for pk, place in new.items() if pk}
    reviewing.open_cases(cases, actor=actor, at=at)
    items: dict[int, Item] = {}
    for place, arrival in arrivals.items():
        pk = fresh.get(arrival.told.key)
        if pk is None:
            continue
        if arrival.status == Status.ACCEPTED and arrival.person is not None:
            items[place] = Item.of(pk, arrival, told_at)
        else:
            answers[place] = not_counted(arrival)
    if items:
        _evaluate(list(items.values()), book, company, actor=actor, at=at)
    back = given_back_by([item.activity_id for item in items.values() if item.told.kind in RETURNS])
    answers |= {
        place: afresh(item, back.get(item.activity_id, ()), lines.per_line(item) if by_line else ())
        for place, item in items.items()
    }
    repeated = {place: told for place, told in tolds.items() if place not in answers}
    stored = storing.known([told.key for told in repeated.values()]) if repeated else {}
    for place, told in repeated.items():
        answers[place] = _repeat(told, stored[told.key], versions, actor=actor, at=at)
    return answers


def _of_erased(tolds: Mapping[int, Told], known: Collection[str]) -> dict[int, Answer]:
    """Refusals of what is told for somebody who was erased: it is never written."""
    gone = references.erased({told.ref for told in tolds.values()}.difference(known))
    return {
        place: rejected(told, [schemas.ERASED]) for place, told in tolds.items() if told.ref in gone
    }


def _gather(book: Rulebook, tolds: Collection[Told]) -> Company:
    """Lock budgets, funds and rewards, then members; open the pending accounts that the rules may need."""
    company = _lock(book, {told.kind for told in tolds}, tolds)
    found = company.people
    lacking: dict[int, Person] = {}
    units: set[int] = set()
    for told in tolds:
        late = AFTER_ORDERS if told.kind in schemas.ORDERS else ()
        person, promised = found.get(told.ref), book.pending_units(book.set_off([told], late))
        if person is not None and any(
            (unit, Account.Kind.PENDING) not in person.accounts for unit in promised
        ):
            lacking[person.member.pk] = person
            units |= promised
    if lacking:
        _open_pending(lacking, units)
    return company


def _lock(book: Rulebook, kinds: set[str], tolds: Collection[Told]) -> Company:
    """Lock budgets, then funds, then rewards, then members.

    While we waited for the members, an order may have drawn on a budget or a fund that gets points
    back by what is among these. It comes before them, so we let go of everything and begin again.
    """
    is_giving_back = kinds & RETURNS or (book.is_capped and kinds & book.settling)
    # What is told of an order may have come before it, and counts with it.
    rules = book.set_off(tolds, AFTER_ORDERS if kinds & schemas.ORDERS else ())
    if not is_giving_back:
        return _locked(rules, tolds, Drawn())
    while True:
        drawn = returns.drawn_on(tolds, book.settling)
        before = transaction.savepoint()
        company = _locked(rules, tolds, drawn)
        now = returns.drawn_on(tolds, book.settling)
        held = company.budgets
        if (
            now.budgets <= drawn.budgets | set(held.spent)
            and now.segments <= set(held.segments)
            and now.funds <= set(company.funds)
        ):
            transaction.savepoint_commit(before)
            return company
        transaction.savepoint_rollback(before)


def _locked(rules: list[Rule], tolds: Collection[Told], drawn: Drawn) -> Company:
    budgets = people.lock_budgets(rules, drawn.budgets, drawn.segments)
    funds = people.lock_funds(rules, drawn.funds)
    rewards = supply.lock(rules)
    found = people.lock_people({told.ref for told in tolds})
    return Company(found, budgets, funds, rewards=rewards)


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
    chains: dict[int, int] = {}
    for item in items:
        pk = item.person.member.pk
        chains[pk] = max(chains.get(pk, 0), item.told.chain + 1)
    with activities.following(chains):
        _evaluate_all(items, book, company, actor=actor, at=at)


def _evaluate_all(
    items: list[Item],
    book: Rulebook,
    company: Company,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    early = ahead_of_orders(items)
    late = early + late_orders(items)
    items = [item for item in items if item not in early]
    kinds = {item.told.kind for item in (*items, *late)}
    company.fill_purses(at)
    for item in (*items, *late):
        item.asked, item.ruled_out = book.sort_out(item.told)
    rules = list(
        {rule.version_id: rule for item in (*items, *late) for rule in item.asked}.values()
    )
    people.learn(company, book, rules, kinds, (*items, *late))
    supply.learn(company, book, rules, at)
    shares = company.budgets.spent or company.budgets.segments or company.funds
    giving_back = RETURNS | book.settling if shares else frozenset()
    referral_joins.take_in(items, actor=actor, at=at)
    for part in (items, late):
        for wave in cut(part, book.settling, giving_back):
            Wave(book, company, actor, at, wave).run()
    items = items + late
    referral_windows.note(items)
    moved: dict[int, Person] = {item.person.member.pk: item.person for item in items}
    limited = {pk: person.uses for pk, person in moved.items() if person.uses.limits}
    storing.save_uses(limited)
    company.budgets.save()
    climbing = {
        item.person.member
        for item in items
        if any(
            effect.unit_code in book.status_units or effect.kind == "tier"
            for effect in item.effects
        )
    }
    if climbing:
        tiers.settle(climbing, actor=actor, at=at, known=company.all_ladders())


def _arrival(told: Told, person: Person | None, at: datetime) -> Arrival:
    if told.occurred_at > at + SKEW:
        return Arrival(told, person, Status.QUARANTINED, "It says it happens in the future.")
    if person is None:
        return Arrival(told, None, Status.PARKED, "The member is not known yet.")
    return _standing(Arrival(told, person, Status.ACCEPTED, told.clash))


def _standing(arrival: Arrival) -> Arrival:
    """As it arrived, unless an account of its member is frozen: then it waits."""
    if arrival.person is not None and arrival.person.is_frozen:
        return Arrival(arrival.told, arrival.person, Status.PARKED, activities.FROZEN)
    return arrival


def _repeat(
    told: Told, stored: Activity, versions: Mapping[str, int], *, actor: Actor, at: datetime
) -> Answer:
    """The first answer again; or, when something else was said under the key, quarantine."""
    said = Arrival(told, None, Status.QUARANTINED, "Told before with other content.")
    if bytes(stored.body_hash) in said.digests:
        return again(told, stored)
    aside = replace(told, external_id=f"{told.external_id}#{said.digests[0].hex()[:12]}")
    arrival = Arrival(aside, None, said.status, said.reason)
    storing.record([arrival], versions, actor=actor, at=at)
    return contradicted(told)
