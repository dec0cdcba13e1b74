"""One part of a back-test: a rule and its rival asked about what some members did."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from loyalty.campaigns.domain import refills, returns
from loyalty.campaigns.domain.backtests import Side, Tally
from loyalty.campaigns.domain.caps import Uses
from loyalty.campaigns.domain.effects import Multiply
from loyalty.campaigns.domain.evaluate import evaluate
from loyalty.campaigns.domain.given import Given
from loyalty.campaigns.domain.orders import Order
from loyalty.campaigns.domain.rules import Rule
from loyalty.campaigns.models import Backtest, Effect, RuleVersion
from loyalty.campaigns.operations import rulebook
from loyalty.campaigns.operations.hindsight import Act, Asking, Hindsight
from loyalty.campaigns.operations.narrowing import any_may_hold
from loyalty.campaigns.operations.people import Person
from loyalty.campaigns.operations.sales import pieces
from members.domain.tiers import INSTANT, Period
from members.models import Activity
from members.operations.tiers import Ladder
from members.shipped import RETURNS

_MAY_HOLD = """
SELECT a.id FROM members_activity a
WHERE a.kind = ANY(%(kinds)s) AND a.status = 'accepted' AND a.member_id > %(first)s
  AND a.member_id <= %(last)s AND a.occurred_at >= %(since)s AND a.occurred_at < %(until)s AND ({may})
