"""What the member page of the console shows beside the form: everything we know, at one glance."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from loyalty.campaigns.operations import order_facts
from loyalty.campaigns.operations.order_facts import Row, Standing
from loyalty.campaigns.words import ORDER_STATES
from loyalty.rewards.models import Redemption
from members import clock
from members.models import (
    Account,
    Activity,
    Balance,
    Entry,
    Member,
    MemberAttribute,
    MemberTag,
    TierPeriod,
)
from recognition.models import BadgeAward

LAST = 15


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as the member's statement shows it: signed, with its reason."""

    entry: Entry
    signed: int


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that was told of an order: what and whether it counts, in words."""

    row: Row
    kind: str
    status: str


@dataclass(frozen=True, slots=True)
class Order:
    """An order with its state in words, and what was told of it since it was placed."""

    standing: Standing
    state: str | Promise
    told: list[Told]


@dataclass(frozen=True, slots=True)
class AllRound:
    """A member, seen from all sides."""

    balances: list[Balance]
    owed: list[Balance]
    tiers: Iterable[TierPeriod]
    lines: list[Line]
    activities: Iterable[Activity]
    orders: list[Order]
    awards: Iterable[BadgeAward]
    redemptions: Iterable[Redemption]
    tags: Iterable[MemberTag]
    attributes: Iterable[MemberAttribute]


def all_round(member: Member) -> AllRound:
    """A handful of queries, however much the member has done."""
    own = set(Account.objects.filter(member=member).values_list("pk", flat=True))
    rows = Balance.objects.filter(account__member=member).select_related("account__unit")
    balances = list(rows.order_by("account__unit_id", "account__kind"))
    return AllRound(
        balances=[each for each in balances if each.account.kind != Account.Kind.DEBT],
        owed=[each for each in balances if each.amount < 0],
        tiers=TierPeriod.objects.filter(member=member, ends_at=None)
        .select_related("tier", "group")
        .order_by("group_id"),
        lines=[_line(entry, own) for entry in _entries(member)],
        activities=Activity.objects.filter(member=member)
        .prefetch_related("effects")
        .order_by("-occurred_at", "-id")[:LAST],
        orders=[order(each) for each in order_facts.latest(member, most=LAST)],
        awards=BadgeAward.objects.filter(member=member).select_related("badge").order_by("-id"),
        redemptions=Redemption.objects.of(member)[:LAST],
        tags=MemberTag.objects.living_at(clock.now()).filter(member=member).order_by("name", "pk"),
        attributes=MemberAttribute.objects.filter(member=member).order_by("name"),
    )


def order(standing: Standing) -> Order:
    """An order in words."""
    statuses = dict(Activity.Status.choices)
    told = [Told(row, row.kind, str(statuses[row.status])) for row in standing.facts]
    return Order(standing, ORDER_STATES[standing.state], told)


def _entries(member: Member) -> Any:
    """In order of happening, as the member reads them: what was imported late stands where it belongs."""
    entries = Entry.objects.of_member(member).order_by("-occurred_at", "-id")
    return entries.select_related("unit", "debit", "credit")[:LAST]


def _line(entry: Entry, own: set[int]) -> Line:
    """Into a spendable account counts up; from one account of theirs to another is neither."""
    gained = entry.credit_id in own
    lost = entry.debit_id in own
    return Line(entry, entry.amount * (gained - lost))
