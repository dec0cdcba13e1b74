"""The life of a referral once it is noted: looked at, approved when the return window is over, void.

Everybody locks in one order: the referral, budgets, funds, accounts.
"""

from collections.abc import Collection
from typing import Any

from django.db import transaction

from loyalty.campaigns.errors import IllegalReferralMove, NoReferralForOneself, TooManyInvites
from loyalty.campaigns.models import (
    Referral,
    ReferralCode,
    ReferralInvite,
    ReferralPolicy,
    ReferralPurchase,
)
from loyalty.campaigns.models.referrals import new_referral_code, selves
from loyalty.campaigns.operations import referral_facts, unearning
from members import clock
from members.domain.actors import Actor
from members.domain.sentences import kept
from members.errors import ReasonNeeded
from members.models import Activity, Member
from members.operations import accounts, activities, audit, jobs, relations

State, Cause = Referral.State, Referral.Cause
#: So many invites may be on their way at once: more would be a list of what came to nothing.
MOST_INVITES = 20
TERMS = ("return_days", "newcomer_days", "most", "window_days")


@transaction.atomic
def approve(referral: Referral, *, reason: str, actor: Actor) -> Referral:
    """A person finds nothing wrong with a doubtful one: what signing up brings is given now, and the
    rest when the return window of a purchase is over.

    Raises ReasonNeeded, NoReferralForOneself, NotForHousehold or IllegalReferralMove.
    """
    _check(referral, reason=reason, actor=actor)
    referral = lock([referral.pk])[0]
    _move(referral, State.PENDING, actor=actor, reason=reason, decision=reason.strip()[:300])
    referral_facts.signed_up(referral, actor=actor)
    return referral


def void(referral: Referral, *, reason: str, actor: Actor) -> Referral:
    """A person finds that it does not count: what it brought either side is taken back.

    Raises ReasonNeeded, NoReferralForOneself, NotForHousehold, IllegalReferralMove or Frozen.
    """
    _check(referral, reason=reason, actor=actor)
    return accounts.despite_wrong(
        lambda: _void(referral, Cause.REVIEWER, reason=reason, actor=actor), actor=actor
    )


@transaction.atomic
def _void(referral: Referral, cause: str, *, reason: str, actor: Actor) -> Referral:
    referral = lock([referral.pk])[0]
    _move(
        referral,
        State.VOID,
        actor=actor,
        reason=reason,
        cause=cause,
        decision=reason.strip()[:300],
    )
    facts = referral_facts.of(referral)
    unearning.take_back(facts, reason=kept("the friend does not count"), actor=actor)
    return referral


def lock(ids: Collection[int]) -> list[Referral]:
    """These referrals as they are under their locks, which come before budgets."""
    rows = Referral.objects.select_for_update(of=("self",), no_key=True)
    named = rows.filter(pk__in=ids).order_by("pk")
    return list(named.select_related("advocate__merged_into", "friend__merged_into"))


@transaction.atomic
def take_back_purchase(purchase: ReferralPurchase, *, actor: Actor) -> None:
    """All of a purchase that had counted has come back: the one that a referral was approved for takes
    the referral with it, any other what it brought itself. Done again it changes nothing."""
    [referral] = lock([purchase.referral_id])
    purchase = ReferralPurchase.objects.get(pk=purchase.pk)
    if purchase.state != ReferralPurchase.State.COUNTED or referral.state != State.APPROVED:
        return
    if referral.order_id == purchase.activity_id:
        _void(referral, Cause.RETURNED, reason=str(Cause.RETURNED.label), actor=actor)
        return
    facts = referral_facts.of_purchase(referral, purchase)
    ReferralPurchase.objects.filter(pk=purchase.pk).update(state=ReferralPurchase.State.PASSED)
    audit.record(
        referral,
        actor=actor,
        verb="campaigns.referral.purchase_returned",
        after={"activity": purchase.activity_id},
    )
    unearning.take_back(facts, reason=kept("the friend's purchase came back"), actor=actor)


# -- two members who are one ----------------------------------------------------------------------


def ending(source: Member, target: Member) -> set[int]:
    """The referrals that end when these two become one: of one by the other, and the later of two by
    which the same person came."""
    both = [source.pk, target.pk]
    standing = Referral.objects.exclude(state=State.VOID)
    between = standing.of_friends(both).filter(advocate__in=selves(both))
    ids = set(between.values_list("pk", flat=True))
    brought = standing.of_friends(both).exclude(pk__in=ids).order_by("joined_at", "pk")
    return ids | set(list(brought.values_list("pk", flat=True))[1:])


def end_merged(ids: Collection[int], *, actor: Actor) -> dict[str, str]:
    """Void these, which are locked; answers how each stood, for `stand_again`. One that concerns a third
    member is voided right after, for their accounts are not locked."""
    before = {}
    for referral in lock(ids):
        before[str(referral.pk)] = str(referral.state)
        if referral.advocate.heir.pk == referral.friend.heir.pk:
            _void(referral, Cause.MERGED, reason=str(Cause.MERGED.label), actor=actor)
        else:
            jobs.enqueue(
                "referral.twice",
                key=f"referral.twice:{referral.pk}:{referral.round}",
                arguments={"referral": referral.pk},
            )
    return before


@transaction.atomic
def end_twice(referral_id: int, *, actor: Actor) -> None:
    """Void it, if its friend was brought before by another that stands."""
    [referral] = lock([referral_id])
    others = Referral.objects.exclude(state=State.VOID).of_friends([referral.friend.heir.pk])
    earlier = others.order_by("joined_at", "pk").first()
    if referral.state != State.VOID and earlier is not None and earlier.pk != referral.pk:
        _void(referral, Cause.TWICE, reason=str(Cause.TWICE.label), actor=actor)


