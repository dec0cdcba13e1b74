"""Giving and taking points by hand: never for oneself, and above a limit never alone."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F, Sum
from django.db.models.functions import Abs
from django.utils.translation import gettext as _

from members import clock
from members.domain.actors import Actor
from members.domain.ledger import Line
from members.errors import (
    AlreadyDecided,
    NotForOneself,
    NotPositive,
    ReasonNeeded,
    SecondPersonNeeded,
)
from members.models import Account, Adjustment, Entry, Member, Unit, User
from members.operations import accounts, audit, ledger, tiers

Kind = Account.Kind
State = Adjustment.State


@transaction.atomic
def make(member: Member, *, unit: Unit, amount: int, reason: str, by: User, key: str) -> Adjustment:
    """Give `amount` points (or take them, when negative), because of `reason`.

    Posted at once while this person's adjustments of the last 24 hours stay within the unit's limit;
    else it waits for a second person. The same `key` again returns the first. Raises
    NotForOneself, ReasonNeeded, or NotEnough when more is taken than there is.
    """
    _not_own(by, member)
    reason = reason.strip()[:300]
    if not reason:
        raise ReasonNeeded()
    if not amount:
        raise NotPositive()
    # One person's adjustments follow each other, so that two at once cannot both fit the limit.
    User.objects.select_for_update(of=("self",)).get(pk=by.pk)
    known = Adjustment.objects.filter(key=key).first()
    if known is not None:
        return known
    actor = Actor.user(by)
    adjustment = Adjustment.objects.create(
        member=member,
        unit=unit,
        amount=amount,
        reason=reason,
        key=key,
        state=State.PROPOSED,
        made_by=by,
        made_at=clock.now(),
    )
    audit.record(
        adjustment,
        actor=actor,
        verb="members.adjustment.made",
        after={"member": member.ref, "amount": amount},
        reason=reason,
    )
    if adjusted_today(by, unit) <= unit.adjust_limit:
        _post(adjustment, actor=actor)
    return adjustment


def adjusted_today(by: User, unit: Unit) -> int:
    """How many points this person moved by hand, alone, in the last 24 hours, in either direction."""
    recent = Adjustment.objects.filter(
        made_by=by, unit=unit, made_at__gt=clock.now() - timedelta(hours=24), decided_by=None
    )
    return recent.aggregate(sum=Sum(Abs(F("amount"))))["sum"] or 0


@transaction.atomic
def approve(adjustment: Adjustment, *, by: User) -> Adjustment:
    """Post what somebody else proposed. Raises SecondPersonNeeded, NotForOneself or AlreadyDecided."""
    adjustment = _decide(adjustment, by)
    return _post(adjustment, actor=Actor.user(by))


@transaction.atomic
def decline(adjustment: Adjustment, *, by: User, reason: str) -> Adjustment:
    """Let it be. Raises SecondPersonNeeded, NotForOneself or AlreadyDecided."""
    adjustment = _decide(adjustment, by)
    adjustment.state = State.DECLINED
    adjustment.save(update_fields=["state", "decided_by", "decided_at"])
    audit.record(
        adjustment, actor=Actor.user(by), verb="members.adjustment.declined", reason=reason
    )
    return adjustment


def _not_own(by: User, member: Member) -> None:
    if member.user_id == by.pk:
        raise NotForOneself()


def _decide(adjustment: Adjustment, by: User) -> Adjustment:
    adjustment = (
        Adjustment.objects.select_for_update(of=("self",))
        .select_related("member", "unit")
        .get(pk=adjustment.pk)
    )
    if adjustment.state != State.PROPOSED:
        raise AlreadyDecided()
    if adjustment.made_by_id == by.pk:
        raise SecondPersonNeeded()
    _not_own(by, adjustment.member)
    adjustment.decided_by, adjustment.decided_at = by, clock.now()
    return adjustment


def _post(adjustment: Adjustment, *, actor: Actor) -> Adjustment:
    member, unit, now = adjustment.member, adjustment.unit, clock.now()
    wallet = ledger.wallet(member, unit).pk
    programme = accounts.programme_account(unit, Kind.ADJUSTMENT).pk
    gives = adjustment.amount > 0
    line = Line(
        key=f"adjustment:{adjustment.pk}",
        kind=Entry.Kind.ADJUSTMENT,
        unit=unit.pk,
        debit=programme if gives else wallet,
        credit=wallet if gives else programme,
        amount=abs(adjustment.amount),
        occurred_at=now,
        cause_kind="adjustment",
        cause_id=adjustment.pk,
        reason=_("Adjusted by hand: %(reason)s") % {"reason": adjustment.reason},
        active_from=now if gives else None,
        expires_at=ledger.lot_end(unit, now, member) if gives else None,
        takes=None if gives else "fifo",
    )
    adjustment.entry, adjustment.state = ledger.post_one(line, actor=actor), State.POSTED
    adjustment.save(update_fields=["entry", "state", "decided_by", "decided_at"])
    audit.record(adjustment, actor=actor, verb="members.adjustment.posted")
    if unit.tier_groups.exists():
        tiers.settle([member], actor=actor, at=now)
    return adjustment
