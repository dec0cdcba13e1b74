"""Giving and taking points by hand: never for oneself or one's household, above a limit never alone."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from django.db import transaction
from django.db.models import F, Sum
from django.db.models.functions import Abs

from members import clock
from members.domain.actors import Actor
from members.domain.ledger import Line
from members.domain.sentences import kept
from members.errors import (
    AlreadyDecided,
    NotPending,
    NotPositive,
    ReasonNeeded,
    SecondPersonNeeded,
)
from members.models import (
    Account,
    Adjustment,
    AuditRow,
    Balance,
    Entry,
    Member,
    OpenLot,
    TierPeriod,
    Unit,
    User,
)
from members.operations import accounts, audit, clawbacks, ledger, relations, tiers

Kind = Account.Kind
State = Adjustment.State

#: How the trail names what a person forgave; it counts towards the same limit.
FORGIVEN = "members.debt.forgiven"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a member has of a unit, what they owe of it, and the tiers they hold."""

    balance: int
    owed: int
    tiers: str


@dataclass(frozen=True, slots=True)
class Foresight:
    """What an adjustment would change, and whether it would wait for a second person."""

    before: Standing
    after: Standing
    waits: bool


@transaction.atomic
def make(
    member: Member,
    *,
    unit: Unit,
    amount: int,
    reason: str,
    by: User,
    key: str,
    pending: Entry | None = None,
) -> Adjustment:
    """Give `amount` points (or take them, when negative), because of `reason`; with `pending`, raise or
    lower that accrual while it waits to become active.

    Posted at once while this person's adjustments of the last 24 hours stay within the unit's limit;
    else it waits for a second person. The same `key` again returns the first. Raises NotForOneself,
    NotForHousehold, ReasonNeeded, NotPending, or NotEnough when more is taken than there is.
    """
    actor = Actor.user(by)
    relations.refuse_near(actor, member)
    reason = reason.strip()[:300]
    if not reason:
        raise ReasonNeeded()
    if not amount:
        raise NotPositive()
    if pending is not None and not _waits_for(member, unit, pending):
        raise NotPending()
    # One person's adjustments follow each other, so that two at once cannot both fit the limit.
    User.objects.select_for_update(of=("self",)).get(pk=by.pk)
    known = Adjustment.objects.filter(key=key).first()
    if known is not None:
        return known
    adjustment = Adjustment.objects.create(
        member=member,
        unit=unit,
        amount=amount,
        reason=reason,
        key=key,
        pending=pending,
        state=State.PROPOSED,
        made_by=by,
        made_at=clock.now(),
    )
    audit.record(
        adjustment,
        actor=actor,
        verb="members.adjustment.made",
        after={"member": member.ref, "amount": amount, "pending": pending and pending.pk},
        reason=reason,
    )
    if adjusted_today(by, unit) <= unit.adjust_limit:
        _post(adjustment, actor=actor)
    return adjustment


def foresee(member: Member, *, unit: Unit, amount: int, reason: str, by: User) -> Foresight:
    """What `make` would do, and approving it where that is needed: done, looked at, and undone.

    Raises what they raise.
    """
    with transaction.atomic():
        tiers.settle([member], actor=Actor.user(by))
        before = _standing(member, unit)
        key = f"foreseen:{uuid4()}"
        adjustment = make(member, unit=unit, amount=amount, reason=reason, by=by, key=key)
        waits = adjustment.state == State.PROPOSED
        if waits:
            _post(adjustment, actor=Actor.user(by))
        after = _standing(member, unit)
        transaction.set_rollback(True)
    return Foresight(before, after, waits)


def _standing(member: Member, unit: Unit) -> Standing:
    amounts = dict(
        Balance.objects.filter(account__member=member, account__unit=unit).values_list(
            "account__kind", "amount"
        )
    )
    held = TierPeriod.objects.filter(member=member, ends_at=None).order_by("group_id")
    return Standing(
        amounts.get(Kind.WALLET, 0),
        -amounts.get(Kind.DEBT, 0),
        ", ".join(held.values_list("tier__name", flat=True)),
    )


def adjusted_today(by: User, unit: Unit) -> int:
    """How many points this person moved by hand, alone, in the last 24 hours, in either direction:
    what they adjusted, and what they forgave."""
    since = clock.now() - timedelta(hours=24)
    recent = Adjustment.objects.filter(made_by=by, unit=unit, made_at__gt=since, decided_by=None)
    forgiven = AuditRow.objects.filter(
        verb=FORGIVEN, at__gt=since, actor_kind="user", actor_id=by.pk, after__unit=unit.code
    )
    return (recent.aggregate(sum=Sum(Abs(F("amount"))))["sum"] or 0) + sum(
        row.after["amount"] for row in forgiven if row.after
    )