"""
#: The id of a version that is stored no more: it is younger than every other.
YOUNGEST = 2**62


@dataclass(slots=True)
class World:
    """One wording, and what it has given in this part, by member; `paid` are the activities."""

    rule: Rule
    side: Side
    beside: Mapping[str, Sequence[Rule]]
    uses: dict[int, Uses] = field(default_factory=lambda: defaultdict(Uses))
    earned: Counter[int] = field(default_factory=Counter)
    paid: set[int] = field(default_factory=set)

    def ask(self, act: Act) -> list[Given]:
        """What it gives for an activity."""
        at, person = act.told.occurred_at, act.person
        if act.told.kind not in self.rule.triggers:
            return []
        beside = [rule for rule in self.beside.get(act.told.kind, ()) if rule.covers(at)]
        outcome = evaluate(
            [*beside, self.rule],
            facts=act.facts,
            order=act.order,
            at=at,
            day=act.day,
            uses=self.uses[person.member.pk],
            member_id=person.member.pk,
        )
        given = [each for each in outcome.given if each.rule is self.rule]
        if given:
            self.side.hits += 1
            self.paid.add(act.id)
            points = points_of(given)
            self.earned[person.member.pk] += sum(each.amount or 0 for each in points)
            for each in points:
                self.side.give(act.day.isoformat(), each.unit, each.amount or 0)
        return given


@dataclass(frozen=True, slots=True)
class Held:
    """The tiers that somebody held, known once for all their activities."""

    held: list[Period]

    def periods(self, ladder: Ladder, until: datetime) -> list[Period]:
        """As a standing answers it."""
        return self.held


@dataclass(slots=True)
class Trial:
    """A back-test about to count one part of its members."""

    backtest: Backtest
    rules: list[Rule]
    beside: dict[str, list[Rule]]
    tally: Tally = field(default_factory=Tally)
    orders: dict[tuple[int, str], tuple[Order, Counter[str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, backtest: Backtest) -> "Trial":
        """The tried rule and its rival, compiled, and the rules in force that their multipliers would
        multiply. Budgets and funds cut nothing, and the rules hold all the time."""
        known = rulebook.catalogue()
        # Which of two campaigns goes first may go by age, so each keeps its own.
        ages = dict(backtest.campaign.versions.values_list("number", "pk"))

        def compiled(wording: Mapping[str, Any], number: int | None) -> Rule:
            age = ages.get(number or 0, YOUNGEST)
            version = RuleVersion(pk=age, campaign=backtest.campaign, **wording)
            rule = rulebook.compile_version(version, backtest.campaign, known)
            return replace(rulebook.uncapped(rule), starts_at=None, ends_at=None)

        rules = [compiled(backtest.rule, backtest.number)]
        if backtest.live:
            rules.append(compiled(backtest.live, backtest.live_number))
        return cls(backtest, rules, _beside(rules, backtest.campaign_id))

    def count(self, members: tuple[int, int]) -> Tally:
        """What it would have given to the members after the first id, up to the second."""
        tally = self.tally
        tried, *live = (
            World(rule, side, self.beside)
            for rule, side in zip(self.rules, (tally.tried, tally.live), strict=False)
        )
        unlimited = [
            World(replace(rule, limit=None), tally.unlimited, self.beside)
            for rule in [tried.rule]
            if rule.limit is not None
        ]
        crowd: dict[int, Person] = {}
        for act in self._acts(members, crowd):
            self._keep(act, tried.ask(act))
            for world in (*live, *unlimited):
                world.ask(act)
        self._take_back(members)
        self._overlap(tried.paid)
        for world in (tried, *live, *unlimited):
            world.side.members = len(world.earned)
        if not unlimited:
            tally.unlimited = tally.tried
        tally.name_top(
            (earned, crowd[pk].member.ref) for pk, earned in tried.earned.items() if earned
        )
        return tally

    def _acts(self, members: tuple[int, int], crowd: dict[int, Person]) -> Iterator[Act]:
        """What the members did, in order, each with the facts of its time; fills the `crowd`."""
        kinds = {kind for rule in self.rules for kind in rule.triggers}
        found = self._happened(kinds, members)
        self.tally.looked_at = found.count()
        rows = list(self._narrowed(found, kinds, members).iterator(chunk_size=2000))
        rules = self._all
        seen = Hindsight(
            rows, [rule.condition for rule in rules], kinds, is_counting=rulebook.counts(rules)
        )
        crowd |= seen.crowd
        self._settle_tiers(crowd)
        refilled = _refilled_before(seen.asking) if refills.CONFIRMED in kinds else {}
        for each in seen.asking:
            serial = str(each.told.payload.get("serial", ""))
            each.person.refilled[serial] = refilled.get(each.activity_id, 0)
            yield seen.act(each)

    @property
    def _all(self) -> list[Rule]:
        return [*self.rules, *(rule for rules in self.beside.values() for rule in rules)]

    def _happened(self, kinds: Iterable[str], members: tuple[int, int]) -> QuerySet[Activity]:
        first, last = members
        rows = Activity.objects.filter(
            kind__in=kinds,
            status=Activity.Status.ACCEPTED,
            member_id__gt=first,
            member_id__lte=last,
            occurred_at__gte=self.backtest.since,
            occurred_at__lt=self.backtest.until,
        )
        rows = rows.select_related("member").defer("body_hash", "recorded_by")
        return rows.order_by("occurred_at", "pk")

    def _narrowed(
        self, rows: QuerySet[Activity], kinds: Iterable[str], members: tuple[int, int]
    ) -> QuerySet[Activity]:
        """Without those for which no rule can hold by what their own row says. What a limited rule beside
        them has used up depends on every activity, so then all stay."""
        if any(rule.limit for rules in self.beside.values() for rule in rules):
            return rows
        text, params = any_may_hold([rule.condition for rule in self.rules])
        asked: dict[str, Any] = {
            "kinds": list(kinds),
            "first": members[0],
            "last": members[1],
            "since": self.backtest.since,
            "until": self.backtest.until,
        }
        with connection.cursor() as cursor:
            cursor.execute(_MAY_HOLD.format(may=text), asked | params)
            return rows.filter(pk__in=[pk for (pk,) in cursor.fetchall()])

    def _settle_tiers(self, crowd: dict[int, Person]) -> None:
        """What each held just before any instant: what an activity brings is not yet there when the
        rules are asked about it."""
        until = self.backtest.until
        for person in crowd.values():
            standings: Any = [
                (ladder, Held([_later(each) for each in standing.periods(ladder, until)]))
                for ladder, standing in person.standings
            ]
            person.standings = standings

    def _keep(self, act: Act, given: list[Given]) -> None:
        """Remember what the tried rule gave for an order, and what it gave besides points."""
        self.tally.other.update(each.kind for each in given if each.kind != "points")
        if given and act.order is not None:
            points = Counter[str]()
            for each in points_of(given):
                points[each.unit] += each.amount or 0
            self.orders.setdefault((act.person.member.pk, act.told.order_id), (act.order, points))

    def _take_back(self, members: tuple[int, int]) -> None:
        """Count what came back of the orders, by the share of their value."""
        gone: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
        for row in self._happened(RETURNS, members) if self.orders else ():
            key = row.member_id or 0, str(row.payload.get("order_id", ""))
            if key in self.orders:
                gone[key].update(pieces(row.payload, self.orders[key][0].quantities))
        for key, returned in gone.items():
            order, points = self.orders[key]
            share = returns.share_returned(order, returns.left_of(order, returned))
            for unit, amount in points.items():
                self.tally.returned[unit] += round(amount * share)

    def _overlap(self, paid: set[int]) -> None:
        """Count the activities among these that other campaigns paid for."""
        found = (
            Effect.objects.filter(activity__in=paid, reverses=None)
            .exclude(campaign=self.backtest.campaign_id)
            .values_list("activity_id", "campaign__slug")
            .distinct()
        )
        self.tally.overlap.update(slug for _, slug in found)


def _beside(rules: Sequence[Rule], campaign_id: int) -> dict[str, list[Rule]]:
    """The other campaigns' rules that these depend on, by kind: whose points they multiply, and which go
    before them. Those too are not cut by budgets."""
    multiplies = any(isinstance(effect, Multiply) for rule in rules for effect in rule.effects)
    groups = {rule.group for rule in rules} - {None}
    categories = {rule.category for rule in rules} - {""}
    book = rulebook.current()
    return {
        kind: [
            rulebook.uncapped(rule)
            for rule in book.asked({kind})
            if rule.campaign_id != campaign_id
            and (
                rule.group in groups
                or rule.category in categories
                or (multiplies and rule.earns_per_money)
            )
        ]
        for kind in {kind for rule in rules for kind in rule.triggers}
    }


def points_of(given: Iterable[Given]) -> list[Given]:
    """The points among what a rule gives; steps have an amount too."""
    return [each for each in given if each.kind == "points"]


def _refilled_before(asking: Iterable[Asking]) -> dict[int, int]:
    """How often the container that each confirmed refill names had been refilled for its member before."""
    people = {each.person.member.pk for each in asking}
    rows = Activity.objects.filter(
        member__in=people, kind=refills.CONFIRMED, status=Activity.Status.ACCEPTED
    ).order_by("occurred_at", "pk")
    before, times = {}, Counter[tuple[int | None, str]]()
    for pk, member_id, serial in rows.values_list("pk", "member_id", "payload__serial"):
        before[pk] = times[member_id, serial]
        times[member_id, serial] += 1
    return before


def _later(period: Period) -> Period:
    """The period as it is seen by what comes after the instant that began it."""
    return replace(period, starts_at=period.starts_at + INSTANT)
