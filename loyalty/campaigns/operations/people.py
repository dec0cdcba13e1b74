"""The members of a batch, locked, with everything that rules may ask about them."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.db import connection, transaction
from django.db.models import Max

from loyalty.audiences.domain.conditions import Node
from loyalty.audiences.domain.fields import Scope
from loyalty.audiences.models import Segment
from loyalty.audiences.operations import belonging, profiles
from loyalty.audiences.operations.history import SAME_KIND, Ask, facts_as_of, scopes_of
from loyalty.audiences.operations.profiles import Profile
from loyalty.campaigns.domain.caps import Uses, window_of
from loyalty.campaigns.domain.given import Supply
from loyalty.campaigns.domain.orders import Order
from loyalty.campaigns.domain.rules import Rule
from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.models import LimitUse
from loyalty.campaigns.operations import budgets
from loyalty.campaigns.operations.budgets import Budgets
from loyalty.campaigns.operations.contents import content_of
from loyalty.campaigns.operations.rulebook import Rulebook, counts
from loyalty.rewards.domain.funds import Purse
from loyalty.rewards.models import Fund, Reward
from loyalty.rewards.operations import fund_moves
from members import clock
from members.models import Account, Activity, Member, Unit
from members.operations import tiers
from members.operations.tiers import Ladder
from members.shipped import RETURNS

_LOCK = """
SELECT m.ref, a.member_id, a.id, a.unit_id, a.kind, b.is_frozen
FROM members_member m
JOIN members_account a ON a.member_id = coalesce(m.merged_into_id, m.id)
JOIN members_balance b ON b.account_id = a.id
WHERE m.ref = ANY(%s) AND m.erased_at IS NULL
ORDER BY a.id FOR UPDATE OF b
"""


@dataclass(slots=True)
class Person(Profile):
    """A locked member: their accounts too, and how often which rule has paid them.

    `refilled` counts, by container, how often it was refilled for them. `is_frozen` when one of the
    accounts is: then nothing may be posted for them. `pasts` are the values of their past as each activity
    sees it, by its key.
    """

    accounts: dict[tuple[int, str], int] = field(default_factory=dict)
    uses: Uses = field(default_factory=Uses)
    belongs: frozenset[int] = frozenset()
    last_act: dict[int, datetime] = field(default_factory=dict)
    refilled: Counter[str] = field(default_factory=Counter)
    is_frozen: bool = False
    pasts: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def alive_since(self, unit: Unit, told: Told) -> datetime:
        """From when points of a unit earned by this activity live: for an inactivity unit the last act
        that counts, when this is none itself."""
        if unit.expiry == Unit.Expiry.INACTIVITY and told.kind not in unit.active_kinds:
            return self.last_act.get(unit.pk, told.occurred_at)
        return told.occurred_at

    def earned(self, unit_id: int, at: datetime, amount: int) -> None:
        """Count what was just earned on every ladder of its unit."""
        for ladder, standing in self.standings:
            if ladder.group.unit_id == unit_id:
                standing.events.append((at, amount))

    def unuse(self, rule: Rule, at: datetime, *, times: int = 0, units: int = 0) -> None:
        """Give what was paid at an instant, and is not after all, back to the rule's limit, if it has
        one."""
        if rule.limit is None:
            return
        used = self.uses.of(rule, window_of(rule.limit, at, self.day(at)))
        used[0] = max(used[0] - times, 0)
        used[1] = max(used[1] - units, 0)

    @property
    def has_owed(self) -> bool:
        """Whether the member has ever owed points; then each earning is settled by itself."""
        return any(kind == Account.Kind.DEBT for _, kind in self.accounts)


class Asking(Protocol):
    """A written activity that is about to be evaluated."""

    activity_id: int
    told: Told
    person: Person


@dataclass(slots=True)
class Company:
    """Everybody in a batch, by reference, and the budgets, funds, rewards and whatever else they share."""

    people: dict[str, Person]
    budgets: Budgets = field(default_factory=Budgets)
    funds: dict[int, Fund] = field(default_factory=dict)
    purses: dict[int, Purse] = field(default_factory=dict)
    rewards: dict[str, Reward] = field(default_factory=dict)
    supply: Supply = field(default_factory=Supply)
    ladders: list[Ladder] | None = None

    def all_ladders(self) -> list[Ladder]:
        """Every ladder, read once."""
        if self.ladders is None:
            self.ladders = tiers.ladders()
        return self.ladders

    def fill_purses(self, at: datetime) -> None:
        """Read what the locked funds have left, after one of them was opened or given back to."""
        for pk, fund in self.funds.items():
            self.purses[pk] = fund.purse_at(at)


def lock_budgets(
    rules: Iterable[Rule], also: Collection[int] = (), segments: Collection[int] = ()
) -> Budgets:
    """Lock the budgets that these rules may draw on, and `also` those of these campaigns and `segments`
    budgets, in order; they come before accounts."""
    rules = list(rules)
    drawn = {rule.campaign_id for rule in rules if rule.is_capped}
    parts = {cap.id for rule in rules for cap in rule.segments}
    return budgets.lock(drawn.union(also), parts.union(segments), at=clock.now())


def lock_funds(rules: Iterable[Rule], also: Collection[int] = ()) -> dict[int, Fund]:
    """Lock the funds that these rules may draw on, and `also` these, in order; they come after budgets
    and before accounts. No query when there are none."""
    drawn = {rule.fund for rule in rules if rule.fund is not None}.union(also)
    return {fund.pk: fund for fund in fund_moves.lock(drawn)} if drawn else {}


def lock_people(refs: Collection[str]) -> dict[str, Person]:
    """Lock every account of these members, in account order, and read who they are. A reference that
    was merged leads to the other member.

    Whoever holds these locks is the only one earning or spending for these members, so what is read
    afterwards stays true until the commit.
    """
    while True:
        before = transaction.savepoint()
        with connection.cursor() as cursor:
            cursor.execute(_LOCK, [list(refs)])
            rows = cursor.fetchall()
        members = Member.objects.in_bulk({member_id for _, member_id, *_ in rows})
        # While we waited, somebody may have merged one of them: then their accounts are the other's.
        if all(member.merged_into_id is None for member in members.values()):
            transaction.savepoint_commit(before)
            break
        transaction.savepoint_rollback(before)
    people = {pk: Person(member) for pk, member in members.items()}
    for _, member_id, account_id, unit_id, kind, is_frozen in rows:
        people[member_id].accounts[unit_id, kind] = account_id
        people[member_id].is_frozen |= is_frozen
    return {ref: people[member_id] for ref, member_id, *_ in rows}


def learn(
    company: Company, book: Rulebook, rules: list[Rule], kinds: set[str], asking: Iterable[Asking]
) -> None:
    """Read what these rules ask about: history, limits and tier; one query each, and none for what nobody
    asks about. `kinds` are told of.

    `asking` are the activities that are evaluated, which are written already: each sees what occurred
    before it, those of the same batch too.
    """
    by_id = {person.member.pk: person for person in company.people.values()}
    every = profiles.read(by_id, [rule.condition for rule in rules], company.all_ladders)
    read_pasts(list(asking), every, kinds, is_counting=counts(rules))
    limited = {rule.campaign_id for rule in rules if rule.limit is not None}
    uses = LimitUse.objects.filter(member_id__in=by_id)
    giving_back = kinds & (RETURNS | book.settling)
    if limited or giving_back:
        # What ends a promise gives back to the limits of campaigns that may be long over.
        for use in uses if giving_back else uses.filter(campaign_id__in=limited):
            by_id[use.member_id].uses.limits[use.campaign_id, use.window] = [use.times, use.units]
    for unit in book.units.values():
        if unit.expiry == Unit.Expiry.INACTIVITY:
            acts = Activity.objects.filter(
                member_id__in=by_id, kind__in=unit.active_kinds, status=Activity.Status.ACCEPTED
            )
            for member_id, at in acts.values_list("member_id").annotate(at=Max("occurred_at")):
                by_id[member_id].last_act[unit.pk] = at
    for person in company.people.values():
        person.uses.budgets, person.uses.purses = company.budgets.spent, company.purses
        person.uses.segments = company.budgets.segments
    _read_segments(by_id, rules)


def read_pasts(
    asking: Sequence[Asking], nodes: Sequence[Node], kinds: set[str], *, is_counting: bool = False
) -> None:
    """What each activity sees of its member's past, as far as these conditions ask; with `is_counting` also
    how often its own kind was done."""
    scopes = scopes_of(nodes, kinds)
    if is_counting:
        scopes |= {Scope(kind) for kind in kinds}
    asks = [Ask(each.person.member.pk, each.told.occurred_at, each.activity_id) for each in asking]
    for each, past in zip(asking, facts_as_of(asks, scopes), strict=True):
        own = Scope(each.told.kind)
        if own in scopes:
            past[SAME_KIND] = past[own.key("history.count")]
        each.person.pasts[each.told.key] = past


def _read_segments(people: Mapping[int, Person], rules: Iterable[Rule]) -> None:
    """To which segments with a budget each belongs just now; nothing is asked where there are none."""
    capped = {cap.segment_id for rule in rules for cap in rule.segments}
    if not capped:
        return
    segments = Segment.objects.with_wording().filter(pk__in=capped)
    found = belonging.answers([person.member for person in people.values()], segments)
    for pk, answers in found.items():
        people[pk].belongs = frozenset(key for key, answer in answers.items() if answer.belongs)


def stand_again(changed: Collection[Person]) -> None:
    """Read their status anew, after something was activated or taken back within a batch."""
    known = [ladder for person in changed for ladder, _ in person.standings]
    asked = list({ladder.group.pk: ladder for ladder in known}.values())
    if asked:
        found = tiers.standings(asked, [person.member for person in changed])
        for person in changed:
            person.standings = [(each, found[each.group.pk][person.member.pk]) for each in asked]


def facts_of(told: Told, person: Person, order: Order | None, company: Company) -> dict[str, Any]:
    """The values of the field catalogue for one activity of one member: theirs, and the activity's."""
    facts = person.facts(told.occurred_at, person.pasts.get(told.key))
    facts |= content_of(told.kind, told.payload)
    facts["history.same_serial"] = person.refilled[str(told.payload.get("serial", ""))]
    if order is not None:
        facts |= order.facts()
    return facts
