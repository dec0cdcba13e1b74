"""Paying a grant out, part by part, or taking the rest back. Locks: the pool, then the grant."""

from datetime import datetime

from django.db import transaction

from events_directory.domain import money
from events_directory.domain.pools import Cause
from events_directory.errors import (
    AmountNotPositive,
    MoreThanAwarded,
    PartnerNotVerified,
    ReasonMissing,
    SameHands,
)
from events_directory.models import Disbursement, Grant, PoolEntry
from events_directory.operations import conflicts, pools
from events_directory.operations.keys import made_before
from members import clock
from members.domain.actors import Actor
from members.operations import audit


@transaction.atomic
def release(
    grant: Grant, *, amount: int, key: str, actor: Actor, at: datetime | None = None
) -> Disbursement:
    """Make a part of the grant payable (minor units). The same key again returns the first one."""
    at = at or clock.now()
    grant = _locked(grant)
    key = f"{grant.pk}:{key}"
    known = made_before(Disbursement.objects.all(), key=key, amount=amount)
    if known is not None:
        return known
    grant.state_after("release")
    user = _independent(grant, actor)
    if amount <= 0:
        raise AmountNotPositive()
    if amount > grant.unreleased:
        currency = grant.pool.currency
        raise MoreThanAwarded(left=money.major(grant.unreleased, currency), currency=currency)
    part = Disbursement.objects.create(
        grant=grant, amount=amount, key=key, released_by_id=user, released_at=at
    )
    grant.released += amount
    grant.save(update_fields=["released"])
    _post(part, Cause.RELEASE, key=f"release:{part.pk}", at=at)
    _record(part, "released", actor=actor)
    return part


@transaction.atomic
def pay(
    part: Disbursement,
    *,
    key: str,
    actor: Actor,
    bank_reference: str = "",
    at: datetime | None = None,
) -> Disbursement:
    """Note that a payable part was paid out: once per key, by somebody who did not release it."""
    at = at or clock.now()
    grant, part = _locked_part(part)
    key = f"payment:{part.pk}:{key}"
    if PoolEntry.objects.filter(key=key).exists():
        return part
    part.state = part.state_after("pay")
    if _independent(grant, actor) == part.released_by_id:
        raise SameHands()
    if not grant.application.partner.is_verified:
        raise PartnerNotVerified(partner=grant.application.partner.name)
    part.attempts += 1
    part.bank_reference, part.paid_at, part.state_reason = bank_reference, at, ""
    part.save()
    grant.paid += part.amount
    grant.state = grant.state_after("close" if grant.paid == grant.awarded else "pay")
    grant.save(update_fields=["paid", "state"])
    _post(part, Cause.PAYMENT, key=key, at=at)
    _record(part, "paid", actor=actor)
    return part


@transaction.atomic
def bounce(
    part: Disbursement, *, reason: str, actor: Actor, at: datetime | None = None
) -> Disbursement:
    """The bank sent a payment back: it is payable again, or returns to the pool of a revoked grant."""
    at = at or clock.now()
    grant, part = _locked_part(part)
    part.state = part.state_after("bounce")
    part.state_reason = _given(reason)
    part.save(update_fields=["state", "state_reason"])
    grant.paid -= part.amount
    _post(part, Cause.BOUNCE, key=f"bounce:{part.pk}:{part.attempts}", at=at)
    if grant.state == Grant.State.CLOSED:
        grant.state = grant.state_after("reopen")
    elif grant.state == Grant.State.REVOKED:
        _drop(part, at=at)
        _give_back(grant, part.amount, key=f"{part.pk}:{part.attempts}", at=at)
    grant.save(update_fields=["paid", "released", "state"])
    _record(part, "bounced", actor=actor, reason=reason)
    return part


@transaction.atomic
def revoke(grant: Grant, *, reason: str, actor: Actor, at: datetime | None = None) -> Grant:
    """Take back what was not paid: released parts are dropped, the rest returns to the pool."""
    at = at or clock.now()
    grant = _locked(grant)
    grant.state = grant.state_after("revoke")
    _independent(grant, actor)
    grant.state_reason, grant.revoked_at = _given(reason), at
    for part in grant.disbursements.select_for_update(no_key=True).order_by("pk"):
        if part.allows("drop"):
            part.grant = grant
            _drop(part, at=at)
    returned = grant.awarded - grant.paid
    _give_back(grant, returned, key="rest", at=at)
    grant.save(update_fields=["state", "state_reason", "revoked_at", "released"])
    audit.record(
        grant,
        actor=actor,
        verb="events_directory.grant.revoked",
        after={"returned": returned},
        reason=grant.state_reason,
    )
    return grant


def _drop(part: Disbursement, *, at: datetime) -> None:
    """Make a released part a mere promise again; the caller saves the grant."""
    part.state = part.state_after("drop")
    part.save(update_fields=["state"])
    part.grant.released -= part.amount
    _post(part, Cause.DROP, key=f"drop:{part.pk}", at=at)


def _give_back(grant: Grant, amount: int, *, key: str, at: datetime) -> None:
    """Return what a revoked grant no longer promises to the pool."""
    pools.post(
        grant.pool_id,
        cause=Cause.REVOCATION,
        amount=amount,
        key=f"revocation:{grant.pk}:{key}",
        grant=grant,
        at=at,
    )


def _locked(grant: Grant) -> Grant:
    pools.lock(grant.pool_id)
    return (
        Grant.objects.select_for_update(no_key=True, of=("self",))
        .select_related("pool", "application__partner")
        .get(pk=grant.pk)
    )


def _locked_part(part: Disbursement) -> tuple[Grant, Disbursement]:
    grant = _locked(part.grant)
    part = Disbursement.objects.select_for_update(no_key=True).get(pk=part.pk)
    part.grant = grant
    return grant, part


def _independent(grant: Grant, actor: Actor) -> int:
    """The user who decides about money; raises when they belong to the partner."""
    user = conflicts.person(actor)
    application = grant.application
    conflicts.refuse_own(actor, partner_id=application.partner_id, since=application.created_at)
    return user


def _post(part: Disbursement, cause: Cause, *, key: str, at: datetime | None) -> None:
    pools.post(
        part.grant.pool_id, cause=cause, amount=part.amount, key=key, grant=part.grant, at=at
    )


def _record(part: Disbursement, done: str, *, actor: Actor, reason: str = "") -> None:
    audit.record(
        part,
        actor=actor,
        verb=f"events_directory.disbursement.{done}",
        after={"state": part.state, "amount": part.amount},
        reason=reason,
    )


def _given(reason: str) -> str:
    if not reason.strip():
        raise ReasonMissing()
    return reason.strip()
