"""Setting points aside for a checkout, and ending that once."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q

from members import clock
from members.domain.actors import Actor
from members.domain.ledger import Line
from members.domain.sentences import kept
from members.errors import HoldEnded, MoreThanHeld, NotPositive
from members.models import Account, Activity, Entry, Hold, LotUse, Member, Unit
from members.operations import accounts, audit, credentials, jobs, ledger, orders
from members.shipped import RETURNS

Kind = Account.Kind
State = Hold.State

#: Points of a frozen account move nowhere.
_FROZEN = Q(member__accounts__balance__is_frozen=True)

#: How long a hold lives when nobody says otherwise, and at most.
USUAL, LONGEST = timedelta(minutes=15), timedelta(days=30)


@transaction.atomic
def place(
    member: Member,
    *,
    unit: Unit,
    amount: int,
    key: str,
    actor: Actor,
    lasts: timedelta = USUAL,
    reference: str = "",
    order_source: str = "",
) -> Hold:
    """Set `amount` points aside, soonest expiry first, for `lasts` (30 days at most).

    `reference` is the order it is for, as `order_source` tells it (empty: the only one who does).
    The same `key` again returns the first hold. Raises NotPositive, CoolingOff, NotEnough or
    OrderAmbiguous.
    """
    if amount < 1 or lasts <= timedelta(0):
        raise NotPositive()
    now, member = clock.now(), member.heir
    hold, is_new = Hold.objects.get_or_create(
        key=key,
        defaults={
            "member": member,
            "unit": unit,
            "amount": amount,
            "reference": reference,
            "order_source": order_source,
            "placed_at": now,
            "expires_at": now + min(lasts, LONGEST),
        },
    )
    if not is_new:
        return hold
    credentials.refuse_waiting(member, actor=actor)
    hold.order_source = orders.source_of(member, order_id=reference, named=order_source)
    line = Line(
        key=f"hold:{hold.pk}",
        kind=Entry.Kind.HOLD,
        unit=unit.pk,
        debit=ledger.wallet(member, unit).pk,
        credit=ledger.wallet(member, unit, Kind.HELD).pk,
        amount=amount,
        occurred_at=now,
        cause_kind="hold",
        cause_id=hold.pk,
        reason=kept("Held for a checkout"),
        takes="fifo",
    )
    hold.entry = ledger.post_one(line, actor=actor)
    hold.save(update_fields=["entry", "order_source"])
    audit.record(hold, actor=actor, verb="members.hold.placed", after={"amount": amount})
    return hold


@transaction.atomic
def capture(hold: Hold, *, actor: Actor, amount: int | None = None, reason: str = "") -> Hold:
    """Spend `amount` of what is held (default: all), and let the rest go.

    Capturing again returns the hold as it is. Raises HoldEnded when it was released or its time is
    over, MoreThanHeld or NotPositive.
    """
    now = clock.now()
    hold = _locked(hold)
    amount = hold.amount if amount is None else amount
    if hold.state == State.CAPTURED and hold.captured == amount:
        return hold
    if hold.state != State.HELD or hold.expires_at <= now:
        raise HoldEnded()
    if amount < 1:
        raise NotPositive()
    if amount > hold.amount:
        raise MoreThanHeld(amount=hold.amount)
    spent = Line(
        key=f"hold:{hold.pk}:captured",
        kind=Entry.Kind.REDEMPTION,
        unit=hold.unit_id,
        debit=_entry(hold).credit_id,
        credit=accounts.programme_account(hold.unit, Kind.REDEMPTION).pk,
        amount=amount,
        occurred_at=now,
        cause_kind="hold",
        cause_id=hold.pk,
        reason=(reason or kept("Paid with points"))[:300],
        parent=_entry(hold).pk,
    )
    ledger.post([spent, *_release(hold, hold.amount - amount, at=now)], at=now)
    # The order may have been told since the checkout began.
    hold.order_source = orders.only_source(
        hold.member, order_id=hold.reference, named=hold.order_source
    )
    _end(hold, State.CAPTURED, captured=amount, actor=actor, reason=reason)
    if _came_back(hold):
        jobs.enqueue(
            "order.paid_late", key=f"order.paid_late:{hold.pk}", arguments={"hold": hold.pk}
        )
    return hold


def _came_back(hold: Hold) -> bool:
    """Whether something of the order that this hold paid for has come back before it was captured."""
    if not hold.reference:
        return False
    told = Activity.objects.filter(member=hold.member, kind__in=RETURNS)
    return told.filter(payload__order_id=hold.reference).exists()


@transaction.atomic
def release(hold: Hold, *, actor: Actor, reason: str = "") -> Hold:
    """Let everything go: the lots get back what they gave. Releasing again changes nothing.

    Points whose time ran out while they were held expire now. Raises HoldEnded when captured.
    """
    hold = _locked(hold)
    if hold.state in (State.RELEASED, State.EXPIRED):
        return hold
    if hold.state != State.HELD:
        raise HoldEnded()
    now = clock.now()
    ledger.post(list(_release(hold, hold.amount, at=now)), at=now)
    return _end(hold, State.RELEASED, actor=actor, reason=reason)


def time_out(*, at: datetime, most: int, actor: Actor) -> int:
    """Release up to `most` holds whose time is over; returns how many. Those of a member with a frozen
    account wait until it is not any more."""
    due = Hold.objects.filter(state=State.HELD, expires_at__lte=at).exclude(_FROZEN)
    found = list(due.order_by("expires_at").values_list("pk", flat=True)[:most])
    return sum(
        accounts.despite_wrong(partial(_time_out, pk, at=at, actor=actor), actor=actor)
        for pk in found
    )


def _time_out(pk: int, *, at: datetime, actor: Actor) -> bool:
    hold = _locked(Hold(pk=pk))
    if hold.state != State.HELD or Hold.objects.filter(_FROZEN, pk=pk).exists():
        return False
    ledger.post(list(_release(hold, hold.amount, at=at)), at=clock.now())
    _end(hold, State.EXPIRED, actor=actor, reason=kept("Not paid in time"))
    return True


def _locked(hold: Hold) -> Hold:
    """Holds come before balances in the order of locks."""
    return (
        Hold.objects.select_for_update(of=("self",))
        .select_related("entry", "unit", "member")
        .get(pk=hold.pk)
    )


def _entry(hold: Hold) -> Entry:
    assert hold.entry is not None  # a hold is posted in the transaction that places it
    return hold.entry


def _release(hold: Hold, amount: int, *, at: datetime) -> Iterator[Line]:
    """The lines that give `amount` back to the lots it came from, the longest-lived first. What
    expired meanwhile is booked against its lot, as the sweep would have."""
    entry = _entry(hold)
    used = dict(LotUse.objects.filter(entry=entry).values_list("lot", "amount"))
    for lot in Entry.objects.filter(pk__in=used).with_ends():
        part = min(used[lot.pk], amount)
        if not part:
            return
        amount -= part
        lives = lot.ends_at > at
        yield Line(
            key=f"hold:{hold.pk}:back:{lot.pk}",
            kind=Entry.Kind.RELEASE if lives else Entry.Kind.EXPIRY,
            unit=hold.unit_id,
            debit=entry.credit_id,
            credit=entry.debit_id
            if lives
            else accounts.programme_account(hold.unit, Kind.BREAKAGE).pk,
            amount=part,
            occurred_at=at if lives else max(lot.ends_at, hold.placed_at),
            cause_kind="hold",
            cause_id=hold.pk,
            reason=kept("No longer held") if lives else kept("Expired while held"),
            parent=entry.pk if lives else lot.pk,
            back=lot.pk if lives else None,
        )


def _end(hold: Hold, state: str, *, actor: Actor, reason: str, captured: int = 0) -> Hold:
    hold.state, hold.captured, hold.ended_at = state, captured, clock.now()
    hold.save(update_fields=["state", "captured", "ended_at", "order_source"])
    audit.record(
        hold,
        actor=actor,
        verb=f"members.hold.{state}",
        after={"captured": captured} if captured else None,
        reason=reason,
    )
    return hold