@transaction.atomic
def approve(adjustment: Adjustment, *, by: User) -> Adjustment:
    """Post what somebody else proposed. Raises SecondPersonNeeded, AlreadyDecided, or as `make` for
    whoever is near to the member."""
    adjustment = _decide(adjustment, by)
    return _post(adjustment, actor=Actor.user(by))


@transaction.atomic
def decline(adjustment: Adjustment, *, by: User, reason: str) -> Adjustment:
    """Let it be. Raises as `approve`."""
    adjustment = _decide(adjustment, by)
    adjustment.state = State.DECLINED
    adjustment.save(update_fields=["state", "decided_by", "decided_at"])
    audit.record(
        adjustment, actor=Actor.user(by), verb="members.adjustment.declined", reason=reason
    )
    return adjustment


def _decide(adjustment: Adjustment, by: User) -> Adjustment:
    adjustment = (
        Adjustment.objects.select_for_update(of=("self",))
        .select_related("member", "unit", "pending")
        .get(pk=adjustment.pk)
    )
    if adjustment.state != State.PROPOSED:
        raise AlreadyDecided()
    if adjustment.made_by_id == by.pk:
        raise SecondPersonNeeded()
    relations.refuse_near(Actor.user(by), adjustment.member)
    adjustment.decided_by, adjustment.decided_at = by, clock.now()
    return adjustment


def waits(entry: Entry) -> int:
    """How much of an accrual still waits to become active."""
    lot = _waiting_lot(entry)
    return lot.remaining if lot is not None else 0


def _waiting_lot(entry: Entry) -> OpenLot | None:
    """The lot that an accrual waits in: its own, or the one into which a merge has moved it."""
    lots = {entry.pk, *(lot.pk for lot in clawbacks.moved([entry.pk]).values())}
    return OpenLot.objects.filter(entry__in=lots, account__kind=Kind.PENDING).first()


def _post(adjustment: Adjustment, *, actor: Actor) -> Adjustment:
    line = _pending_line(adjustment) if adjustment.pending else _wallet_line(adjustment)
    adjustment.entry, adjustment.state = ledger.post_one(line, actor=actor), State.POSTED
    adjustment.save(update_fields=["entry", "state", "decided_by", "decided_at"])
    audit.record(adjustment, actor=actor, verb="members.adjustment.posted")
    if adjustment.unit.tier_groups.exists():
        tiers.settle([adjustment.member.heir], actor=actor, at=clock.now())
    return adjustment


def _pending_line(adjustment: Adjustment) -> Line:
    """Into the very lot that waits, or out of it, so that it becomes active as one. Its owner's pending
    account is locked, so that it is still there when this is posted."""
    entry = adjustment.pending
    assert entry is not None
    ledger.lock(entry.credit_id, ledger.heir(entry.credit).pk)
    lot = _waiting_lot(entry)
    if lot is None:
        raise NotPending()
    programme = accounts.programme_account(adjustment.unit, Kind.ADJUSTMENT).pk
    gives = adjustment.amount > 0
    return Line(
        key=f"adjustment:{adjustment.pk}",
        kind=Entry.Kind.ADJUSTMENT,
        unit=adjustment.unit_id,
        debit=programme if gives else lot.account_id,
        credit=lot.account_id if gives else programme,
        amount=abs(adjustment.amount),
        occurred_at=clock.now(),
        cause_kind="adjustment",
        cause_id=adjustment.pk,
        reason=kept("Adjusted while pending: %(reason)s") % {"reason": adjustment.reason},
        parent=lot.entry_id,
        back=lot.entry_id if gives else None,
        takes=None if gives else "lot",
        lot=None if gives else lot.entry_id,
    )


def _waits_for(member: Member, unit: Unit, entry: Entry) -> bool:
    """Whether something of an accrual waits, in this unit, for this member."""
    lot = _waiting_lot(entry)
    if lot is None or entry.unit_id != unit.pk:
        return False
    return lot.account.member_id == member.heir.pk


def _wallet_line(adjustment: Adjustment) -> Line:
    member, unit, now = adjustment.member.heir, adjustment.unit, clock.now()
    wallet = ledger.wallet(member, unit).pk
    programme = accounts.programme_account(unit, Kind.ADJUSTMENT).pk
    gives = adjustment.amount > 0
    return Line(
        key=f"adjustment:{adjustment.pk}",
        kind=Entry.Kind.ADJUSTMENT,
        unit=unit.pk,
        debit=programme if gives else wallet,
        credit=wallet if gives else programme,
        amount=abs(adjustment.amount),
        occurred_at=now,
        cause_kind="adjustment",
        cause_id=adjustment.pk,
        reason=kept("Adjusted by hand: %(reason)s") % {"reason": adjustment.reason},
        active_from=now if gives else None,
        expires_at=ledger.lot_end(unit, now, member) if gives else None,
        takes=None if gives else "fifo",
    )
