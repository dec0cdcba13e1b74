"""What the rules for looking first find in activities, before they count.

Nothing is asked of the database when no rule is active for what was told; otherwise a handful of
questions, however many activities there are.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber

from loyalty.campaigns.domain import reviews as rules
from loyalty.campaigns.domain.orders import Rate, read_order
from loyalty.campaigns.domain.reviews import EARN, Doubt, Watch
from loyalty.campaigns.models import Effect, ReviewCase
from loyalty.campaigns.operations.rates import Rates
from loyalty.campaigns.operations.rulebook import Rulebook
from loyalty.campaigns.operations.schemas import ORDERS
from loyalty.campaigns.operations.storing import Arrival
from members.domain.actors import Actor
from members.domain.sentences import kept
from members.models import Activity
from members.operations import activities, audit

Status = Activity.Status

#: What a member reads of something that waits for a person.
LOOKING = kept("We are looking at this one.")


@dataclass(slots=True)
class Past:
    """What members did before: when (by kind and by how it is known), what it brought, and their last
    orders, the newest first."""

    done: dict[tuple[int, str], dict[tuple[str, str], datetime]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    earned: dict[tuple[int, str], list[tuple[datetime, str, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    orders: dict[int, list[Decimal]] = field(default_factory=lambda: defaultdict(list))


def doubts(
    book: Rulebook, arrivals: Mapping[int, Arrival], known: Collection[int] = ()
) -> dict[int, list[Doubt]]:
    """What is doubtful about which of these. `known` are those that are stored already; what a person
    has decided about is not doubtful again."""
    watched = {
        place: (arrival, watches)
        for place, arrival in arrivals.items()
        if arrival.status == Status.ACCEPTED
        and arrival.person is not None
        and (watches := [each for each in book.watches if each.watches(EARN, arrival.told.kind)])
    }
    if watched and known:
        decided = ReviewCase.objects.filter(activity__in=[pk for pk in known if pk in watched])
        for pk in decided.values_list("activity", flat=True):
            del watched[pk or 0]
    if not watched:
        return {}
    past = _past(watched, besides=known)
    rates = Rates([arrival.told for arrival, _ in watched.values()])
    found: dict[int, list[Doubt]] = {}
    in_order = sorted(watched, key=lambda place: (watched[place][0].told.occurred_at, place))
    for place in in_order:
        arrival, watches = watched[place]
        if said := [each for watch in watches for each in _ask(watch, arrival, past, rates)]:
            found[place] = said
        told, member_id = arrival.told, _member_id(arrival)
        past.done[member_id, told.kind][told.key] = told.occurred_at
    return found


def set_aside(arrivals: Mapping[int, Arrival], doubtful: Collection[int]) -> dict[int, Arrival]:
    """The doubtful ones of these, as they wait for a person."""
    return {
        place: replace(arrivals[place], status=Status.PARKED, reason=LOOKING) for place in doubtful
    }


def open_cases(
    doubtful: Mapping[int, tuple[Arrival, list[Doubt]]], *, actor: Actor, at: datetime
) -> None:
    """Have a person look at these activities, by id; those that counted so far wait from now on."""
    if not doubtful:
        return
    activities.have_looked_at(list(doubtful), reason=LOOKING)
    cases = ReviewCase.objects.bulk_create(
        ReviewCase(
            activity_id=pk,
            member_id=_member_id(arrival),
            reasons=[each.compact() for each in said],
            opened_at=at,
        )
        for pk, (arrival, said) in doubtful.items()
    )
    audit.record_all(
        cases,
        actor=actor,
        verb="campaigns.review_case.opened",
        after=[{"activity": case.activity_id, "reasons": case.reasons} for case in cases],
        reasons=[""] * len(cases),
    )


def _ask(watch: Watch, arrival: Arrival, past: Past, rates: Rates) -> list[Doubt]:
    told, member_id = arrival.told, _member_id(arrival)
    at = told.occurred_at
    of = [
        (kind, rows)
        for (owner, kind), rows in past.done.items()
        if owner == member_id and watch.watches(EARN, kind)
    ]
    times = [when for _, rows in of for key, when in rows.items() if key != told.key]
    found = [rules.too_many(watch, times, at), rules.too_much(watch, _units(watch, past, arrival))]
    if told.kind in ORDERS:
        worth = read_order(told.payload, rates.of(told)).worth
        found.append(rules.unusual(watch, worth, past.orders[member_id]))
    return [each for each in found if each is not None]


def _units(watch: Watch, past: Past, arrival: Arrival) -> int:
    """The points that such acts have brought within the window before this one."""
    at, window = arrival.told.occurred_at, watch.window or timedelta(0)
    return sum(
        amount
        for (owner, kind), rows in past.earned.items()
        if owner == _member_id(arrival) and watch.watches(EARN, kind)
        for when, unit, amount in rows
        if unit == watch.unit and at - window < when <= at
    )


def _past(watched: Mapping[int, tuple[Arrival, list[Watch]]], *, besides: Collection[int]) -> Past:
    past = Past()
    people = {_member_id(arrival) for arrival, _ in watched.values()}
    asked = {watch for _, watches in watched.values() for watch in watches}
    when = [arrival.told.occurred_at for arrival, _ in watched.values()]
    widest = max((watch.window or timedelta(0) for watch in asked), default=timedelta(0))
    near = (min(when) - widest, max(when) + widest)
    every = any(not watch.subjects for watch in asked)
    subjects = {subject for watch in asked for subject in watch.subjects}
    if any(watch.most_times is not None for watch in asked):
        _read_done(past, people, near, None if every else subjects, besides)
    if any(watch.most_units is not None for watch in asked):
        _read_earned(past, people, near, None if every else subjects)
    if any(watch.factor is not None for watch in asked):
        _read_orders(past, people, max(watch.last for watch in asked), besides)
    return past


def _read_done(
    past: Past,
    people: Collection[int],
    near: tuple[datetime, datetime],
    kinds: Collection[str] | None,
    besides: Collection[int],
) -> None:
    rows = Activity.objects.filter(
        member__in=people, occurred_at__range=near, status__in=(Status.ACCEPTED, Status.PARKED)
    ).exclude(pk__in=besides)
    rows = rows if kinds is None else rows.filter(kind__in=kinds)
    for member_id, kind, source, external_id, at in rows.values_list(
        "member_id", "kind", "source", "external_id", "occurred_at"
    ):
        past.done[member_id or 0, kind][source, external_id] = at


def _read_earned(
    past: Past,
    people: Collection[int],
    near: tuple[datetime, datetime],
    kinds: Collection[str] | None,
) -> None:
    rows = Effect.objects.filter(
        kind="points", activity__member__in=people, activity__occurred_at__range=near
    )
    rows = rows if kinds is None else rows.filter(activity__kind__in=kinds)
    for member_id, kind, at, unit, amount in rows.values_list(
        "activity__member_id", "activity__kind", "activity__occurred_at", "unit_code", "amount"
    ):
        past.earned[member_id or 0, kind].append((at, unit, amount or 0))


def _read_orders(past: Past, people: Collection[int], last: int, besides: Collection[int]) -> None:
    newest = Window(
        RowNumber(), partition_by="member_id", order_by=(F("occurred_at").desc(), F("pk").desc())
    )
    rows = Activity.objects.filter(
        Q(evaluation__isnull=False), member__in=people, kind__in=ORDERS, status=Status.ACCEPTED
    ).exclude(pk__in=besides)
    recent = rows.annotate(place=newest).filter(place__lte=last).order_by("member_id", "place")
    for member_id, payload, factor in recent.values_list(
        "member_id", "payload", "evaluation__rate"
    ):
        rate = None if factor is None else Rate(settings.PROGRAMME_CURRENCY, factor)
        past.orders[member_id or 0].append(read_order(payload, rate).worth)


def _member_id(arrival: Arrival) -> int:
    assert arrival.person is not None  # only what is somebody's is looked at
    return arrival.person.member.pk