def stand_again(before: dict[str, str], *, actor: Actor) -> None:
    """Have those that a merge ended stand as they did; what they had brought is given again."""
    for referral in lock([int(pk) for pk in before]):
        if referral.state != State.VOID or referral.cause not in (Cause.MERGED, Cause.TWICE):
            continue
        state = before[str(referral.pk)]
        reason = kept("The merge was undone")
        _move(
            referral,
            state,
            actor=actor,
            reason=reason,
            cause="",
            decision="",
            round=referral.round + 1,
        )
        if state != State.FLAGGED:
            referral_facts.signed_up(referral, actor=actor)
        counted = referral.purchases.filter(state=ReferralPurchase.State.COUNTED)
        referral_facts.purchased(
            [
                (referral, purchase, purchase.activity_id == referral.order_id)
                for purchase in counted.select_related("activity").order_by("pk")
            ],
            actor=actor,
        )


# -- codes and terms ------------------------------------------------------------------------------


@transaction.atomic
def give_code(member: Member, *, actor: Actor) -> ReferralCode:
    """The member's code; made once and then kept, for it is on paper and in letters."""
    code, is_new = ReferralCode.objects.get_or_create(
        member=member, defaults={"code": new_referral_code(), "made_at": clock.now()}
    )
    if is_new:
        audit.record(member, actor=actor, verb="campaigns.referral_code.made")
    return code


@transaction.atomic
def send_invite(member: Member, *, actor: Actor) -> ReferralInvite:
    """One more invite of the member's. Raises TooManyInvites."""
    member = Member.objects.select_for_update(of=("self",), no_key=True).get(pk=member.pk)
    if ReferralInvite.objects.open_of(member).count() >= MOST_INVITES:
        raise TooManyInvites(most=MOST_INVITES)
    invite = ReferralInvite.objects.create(member=member, sent_at=clock.now())
    audit.record(invite, actor=actor, verb="campaigns.referral_invite.sent")
    return invite


@transaction.atomic
def take_back_invite(invite: ReferralInvite, *, actor: Actor) -> None:
    """Nobody comes by it any more. One that was used stays."""
    open_one = ReferralInvite.objects.select_for_update().filter(pk=invite.pk, used_at=None).first()
    if open_one is not None:
        audit.record(open_one, actor=actor, verb="campaigns.referral_invite.taken_back")
        open_one.delete()


def bearer_of(code: str) -> Member | None:
    """Whose code or unused invite this is; None when it is nobody's."""
    own = ReferralCode.objects.filter(code=code.upper())
    sent = ReferralInvite.objects.filter(code=code.upper(), used_at=None)
    bearer = (
        own.select_related("member__merged_into").first()
        or sent.select_related("member__merged_into").first()
    )
    if bearer is None or bearer.member.heir.erased_at is not None:
        return None
    return bearer.member.heir


@transaction.atomic
def join_by_code(friend: Member, *, code: str, actor: Actor) -> Activity | None:
    """Tell that a new member came by a code. None, and nothing told, when it is nobody's, or an invite by
    which somebody else came at the same moment."""
    advocate = bearer_of(code)
    if advocate is None or not _use(code):
        return None
    return activities.record(
        "referral.joined",
        member=advocate,
        source="laurel",
        external_id=f"referral.joined:{friend.pk}",
        payload={"friend": friend.ref},
        actor=actor,
    )


def _use(code: str) -> bool:
    """Whether somebody may come by it: by an invite one, and so it is used; by a member's own code many."""
    unused = ReferralInvite.objects.filter(code=code.upper(), used_at=None)
    return bool(
        ReferralCode.objects.filter(code=code.upper()).exists()
        or unused.update(used_at=clock.now())
    )


@transaction.atomic
def set_terms(*, actor: Actor, **fields: Any) -> ReferralPolicy:
    """Change what of `TERMS` is given. Purchases that were noted keep the day they count from."""
    unknown = set(fields) - set(TERMS)
    if unknown:
        raise TypeError(f"no terms: {', '.join(sorted(unknown))}")
    policy, _made = ReferralPolicy.objects.select_for_update().get_or_create(pk=1)
    before = {name: getattr(policy, name) for name in fields}
    for name, value in fields.items():
        setattr(policy, name, value)
    policy.full_clean()
    policy.save()
    audit.record(
        policy, actor=actor, verb="campaigns.referral_terms.set", before=before, after=fields
    )
    return policy


def _check(referral: Referral, *, reason: str, actor: Actor) -> None:
    if not reason.strip():
        raise ReasonNeeded()
    relations.refuse_near(actor, referral.advocate, referral.friend, own=NoReferralForOneself)


def _move(referral: Referral, to: str, *, actor: Actor, reason: str, **fields: Any) -> None:
    """Take a locked referral one step on. Raises IllegalReferralMove."""
    before = State(referral.state)
    if to not in Referral.MOVES[before]:
        raise IllegalReferralMove(before=before.label, after=State(to).label)
    now = clock.now()
    by = actor.id if actor.kind == "user" else None
    fields |= {"state": to, "decided_at": now, "decided_by_id": by}
    fields["voided_at"] = now if to == State.VOID else None
    for name, value in fields.items():
        setattr(referral, name, value)
    referral.save(update_fields=[name.removesuffix("_id") for name in fields])
    audit.record(
        referral,
        actor=actor,
        verb=f"campaigns.referral.{'noted_again' if before == State.VOID else to}",
        before={"state": str(before)},
        after={"state": str(to)},
        reason=reason,
    )
