"""Friends who come in: who brought them, and what is doubtful about it.

All of this happens under one lock, for two of them at the same moment may close a ring, or name two
advocates for one friend. It comes after the accounts in the order of locks, and nothing is locked after it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Exists, OuterRef
from django.db.models.fields.json import KeyTextTransform

from loyalty.campaigns.domain import referrals as rules
from loyalty.campaigns.domain.referrals import JOINED, Seen, Terms
from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.models import Referral, ReferralPolicy
from loyalty.campaigns.models.referrals import selves
from loyalty.campaigns.operations import referral_facts
from loyalty.campaigns.operations.items import Item
from loyalty.campaigns.operations.schemas import ORDERS
from loyalty.campaigns.operations.storing import Arrival
from members import clock, secret_keys
from members.domain.actors import Actor
from members.domain.calendar import local_date
from members.domain.sentences import kept
from members.models import Activity, HouseholdSeat, Member
from members.operations import activities, audit, references

State = Referral.State

UNKNOWN_FRIEND = kept("The friend is not known yet.")
ONESELF = "Nobody brings themselves."
BROUGHT_BEFORE = "Somebody brought this friend before."
#: What a join may say besides the friend, and keeps as keyed hashes only.
NAMED = ("device", "address")

# Whoever brought the advocate, whoever brought them, and so on; merged members are who they became.
_BROUGHT_BY = """
WITH RECURSIVE before AS (
    SELECT %(advocate)s::bigint AS member_id
    UNION
    SELECT coalesce(a.merged_into_id, a.id) FROM before b
    JOIN members_member f ON f.id = b.member_id OR f.merged_into_id = b.member_id
    JOIN campaigns_referral r ON r.friend_id = f.id
    JOIN members_member a ON a.id = r.advocate_id
)
SELECT EXISTS (SELECT FROM before WHERE member_id = %(friend)s)
"""


def sealed(told: Told) -> Told:
    """The same with keyed hashes in place of the device and the address that it names."""
    if told.kind != JOINED or not any(name in told.payload for name in NAMED):
        return told
    payload = dict(told.payload)
    for name in NAMED:
        if name in payload:
            payload[name] = digest(name, rules.plain(str(payload[name])))
    return replace(told, payload=payload)


def digest(what: str, text: str) -> str:
    """The keyed hash of what a referral is compared by; empty for nothing."""
    if not text:
        return ""
    return secret_keys.digests(text, purpose=f"campaigns.referral.{what}")[0].hex()


def standing(arrivals: Mapping[int, Arrival]) -> dict[int, Arrival]:
    """Those of these joins whose friend nobody knows: they wait for them."""
    joins = {
        place: arrival
        for place, arrival in arrivals.items()
        if arrival.told.kind == JOINED and arrival.status == Activity.Status.ACCEPTED
    }
    if not joins:
        return {}
    known = _friends([arrival.told for arrival in joins.values()])
    return {
        place: replace(arrival, status=Activity.Status.PARKED, reason=UNKNOWN_FRIEND)
        for place, arrival in joins.items()
        if arrival.told.payload["friend"] not in known
    }


def take_in(items: Sequence[Item], *, actor: Actor, at: datetime) -> None:
    """Note who brought whom, in order; a join that cannot be says why in its item's notes."""
    joins = [item for item in items if item.told.kind == JOINED]
    if not joins:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('laurel.referrals'))")
    friends = _friends([item.told for item in joins])
    policy = ReferralPolicy.objects.current()
    terms = Terms(policy.newcomer_days, policy.most, policy.window_days)
    for item in sorted(joins, key=lambda item: (item.told.occurred_at, item.activity_id)):
        friend = friends[str(item.told.payload["friend"])]
        why = _refusal(item.person.member, friend)
        if why:
            item.note(why)
        else:
            _note(item, friend, terms, actor=actor, at=at)


