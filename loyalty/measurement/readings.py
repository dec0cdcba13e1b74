"""What the member page of the console shows beside the form: everything we know, at one glance."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from allauth.usersessions.models import UserSession
from django.db.models import Q
from django.utils.functional import Promise

from loyalty.campaigns.models import Referral
from loyalty.campaigns.operations import order_facts
from loyalty.campaigns.operations.order_facts import Row, Standing
from loyalty.campaigns.words import ORDER_STATES
from loyalty.messaging.models import Message
from loyalty.rewards.models import Redemption
from members import clock
from members.domain.projections import Projection
from members.models import (
    Account,
    Activity,
    Adjustment,
    Balance,
    Consent,
    Entry,
    Hold,
    Member,
    MemberAttribute,
    MemberNote,
    MemberTag,
    Merge,
    OpenLot,
    Tier,
    TierPeriod,
    User,
)
from members.models.ledger import NEVER
from members.operations import tiers
from members.withheld import seen_by
from recognition.models import BadgeAward

LAST = 15
FEW = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as the member's statement shows it: signed, with its reason."""

    entry: Entry
    signed: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a member stands on one ladder, and what lies ahead: tiers by name."""

    group: str
    ahead: Projection
    projected: str
    next: str


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
    places: list[Place]
    lots: list[OpenLot]
    holds: Iterable[Hold]
    adjustments: Iterable[Adjustment]
    referrals: Iterable[Referral]
    messages: Iterable[Message]
    merges: Iterable[Merge]
    consents: Iterable[Consent]
    sessions: Iterable[UserSession]
    notes: Iterable[MemberNote]


def all_round(member: Member, *, reader: User) -> AllRound:
    """A handful of queries, however much the member has done; without what is withheld from the reader."""
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
        places=_places(member),
        lots=_lots(member),
        holds=Hold.objects.filter(member=member, state=Hold.State.HELD)
        .select_related("unit")
        .order_by("expires_at"),
        adjustments=Adjustment.objects.filter(member=member)
        .select_related("unit", "made_by")
        .order_by("-pk")[:FEW],
        referrals=Referral.objects.filter(Q(advocate=member) | Q(friend=member))
        .select_related("advocate", "friend")
        .order_by("-pk")[:FEW],
        messages=seen_by(Message.objects.filter(member=member), reader).order_by("-pk")[:FEW],
        merges=Merge.objects.around(member).select_related("source", "target").order_by("-pk"),
        consents=Consent.objects.filter(member=member).order_by("-at", "-pk")[:LAST],
        sessions=UserSession.objects.filter(user=member.user_id, user__isnull=False)
        .defer("session_key", "ip", "data")
        .order_by("-last_seen_at")[:FEW],
        notes=MemberNote.objects.filter(Q(member=member) | Q(member__merged_into=member))
        .select_related("written_by")
        .order_by("-written_at", "-pk")[:LAST],
    )


def _places(member: Member) -> list[Place]:
    """On each ladder, what becomes of the tier if nothing more happens, and how far the next one is."""
    now, ladders = clock.now(), tiers.ladders()
    found = tiers.standings(ladders, [member])
    names = dict(Tier.objects.values_list("pk", "name"))
    places = []
    for ladder in ladders:
        ahead = found[ladder.group.pk][member.pk].projection(ladder, now)
        higher = names[ahead.ahead.tier_id] if ahead.ahead else ""
        places.append(Place(ladder.group.name, ahead, names[ahead.projected], higher))
    return places


def _lots(member: Member) -> list[OpenLot]:
    """What ends next."""
    lots = OpenLot.objects.filter(
        account__member=member, expires_at__gt=clock.now(), expires_at__lt=NEVER
    )
    return list(lots.select_related("account__unit").order_by("expires_at", "entry_id")[:FEW])


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
