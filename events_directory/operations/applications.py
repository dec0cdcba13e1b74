"""From a partner's draft to the decision of two people."""

from datetime import datetime
from typing import Any

from django.db import transaction

from events_directory.domain.pools import Cause
from events_directory.errors import (
    AmountNotPositive,
    ApprovedAlready,
    OwnApplication,
    PartnerNotVerified,
    PoolClosed,
    ReasonMissing,
    Unfinished,
)
from events_directory.models import Approval, Grant, GrantApplication, Partner, Pool
from events_directory.operations import conflicts, pools
from members import clock
from members.domain.actors import Actor
from members.operations import audit

EDITABLE = ("title", "requested", *GrantApplication.ANSWERS)


@transaction.atomic
def draft(
    partner: Partner,
    *,
    pool: Pool,
    title: str,
    requested: int,
    actor: Actor,
    at: datetime | None = None,
    **answers: str,
) -> GrantApplication:
    """Begin an application for `requested` minor units; answers may follow later."""
    _check({"requested": requested, **answers})
    if not pool.is_open:
        raise PoolClosed()
    application = GrantApplication.objects.create(
        partner=partner,
        pool=pool,
        title=title,
        requested=requested,
        author_id=actor.id if actor.kind == "user" else None,
        created_at=at or clock.now(),
        **answers,
    )
    audit.record(application, actor=actor, verb="events_directory.grant_application.drafted")
    return application


@transaction.atomic
def edit(application: GrantApplication, *, actor: Actor, **fields: Any) -> GrantApplication:
    """Change a draft; only the fields of `EDITABLE`."""
    application = _locked(application)
    application.state_after("edit")
    _check(fields)
    changed = {name: v for name, v in fields.items() if getattr(application, name) != v}
    if changed:
        for name, value in changed.items():
            setattr(application, name, value)
        application.save(update_fields=list(changed))
        audit.record(
            application,
            actor=actor,
            verb="events_directory.grant_application.edited",
            after={"fields": sorted(changed)},
        )
    return application


@transaction.atomic
def submit(
    application: GrantApplication, *, actor: Actor, at: datetime | None = None
) -> GrantApplication:
    """Hand it in. A person does that; every question has an answer; the partner is verified and
    the pool still takes applications."""
    application = _locked(application)
    state = application.state_after("submit")
    submitted_by = conflicts.person(actor)
    if not application.partner.is_verified:
        raise PartnerNotVerified(partner=application.partner.name)
    if not application.pool.is_open:
        raise PoolClosed()
    if not application.is_complete:
        raise Unfinished()
    return _move(
        application,
        state,
        actor=actor,
        done="submitted",
        submitted_by_id=submitted_by,
        submitted_at=at or clock.now(),
    )


@transaction.atomic
def withdraw(application: GrantApplication, *, actor: Actor) -> GrantApplication:
    """Take it back before it is decided."""
    application = _locked(application)
    state = application.state_after("withdraw")
    return _move(application, state, actor=actor, done="withdrawn")


@transaction.atomic
def approve(
    application: GrantApplication, *, actor: Actor, at: datetime | None = None
) -> GrantApplication:
    """Approve as one of two people; the second approval awards the grant in the same transaction.

    Never the author, never somebody of that partner, never the same person twice. The pool is locked
    first, so two committees cannot both promise its last money: the later one reads PoolShort, and
    its approval is not recorded.
    """
    at = at or clock.now()
    pools.lock(application.pool_id)
    application = _locked(application)
    application.state_after("approve")
    user = _independent(application, actor)
    if application.approvals.filter(user_id=user).exists():
        raise ApprovedAlready()
    Approval.objects.create(application=application, user_id=user, at=at)
    audit.record(application, actor=actor, verb="events_directory.grant_application.approved")
    if application.approvals.count() >= GrantApplication.APPROVALS_NEEDED:
        _award(application, actor=actor, at=at)
    return application


@transaction.atomic
def decline(
    application: GrantApplication, *, reason: str, actor: Actor, at: datetime | None = None
) -> GrantApplication:
    """Say no, with the reason the partner will read."""
    application = _locked(application)
    state = application.state_after("decline")
    _independent(application, actor)
    if not reason.strip():
        raise ReasonMissing()
    return _move(
        application,
        state,
        actor=actor,
        done="declined",
        state_reason=reason.strip(),
        decided_at=at or clock.now(),
    )


def _award(application: GrantApplication, *, actor: Actor, at: datetime) -> None:
    """Two people agree: commit the money and open the grant."""
    _move(
        application,
        application.state_after("accept"),
        actor=actor,
        done="accepted",
        decided_at=at,
    )
    grant = Grant.objects.create(
        application=application,
        pool_id=application.pool_id,
        awarded=application.requested,
        awarded_at=at,
    )
    pools.post(
        application.pool_id,
        cause=Cause.AWARD,
        amount=grant.awarded,
        key=f"award:{application.pk}",
        grant=grant,
        at=at,
    )
    audit.record(
        grant,
        actor=actor,
        verb="events_directory.grant.awarded",
        after={"awarded": grant.awarded},
    )


def _independent(application: GrantApplication, actor: Actor) -> int:
    """The user who decides; raises when they are the author or belong to the partner."""
    user = conflicts.person(actor)
    if user in (application.author_id, application.submitted_by_id):
        raise OwnApplication()
    conflicts.refuse_own(actor, partner_id=application.partner_id, since=application.created_at)
    return user


def _locked(application: GrantApplication) -> GrantApplication:
    return (
        GrantApplication.objects.select_for_update(no_key=True, of=("self",))
        .select_related("partner", "pool")
        .get(pk=application.pk)
    )


def _move(
    application: GrantApplication, state: str, *, actor: Actor, done: str, **fields: Any
) -> GrantApplication:
    before, application.state = application.state, state
    for name, value in fields.items():
        setattr(application, name, value)
    application.save(update_fields=["state", *fields])
    audit.record(
        application,
        actor=actor,
        verb=f"events_directory.grant_application.{done}",
        before={"state": before},
        after={"state": state},
        reason=fields.get("state_reason", ""),
    )
    return application


def _check(fields: dict[str, Any]) -> None:
    unknown = set(fields) - set(EDITABLE)
    if unknown:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
    if fields.get("requested", 1) <= 0:
        raise AmountNotPositive()