def look_again(*, at: datetime) -> int:
    """Have the joins evaluated whose friend has become known meanwhile; how many."""
    parked = Activity.objects.filter(
        status=Activity.Status.PARKED, kind=JOINED, status_reason=UNKNOWN_FRIEND
    ).annotate(friend=KeyTextTransform("friend", "payload"))
    known = parked.filter(Exists(Member.objects.filter(ref=OuterRef("friend"), erased_at=None)))
    ids = list(known.order_by("pk").values_list("pk", flat=True)[:1000])
    activities.evaluate_again(ids, at=at)
    return len(ids)


def _friends(tolds: Iterable[Told]) -> dict[str, Member]:
    return _known(str(told.payload["friend"]) for told in tolds)


def _known(refs: Iterable[str]) -> dict[str, Member]:
    """Who these references lead to, as far as they are anybody's."""
    found = Member.objects.filter(ref__in=set(refs)).select_related("merged_into")
    return {row.ref: row.heir for row in found if row.heir.erased_at is None}


def _refusal(advocate: Member, friend: Member) -> str:
    if advocate.pk == friend.pk:
        return ONESELF
    return BROUGHT_BEFORE if Referral.objects.of_friends([friend.pk]).exists() else ""


def _note(item: Item, friend: Member, terms: Terms, *, actor: Actor, at: datetime) -> None:
    advocate, told = item.person.member, item.told
    marks = {
        "email": _email(friend),
        "device": str(told.payload.get("device", "")),
        "address": str(told.payload.get("address", "")),
    }
    doubts = rules.reasons(_seen(advocate, friend, marks, told.occurred_at, terms), terms)
    referral = Referral.objects.create(
        advocate=advocate,
        friend=friend,
        activity_id=item.activity_id,
        state=State.FLAGGED if doubts else State.PENDING,
        reasons=list(doubts),
        joined_at=told.occurred_at,
        noted_at=at,
        **marks,
    )
    audit.record(
        referral,
        actor=actor,
        verb="campaigns.referral.noted",
        after={"state": referral.state, "reasons": referral.reasons},
    )
    if not doubts:
        referral_facts.signed_up(referral, actor=actor)


def _seen(
    advocate: Member, friend: Member, marks: Mapping[str, str], at: datetime, terms: Terms
) -> Seen:
    own = Referral.objects.brought_by(advocate)
    known: dict[str, set[str]] = {name: set() for name in marks}
    for near in (own, Referral.objects.of_friends([advocate.pk])):
        for row in near.values(*marks):
            for name, value in row.items():
                known[name].add(value)
    known["email"].add(_email(advocate))
    same = {name: bool(value) and value in known[name] for name, value in marks.items()}
    since = at - timedelta(days=terms.window_days)
    return Seen(
        member_since=friend.joined_on,
        joined_on=local_date(at, friend.time_zone),
        has_same_email=same["email"],
        has_same_device=same["device"],
        has_same_address=same["address"],
        has_same_household=_share_household(advocate, friend),
        has_ordered=_is_known(friend, at),
        is_ring=_is_ring(advocate, friend),
        lately=own.filter(joined_at__gt=since, joined_at__lte=at).count() + 1,
    )


def _is_known(friend: Member, at: datetime) -> bool:
    """Whether they bought something before, or were a member, and erased, not long ago."""
    orders = Activity.objects.filter(
        member=friend, kind__in=ORDERS, status=Activity.Status.ACCEPTED, occurred_at__lt=at
    )
    return orders.exists() or references.came_back(friend.email, at=at)


def _email(member: Member) -> str:
    """The keyed hash of the mailbox behind a member's address; empty where there is none."""
    try:
        return digest("email", rules.stem(member.email))
    except ValueError:
        return ""


def _share_household(advocate: Member, friend: Member) -> bool:
    seats = HouseholdSeat.objects.near(clock.now())
    theirs = seats.filter(member__in=selves([friend.pk]))
    own = seats.filter(member__in=selves([advocate.pk]))
    return own.filter(household__in=theirs.values("household")).exists()


def _is_ring(advocate: Member, friend: Member) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_BROUGHT_BY, {"advocate": advocate.pk, "friend": friend.pk})
        [(found,)] = cursor.fetchall()
    return found
