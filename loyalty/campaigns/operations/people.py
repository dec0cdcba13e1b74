"""The members of a batch, locked, with everything that rules may ask about them."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Max

from loyalty.audiences.domain.fields import tier_field
from loyalty.campaigns.domain.evaluate import Uses
from loyalty.campaigns.domain.orders import Order
from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.models import BudgetUse, LimitUse
from loyalty.campaigns.operations.rulebook import Rulebook
from members.domain.calendar import local_date, mmdd_in
from members.domain.tiers import tier_at
from members.models import Account, Activity, Member, Unit
from members.operations import tiers
from members.shipped import RETURNS

_LOCK = """
SELECT m.ref, a.member_id, a.id, a.unit_id, a.kind
FROM members_member m
JOIN members_account a ON a.member_id = coalesce(m.merged_into_id, m.id)
JOIN members_balance b ON b.account_id = a.id
WHERE m.ref = ANY(%s) AND m.erased_at IS NULL
ORDER BY a.id FOR UPDATE OF b
"""

_HISTORY = """
SELECT member_id, kind, count(*) FROM members_activity
WHERE member_id = ANY(%s) AND kind = ANY(%s) AND status = 'accepted' AND NOT id = ANY(%s)
GROUP BY member_id, kind
"""


@dataclass(slots=True)
class Person:
    """A locked member: their accounts, what they have done, and their standing on the ladders."""

    member: Member
    accounts: dict[tuple[int, str], int] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    uses: Uses = field(default_factory=Uses)
    standings: list[tuple[tiers.Ladder, tiers.Standing]] = field(default_factory=list)
    last_act: dict[int, datetime] = field(default_factory=dict)

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

    @property
    def has_owed(self) -> bool:
        """Whether the member has ever owed points; then each earning is settled by itself."""
        return any(kind == Account.Kind.DEBT for _, kind in self.accounts)

    def day(self, at: datetime) -> date:
        """The member's own calendar date at an instant."""
        return local_date(at, self.member.time_zone)


@dataclass(slots=True)
class Company:
    """Everybody in a batch, by reference, and the budgets they share."""

    people: dict[str, Person]
    budgets: dict[int, int] = field(default_factory=dict)


def lock_budgets(book: Rulebook, kinds: set[str], also: Collection[int] = ()) -> dict[int, int]:
    """Lock the budgets that these kinds may draw on, and `also` those of these campaigns, in order;
    they come before accounts."""
    drawn = {rule.campaign_id for rule in book.asked(kinds) if rule.budget is not None}
    capped = sorted(drawn.union(also))
    if not capped:
        return {}
    rows = BudgetUse.objects.select_for_update().filter(pk__in=capped).order_by("pk")
    return {row.pk: row.units for row in rows}


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
    for _, member_id, account_id, unit_id, kind in rows:
        people[member_id].accounts[unit_id, kind] = account_id
    return {ref: people[member_id] for ref, member_id, *_ in rows}


def learn(company: Company, book: Rulebook, kinds: set[str], fresh: Iterable[int]) -> None:
    """Read what the rules for these kinds ask about: history, limits and tier; one query each.

    `fresh` are the activities being evaluated, which are not history yet.
    """
    by_id = {person.member.pk: person for person in company.people.values()}
    if book.needs(kinds, "history."):
        wanted = {"order.placed", "refill.confirmed"} | kinds
        with connection.cursor() as cursor:
            cursor.execute(_HISTORY, [list(by_id), list(wanted), list(fresh)])
            for member_id, kind, times in cursor.fetchall():
                by_id[member_id].done[kind] = times
    limited = {rule.campaign_id for rule in book.asked(kinds) if rule.limit is not None}
    uses = LimitUse.objects.filter(member_id__in=by_id)
    if limited or kinds & RETURNS:
        # A return gives back to the limits of campaigns that may be long over.
        for use in uses if kinds & RETURNS else uses.filter(campaign_id__in=limited):
            by_id[use.member_id].uses.limits[use.campaign_id, use.window] = [use.times, use.units]
    for unit in book.units.values():
        if unit.expiry == Unit.Expiry.INACTIVITY:
            acts = Activity.objects.filter(
                member_id__in=by_id, kind__in=unit.active_kinds, status=Activity.Status.ACCEPTED
            )
            for member_id, at in acts.values_list("member_id").annotate(at=Max("occurred_at")):
                by_id[member_id].last_act[unit.pk] = at
    for person in company.people.values():
        person.uses.budgets = company.budgets
    if book.needs(kinds, "member.tier"):
        known = tiers.ladders()
        asked = known[:1] + [
            each for each in known[1:] if book.needs(kinds, tier_field(each.group.slug))
        ]
        found = tiers.standings(asked, [person.member for person in company.people.values()])
        for pk, person in by_id.items():
            person.standings = [(ladder, found[ladder.group.pk][pk]) for ladder in asked]


def stand_again(changed: Collection[Person]) -> None:
    """Read their status anew, after something was activated or taken back within a batch."""
    known = [ladder for person in changed for ladder, _ in person.standings]
    asked = list({ladder.group.pk: ladder for ladder in known}.values())
    if asked:
        found = tiers.standings(asked, [person.member for person in changed])
        for person in changed:
            person.standings = [(each, found[each.group.pk][person.member.pk]) for each in asked]


def facts_of(told: Told, person: Person, order: Order | None, company: Company) -> dict[str, Any]:
    """The values of the field catalogue for one activity of one member."""
    member, day = person.member, person.day(told.occurred_at)
    local = told.occurred_at.astimezone(ZoneInfo(member.time_zone))
    facts: dict[str, Any] = {
        "activity.kind": told.kind,
        "member.language": member.language,
        "member.days_since_joining": (day - member.joined_on).days,
        "member.has_birthday": member.birthday_mmdd is not None
        and mmdd_in(day.year, member.birthday_mmdd) == day,
        "history.orders": person.done["order.placed"],
        "history.refills": person.done["refill.confirmed"],
        "history.same_kind": person.done[told.kind],
        "when.date": day,
        "when.weekday": day.isoweekday(),
        "when.month": day.month,
        "when.hour": local.hour,
    }
    for name, value in told.payload.items():
        if isinstance(value, bool | str):
            facts[f"activity.{name}"] = value
        elif isinstance(value, int | float):
            facts[f"activity.{name}"] = Decimal(str(value))
    if order is not None:
        facts |= order.facts() | {
            "order.channel": told.payload.get("channel"),
            "order.store": told.payload.get("store"),
        }
    for place, (ladder, standing) in enumerate(person.standings):
        periods = standing.periods(ladder, told.occurred_at)
        name = tier_field(ladder.group.slug if place else "")
        facts[name] = ladder.slugs[tier_at(periods, told.occurred_at)]
    return facts


def account(person: Person, unit_id: int, kind: str = Account.Kind.WALLET) -> int:
    """The member's account of this kind; it must have been opened before the batch was locked."""
    return person.accounts[unit_id, kind]
