"""One part of a back-test: a rule and its rival asked about what some members did."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from loyalty.audiences.domain.conditions import tests
from loyalty.audiences.operations.profiles import ORDERS as PLACED
from loyalty.audiences.operations.profiles import REFILLS, read_ladders
from loyalty.campaigns.domain import returns
from loyalty.campaigns.domain.backtests import Side, Tally
from loyalty.campaigns.domain.evaluate import Given, Uses, evaluate
from loyalty.campaigns.domain.orders import Order, read_order
from loyalty.campaigns.domain.rules import Earn, Multiply, Rule
from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.models import Backtest, Effect, RuleVersion
from loyalty.campaigns.operations import matching, people, rulebook
from loyalty.campaigns.operations.people import Company, Person
from loyalty.campaigns.operations.rates import Rates
from loyalty.campaigns.operations.returns import pieces
from loyalty.campaigns.operations.schemas import ORDERS
from members.domain.tiers import INSTANT, Period
from members.models import Activity
from members.operations.tiers import Ladder
from members.shipped import RETURNS

#: A rule that is tried has an id that no version has.
TRIED, LIVE = -1, -2


@dataclass(slots=True)
class World:
    """One wording, and what it has given in this part, by member; `paid` are the activities."""

    rule: Rule
    side: Side
    beside: Mapping[str, Sequence[Rule]]
    uses: dict[int, Uses] = field(default_factory=lambda: defaultdict(Uses))
    earned: Counter[int] = field(default_factory=Counter)
    paid: set[int] = field(default_factory=set)

    def ask(self, act: "Act") -> list[Given]:
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
        )
        given = [each for each in outcome.given if each.rule is self.rule]
        if given:
            self.side.hits += 1
            self.paid.add(act.id)
            self.earned[person.member.pk] += sum(each.amount or 0 for each in given)
            for each in given:
                if each.amount:
                    self.side.give(act.day.isoformat(), each.unit, each.amount)
        return given


@dataclass(frozen=True, slots=True)
class Act:
    """An activity with the facts of its time."""

    id: int
    told: Told
    person: Person
    order: Order | None
    day: date
    facts: Mapping[str, Any]


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

        def compiled(wording: Mapping[str, Any], number: int) -> Rule:
            version = RuleVersion(pk=number, campaign=backtest.campaign, **wording)
            rule = rulebook.compile_version(version, backtest.campaign, known)
            return replace(rule, budget=None, fund=None, starts_at=None, ends_at=None)

        rules = [compiled(backtest.rule, TRIED)]
        if backtest.live:
            rules.append(compiled(backtest.live, LIVE))
        return cls(backtest, rules, _beside(rules, backtest.campaign_id))

    def count(self, members: tuple[int, int]) -> Tally:
        """What it would have given to the members after the first id, up to the second."""
        tally = self.tally
        tried, *live = (
            World(rule, side, self.beside)
            for rule, side in zip(self.rules, (tally.tried, tally.live), strict=False)
        )
        unlimited = World(replace(tried.rule, limit=None), tally.unlimited, self.beside)
        crowd: dict[int, Person] = {}
        for act in self._acts(members, crowd):
            tally.looked_at += 1
            self._keep(act, tried.ask(act))
            for world in (*live, unlimited):
                world.ask(act)
        self._take_back(members)
        self._overlap(tried.paid)
        for world in (tried, *live, unlimited):
            world.side.members = len(world.earned)
        tally.name_top(
            (earned, crowd[pk].member.ref) for pk, earned in tried.earned.items() if earned
        )
        return tally

    def _acts(self, members: tuple[int, int], crowd: dict[int, Person]) -> Iterator[Act]:
        """What the members did, in order, each with the facts of its time; fills the `crowd`."""
        kinds = {kind for rule in self.rules for kind in rule.triggers}
        rows = list(self._happened(kinds, members))
        crowd |= {row.member.pk: Person(row.member) for row in rows if row.member is not None}
        asked = {test.field.name for rule in self._all for test in tests(rule.condition)}
        is_history = any(name.startswith("history.") for name in asked)
        history = History.of(
            crowd, {PLACED, REFILLS, *kinds} if is_history else set(), self.backtest.until
        )
        if any(name.startswith("member.tier") for name in asked):
            self._read_tiers(crowd, asked)
        tolds = [matching.told_of(row) for row in rows]
        rates = Rates(tolds)
        for row, told in zip(rows, tolds, strict=True):
            person = crowd[row.member_id or 0]
            order = read_order(told.payload, rates.of(told)) if told.kind in ORDERS else None
            history.tell(person, row)
            facts = people.facts_of(told, person, order, Company({}))
            yield Act(row.pk, told, person, order, person.day(told.occurred_at), facts)

    @property
    def _all(self) -> list[Rule]:
        return [*self.rules, *(rule for rules in self.beside.values() for rule in rules)]

    def _happened(self, kinds: Iterable[str], members: tuple[int, int]) -> Iterator[Activity]:
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
        return rows.order_by("occurred_at", "pk").iterator(chunk_size=2000)

    def _read_tiers(self, crowd: dict[int, Person], asked: set[str]) -> None:
        """What each held just before any instant: what an activity brings is not yet there when the
        rules are asked about it."""
        read_ladders(crowd, asked.__contains__)
        for person in crowd.values():
            standings: Any = [
                (
                    ladder,
                    Held([_later(each) for each in standing.periods(ladder, self.backtest.until)]),
                )
                for ladder, standing in person.standings
            ]
            person.standings = standings

    def _keep(self, act: Act, given: list[Given]) -> None:
        """Remember what the tried rule gave for an order, and what it gave besides points."""
        self.tally.other.update(each.kind for each in given if not each.amount)
        if given and act.order is not None:
            points = Counter[str]()
            for each in given:
                points[each.unit] += each.amount or 0
            self.orders.setdefault((act.person.member.pk, act.told.order_id), (act.order, points))

    def _take_back(self, members: tuple[int, int]) -> None:
        """Count what came back of the orders, by the share of their value."""
        gone: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
        for row in self._happened(RETURNS, members) if self.orders else ():
            key = row.member_id or 0, str(row.payload.get("order_id", ""))
            if key in self.orders:
                ordered = Counter[str]()
                for line in self.orders[key][0].lines:
                    ordered[line.line_id] += line.quantity
                gone[key].update(pieces(row.payload, ordered))
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


def _beside(rules: Iterable[Rule], campaign_id: int) -> dict[str, list[Rule]]:
    """The other campaigns' rules whose points these multiply, by kind."""
    if not any(isinstance(effect, Multiply) for rule in rules for effect in rule.effects):
        return {}
    book = rulebook.current()
    return {
        kind: [
            rule
            for rule in book.asked({kind})
            if rule.campaign_id != campaign_id
            and any(isinstance(effect, Earn) and effect.per for effect in rule.effects)
        ]
        for kind in {kind for rule in rules for kind in rule.triggers}
    }


def _later(period: Period) -> Period:
    """The period as it is seen by what comes after the instant that began it."""
    return replace(period, starts_at=period.starts_at + INSTANT)


@dataclass(slots=True)
class History:
    """When some members did what the history counts."""

    times: dict[tuple[int, str], list[tuple[datetime, int]]]
    kinds: set[str]

    @classmethod
    def of(cls, crowd: Mapping[int, Person], kinds: set[str], until: datetime) -> "History":
        """One query, or none."""
        times: dict[tuple[int, str], list[tuple[datetime, int]]] = defaultdict(list)
        if kinds:
            rows = Activity.objects.filter(
                member__in=crowd,
                kind__in=kinds,
                status=Activity.Status.ACCEPTED,
                occurred_at__lt=until,
            ).order_by("occurred_at", "pk")
            for member_id, kind, at, pk in rows.values_list(
                "member_id", "kind", "occurred_at", "pk"
            ):
                times[member_id or 0, kind].append((at, pk))
        return cls(times, kinds)

    def tell(self, person: Person, row: Activity) -> None:
        """Let the person's history be what it was before this activity."""
        here = row.occurred_at, row.pk
        for kind in self.kinds:
            person.done[kind] = bisect_left(self.times[person.member.pk, kind], here)
