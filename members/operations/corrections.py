"""Taking back and giving back. A correction is a new entry that names the one it corrects."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypedDict

from django.conf import settings
from django.db import transaction
from django.db.models import Q, Sum

from members import clock
from members.domain.actors import Actor
from members.domain.calendar import local_date, start_of_day
from members.domain.ledger import Line
from members.errors import AlreadyReversed
from members.models import Account, Entry, LotUse, OpenLot, Unit
from members.operations import accounts, audit, ledger

Kind = Account.Kind


@dataclass(frozen=True, slots=True)
class Clawback:
    """How much of an accrual is taken back, and from where.

    `own` of its own lot, `others` of the member's other lots, `debt` into debt. `expired` was never
    spent and is gone already, `uncollected` is let go by the unit's policy.
    """

    own: int
    others: int
    debt: int
    expired: int
    uncollected: int


class Homecoming(TypedDict):
    """Where points go that come back: into `back`, the lot they left, or a lot of their own."""

    credit: int
    back: int | None
    active_from: datetime | None
    expires_at: datetime | None


@transaction.atomic
def reverse(
    entry: Entry,
    *,
    key: str,
    reason: str,
    actor: Actor,
    amount: int | None = None,
    asked_before: int | None = None,
    cause: tuple[str, int | None] | None = None,
) -> list[Entry]:
    """Take back `amount` of what an accrual gave (default: all that is left of it).

    First from its own lot; what expired of that lot is forgiven, for it was never enjoyed; then, as
    the unit's policy has it, from the member's other lots and into debt. `asked_before` is what
    earlier reversals of this entry asked for, when that was more than they took. The same key again
    returns what it took. Raises AlreadyReversed when more is asked in all than the entry gave.
    """
    now = clock.now()
    home = _locked(entry, _home)
    if known := _posted_under(entry, key):
        return known
    taken = Entry.objects.filter(reverses=entry).aggregate(sum=Sum("amount"))["sum"] or 0
    asked = taken if asked_before is None else asked_before
    amount = entry.amount - asked if amount is None else amount
    if amount <= 0 or asked + amount > entry.amount:
        raise AlreadyReversed()
    plan = plan_clawback(home, amount=amount, forgiven=asked - taken, at=now)
    cause = cause or (entry.cause_kind, entry.cause_id)
    lines = _reversal_lines(entry, home, plan, key=key, reason=reason, at=now, cause=cause)
    posted = ledger.post(lines, at=now)
    audit.record(
        entry,
        actor=actor,
        verb="members.entry.reversed",
        after={
            "amount": amount,
            "debt": plan.debt,
            "expired": plan.expired,
            "uncollected": plan.uncollected,
        },
        reason=reason,
    )
    return ledger.entries_of(posted)


def drop_raised(
    entry: Entry, *, key: str, reason: str, cause: tuple[str, int | None]
) -> list[Entry]:
    """Take back what staff added to an accrual that still waits, for nothing else is left of it. The
    account must be locked, as `reverse` leaves it."""
    lots = OpenLot.objects.filter(entry=entry, account__kind=Kind.PENDING)
    raised = lots.aggregate(sum=Sum("remaining"))["sum"] or 0
    if not raised:
        return []
    line = raise_undone(entry, raised, key=key, reason=reason, at=clock.now(), cause=cause)
    return ledger.entries_of(ledger.post([line]))


def raise_undone(
    entry: Entry,
    amount: int,
    *,
    key: str,
    reason: str,
    at: datetime,
    cause: tuple[str, int | None],
) -> Line:
    """The line that takes `amount` of what staff added to a pending accrual to where it came from."""
    return Line(
        key=key,
        kind=Entry.Kind.ADJUSTMENT,
        unit=entry.unit_id,
        debit=entry.credit_id,
        credit=accounts.programme_account(entry.unit, Kind.ADJUSTMENT).pk,
        amount=amount,
        occurred_at=at,
        cause_kind=cause[0],
        cause_id=cause[1],
        reason=reason,
        parent=entry.pk,
        takes="lot",
        lot=entry.pk,
    )


def plan_clawback(home: Entry, *, amount: int, forgiven: int, at: datetime) -> Clawback:
    """How `amount` of the lot that `home` opened would be taken back at `at`.

    `forgiven` is what earlier reversals let go. True while the account is locked.
    """
    account, unit, lot = ledger.heir(home.credit), home.unit, _lot(home)
    lots = OpenLot.objects.filter(account=account)
    own = min(lots.filter(entry=lot).aggregate(sum=Sum("remaining"))["sum"] or 0, amount)
    expired = min(max(sum(map(_expired, {home, lot})) - forgiven, 0), amount - own)
    rest = amount - own - expired
    others = debt = 0
    if account.kind == Kind.WALLET and unit.clawback != Unit.Clawback.PENDING:
        spendable = lots.exclude(entry=lot).filter(expires_at__gt=at)
        others = min(spendable.aggregate(sum=Sum("remaining"))["sum"] or 0, rest)
        if unit.clawback == Unit.Clawback.DEBT:
            debt = rest - others
    elif account.kind == Kind.WALLET:
        own = expired = 0
        rest = amount
    return Clawback(own, others, debt, expired, rest - others - debt)


@transaction.atomic
def restore(
    entry: Entry,
    *,
    key: str,
    reason: str,
    actor: Actor,
    amount: int | None = None,
    cause: tuple[str, int | None] | None = None,
) -> list[Entry]:
    """Give back `amount` of what a redemption took (default: all that is left of it).

    The lots get back what they gave, with their own expiry, those that live longest first. What has
    expired meanwhile comes back as a new lot with the unit's grace. The same key again returns what
    it gave. Raises AlreadyReversed when more is asked than was taken.
    """
    now = clock.now()
    source = _locked(entry, _source)
    if known := _posted_under(entry, key):
        return known
    restored = Entry.objects.filter(reverses=entry).aggregate(sum=Sum("amount"))["sum"] or 0
    amount = entry.amount - restored if amount is None else amount
    if amount <= 0 or restored + amount > entry.amount:
        raise AlreadyReversed()
    wallet, cause = source.debit, cause or (entry.cause_kind, entry.cause_id)
    lines = [
        Line(
            key=f"{key}:{lot.pk}",
            kind=Entry.Kind.RESTORATION,
            unit=entry.unit_id,
            debit=entry.credit_id,
            amount=part,
            occurred_at=now,
            cause_kind=cause[0],
            cause_id=cause[1],
            reason=reason,
            parent=lot.pk,
            reverses=entry.pk,
            **homecoming(lot, wallet, at=now),
        )
        for lot, part in _parts(entry, source, amount)
    ]
    posted = ledger.post(lines, at=now)
    audit.record(
        entry,
        actor=actor,
        verb="members.entry.restored",
        after={"amount": amount},
        reason=reason,
    )
    return ledger.entries_of(posted)


@transaction.atomic
def give_again(
    entry: Entry,
    *,
    taken_under: str,
    key: str,
    reason: str,
    actor: Actor,
    cause: tuple[str, int | None],
) -> Entry | None:
    """Give what the reversal of `entry` under the key `taken_under` took, in a lot of its own that ends
    when the entry's lot does, or after the unit's grace. Nothing for what was still pending."""
    now, home = clock.now(), _locked(entry, _home)
    wallet = ledger.heir(home.credit)
    taken = sum(reversal.amount for reversal in _posted_under(entry, taken_under))
    if not taken or wallet.kind != Kind.WALLET:
        return None
    [lot] = Entry.objects.filter(pk=_lot(home).pk).with_ends()
    line = Line(
        key=key,
        kind=Entry.Kind.ADJUSTMENT,
        unit=entry.unit_id,
        debit=accounts.programme_account(home.unit, Kind.ADJUSTMENT).pk,
        credit=wallet.pk,
        amount=taken,
        occurred_at=now,
        cause_kind=cause[0],
        cause_id=cause[1],
        reason=reason[:300],
        parent=home.pk,
        active_from=now,
        expires_at=lot.ends_at if lot.ends_at > now else graced(wallet, now),
    )
    return ledger.post_one(line, actor=actor)


def _posted_under(entry: Entry, key: str) -> list[Entry]:
    """What was posted against `entry` for the cause `key` before."""
    return list(Entry.objects.filter(reverses=entry, key__startswith=f"{key}:").order_by("pk"))


def _locked(entry: Entry, find: Callable[[Entry], Entry]) -> Entry:
    """The entry that `find` finds for this one, with its account and the account that stands for it
    locked. It is found again under the lock, for a merge may have happened while we waited."""
    found = find(entry)
    account = _account(found)
    ledger.lock(account.pk, ledger.heir(account).pk)
    found = find(entry)
    heir = ledger.heir(_account(found))
    if heir.pk != account.pk:
        ledger.lock(heir.pk)
    return found


def _account(found: Entry) -> Account:
    return found.debit if found.kind in (Entry.Kind.REDEMPTION, Entry.Kind.HOLD) else found.credit


def _home(entry: Entry) -> Entry:
    """The entry whose lot holds what `entry` gave: its activation, when it was pending first."""
    named = Q(parent=entry, kind=Entry.Kind.ACTIVATION) | Q(pk=entry.pk)
    found = Entry.objects.filter(named).select_related("credit__member", "unit").order_by("-pk")
    return found[0]


def _source(entry: Entry) -> Entry:
    """The entry that took from lots what `entry` spent: itself, or the hold that was captured."""
    took = entry.pk if entry.debit.kind == Kind.WALLET else entry.parent_id
    assert took is not None  # what is captured had been held
    return Entry.objects.select_related("debit__member", "debit__unit").get(pk=took)


def _lot(home: Entry) -> Entry:
    """Where the lot is that `home` opened: as it was, or with the member it was merged into."""
    if home.credit.member is None or home.credit.member.merged_into_id is None:
        return home
    return moved([home.pk]).get(home.pk, home)


def moved(lots: Collection[int]) -> dict[int, Entry]:
    """Those of these lots that a merge has moved, and the lots that they are now."""
    away = Entry.objects.filter(
        parent__in=lots,
        kind=Entry.Kind.TRANSFER,
        cause_kind="merge",
        parent__credit__member__merged_into__isnull=False,
    )
    return {entry.parent_id or 0: entry for entry in away.order_by("pk")}


def _expired(home: Entry) -> int:
    """What expired of the lot that this entry opened, also while it was held for a checkout."""
    expired = Entry.objects.filter(parent=home, kind=Entry.Kind.EXPIRY)
    return expired.aggregate(sum=Sum("amount"))["sum"] or 0


def _reversal_lines(
    entry: Entry,
    home: Entry,
    plan: Clawback,
    *,
    key: str,
    reason: str,
    at: datetime,
    cause: tuple[str, int | None],
) -> list[Line]:
    """The entries that carry out a plan; each names what it reverses."""
    debt, wallet, lot_now = home.credit_id, ledger.heir(home.credit).pk, _lot(home)
    if plan.debt:
        assert home.credit.member is not None  # only members earn, so only members owe
        debt = ledger.wallet(home.credit.member, home.unit, Kind.DEBT).pk
    issuance = entry.debit_id
    parts = (
        ("own", plan.own, lot_now.credit_id, "lot", lot_now.pk),
        ("others", plan.others, wallet, "fifo", None),
        ("debt", plan.debt, debt, None, None),
    )
    return [
        Line(
            key=f"{key}:{part}",
            kind=Entry.Kind.REVERSAL,
            unit=entry.unit_id,
            debit=debit,
            credit=issuance,
            amount=size,
            occurred_at=at,
            cause_kind=cause[0],
            cause_id=cause[1],
            rule_version=entry.rule_version_id,
            reason=reason,
            reverses=entry.pk,
            takes=takes,
            lot=lot,
        )
        for part, size, debit, takes, lot in parts
        if size
    ]


def _parts(entry: Entry, source: Entry, amount: int) -> Iterator[tuple[Any, int]]:
    """The lots that get `amount` back, the longest-lived first, and how much each.

    A hold's releases and this entry's earlier restorations have given back some already; what came
    back after its expiry did so in a lot of its own, whose parent is the first.
    """
    held: dict[int, int] = defaultdict(int)
    given_back = Q(entry__parent=source, entry__kind=Entry.Kind.RELEASE) | Q(entry__reverses=entry)
    for use in LotUse.objects.filter(Q(entry=source) | given_back):
        held[use.lot_id] += use.amount
    late = Entry.objects.filter(reverses=entry, expires_at__isnull=False)
    for lot_id, back in late.values_list("parent", "amount"):
        held[lot_id or 0] -= back
    for lot in Entry.objects.filter(pk__in=held).with_ends():
        part = min(held[lot.pk], amount)
        if part > 0:
            amount -= part
            yield lot, part


def homecoming(lot: Any, wallet: Account, *, at: datetime) -> Homecoming:
    """Back into the lot (with its `ends_at`) of `wallet` while it lives; else a lot of its own, with the
    grace. What comes back to a member who was merged is a lot of the other's, with the same end."""
    heir, lives = ledger.heir(wallet), lot.ends_at > at
    if lives and heir.pk == wallet.pk:
        return {"credit": wallet.pk, "back": lot.pk, "active_from": None, "expires_at": None}
    ends_at = lot.ends_at if lives else graced(heir, at)
    return {"credit": heir.pk, "back": None, "active_from": at, "expires_at": ends_at}


def graced(wallet: Account, at: datetime) -> datetime:
    """When points end that come back after their expiry: the unit's grace, in whole local days."""
    # What belongs to a household is everybody's, so it goes by the programme's days.
    zone = wallet.member.time_zone if wallet.member is not None else settings.PROGRAMME_TIME_ZONE
    last = local_date(at, zone) + timedelta(days=wallet.unit.restored_for_days)
    return start_of_day(last + timedelta(days=1), zone)
