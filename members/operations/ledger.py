"""The ledger's verbs. Everything that moves points goes through `post`."""

import json
from collections.abc import Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db import DatabaseError, connection, transaction

from members import clock
from members.domain.actors import Actor
from members.domain.calendar import expires_at
from members.domain.ledger import Line, Posted, waves
from members.errors import AlreadyReversed, Frozen, NotEnough
from members.models import NEVER, Account, Entry, LotUse, Member, OpenLot, Unit
from members.operations import accounts, audit

Kind = Account.Kind


@contextmanager
def _refusals():
    """Turns what the database refuses into the sentences people read."""
    try:
        yield
    except DatabaseError as error:
        said = str(error)
        if "insufficient" in said or "balance_not_overdrawn" in said:
            raise NotEnough() from error
        if said.startswith("frozen"):
            raise Frozen() from error
        raise


def post(lines: Sequence[Line], *, at: datetime | None = None) -> list[Posted]:
    """Post a set of entries in one statement; answers in the order of `lines`.

    Raises NotEnough or Frozen, and then nothing of the set is posted. Must run inside a transaction
    that holds the cause.
    """
    at = at or clock.now()
    posted: list[Posted] = []
    with _refusals(), transaction.atomic(), connection.cursor() as cursor:
        for wave in waves(lines):
            rows = json.dumps([line.as_row(place) for place, line in enumerate(wave)])
            cursor.execute("SELECT entry_id, is_new FROM ledger_post(%s::jsonb, %s)", [rows, at])
            posted += [Posted(*row) for row in cursor.fetchall()]
    return posted


def wallet(member: Member, unit: Unit, kind: str = Kind.WALLET) -> Account:
    """The member's account of this kind; opened when it is not there yet."""
    found = Account.objects.filter(member=member, unit=unit, kind=kind).first()
    if found is None:
        accounts.open_for([member.pk], kinds=[kind], units=[unit.pk])
        found = Account.objects.get(member=member, unit=unit, kind=kind)
    return found


def lot_end(unit: Unit, earned_at: datetime, zone: str) -> datetime:
    """When points of this unit, earned now by someone in `zone`, stop being spendable."""
    if unit.expires_after_months is None:
        return NEVER
    return expires_at(earned_at, unit.expires_after_months, zone)


@transaction.atomic
def accrue(
    member: Member,
    *,
    unit: Unit,
    amount: int,
    key: str,
    reason: str,
    actor: Actor,
    cause: tuple[str, int | None],
    at: datetime | None = None,
) -> Entry:
    """Give the member points that are spendable at once, as a lot with the unit's life."""
    at = at or clock.now()
    line = Line(
        key=key,
        kind=Entry.Kind.ACCRUAL,
        unit=unit.pk,
        debit=accounts.programme_account(unit, Kind.ISSUANCE).pk,
        credit=wallet(member, unit).pk,
        amount=amount,
        occurred_at=at,
        cause_kind=cause[0],
        cause_id=cause[1],
        reason=reason,
        active_from=at,
        expires_at=lot_end(unit, at, member.time_zone),
    )
    return _posted(line, actor=actor)


@transaction.atomic
def redeem(
    member: Member,
    *,
    unit: Unit,
    amount: int,
    key: str,
    reason: str,
    actor: Actor,
    cause: tuple[str, int | None],
) -> Entry:
    """Take points for a reward, soonest expiry first. Raises NotEnough."""
    now = clock.now()
    line = Line(
        key=key,
        kind=Entry.Kind.REDEMPTION,
        unit=unit.pk,
        debit=wallet(member, unit).pk,
        credit=accounts.programme_account(unit, Kind.REDEMPTION).pk,
        amount=amount,
        occurred_at=now,
        cause_kind=cause[0],
        cause_id=cause[1],
        reason=reason,
        takes="fifo",
    )
    return _posted(line, actor=actor)


@transaction.atomic
def restore(entry: Entry, *, key: str, reason: str, actor: Actor) -> list[Entry]:
    """Undo a redemption whole: every lot gets back exactly what it gave, with its own expiry."""
    now = clock.now()
    uses = LotUse.objects.filter(entry=entry, amount__gt=0).order_by("lot_id")
    lines = [
        Line(
            key=f"{key}:{use.lot_id}",
            kind=Entry.Kind.RESTORATION,
            unit=entry.unit_id,
            debit=entry.credit_id,
            credit=entry.debit_id,
            amount=use.amount,
            occurred_at=now,
            cause_kind=entry.cause_kind,
            cause_id=entry.cause_id,
            reason=reason,
            reverses=entry.pk,
            takes="restore",
            lot=use.lot_id,
        )
        for use in uses
    ]
    posted = post(lines, at=now)
    audit.record(entry, actor=actor, verb="members.entry.restored", reason=reason)
    return list(Entry.objects.filter(pk__in=[row.entry_id for row in posted]).order_by("pk"))


@transaction.atomic
def reverse(
    entry: Entry, *, key: str, reason: str, actor: Actor, amount: int | None = None
) -> list[Entry]:
    """Take back what `entry` gave: from its own lot first, then from the member's other lots.

    Takes `amount` (default: all that has not been reversed yet), but never more than the member
    has; what was spent already stays uncollected and is named in the audit row. Raises
    AlreadyReversed when more is asked than is left to reverse.
    """
    now = clock.now()
    _lock(entry.credit_id)
    taken = sum(Entry.objects.filter(reverses=entry).values_list("amount", flat=True))
    amount = entry.amount - taken if amount is None else amount
    if amount <= 0 or taken + amount > entry.amount:
        raise AlreadyReversed()
    lines = reversal_lines(entry, amount=amount, key=key, reason=reason, at=now)
    uncollected = amount - sum(line.amount for line in lines)
    posted = post(lines, at=now)
    audit.record(
        entry,
        actor=actor,
        verb="members.entry.reversed",
        after={"amount": amount, "uncollected": uncollected},
        reason=reason,
    )
    return list(Entry.objects.filter(pk__in=[row.entry_id for row in posted]).order_by("pk"))


def expire_due(*, at: datetime, most: int = 10_000) -> int:
    """Book the expiry of up to `most` lots whose time is over at `at`; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_expire(%s, %s)", [at, most])
        [(expired,)] = cursor.fetchall()
    return expired


def reversal_lines(entry: Entry, *, amount: int, key: str, reason: str, at: datetime) -> list[Line]:
    """The entries that take up to `amount` of `entry` back; the credit account must be locked."""
    lots = OpenLot.objects.filter(account=entry.credit_id)
    own = sum(lots.filter(entry=entry).values_list("remaining", flat=True))
    others = sum(
        lots.exclude(entry=entry).filter(expires_at__gt=at).values_list("remaining", flat=True)
    )
    parts = (("own", min(own, amount)), ("others", min(others, max(amount - own, 0))))
    return [
        Line(
            key=f"{key}:{part}",
            kind=Entry.Kind.REVERSAL,
            unit=entry.unit_id,
            debit=entry.credit_id,
            credit=entry.debit_id,
            amount=size,
            occurred_at=at,
            cause_kind=entry.cause_kind,
            cause_id=entry.cause_id,
            rule_version=entry.rule_version_id,
            reason=reason,
            reverses=entry.pk,
            takes="lot" if part == "own" else "fifo",
            lot=entry.pk if part == "own" else None,
        )
        for part, size in parts
        if size
    ]


def _lock(*account_ids: int) -> None:
    """Lock balances in the one order everybody locks them in."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM members_balance WHERE account_id = ANY(%s) ORDER BY account_id FOR UPDATE",
            [list(account_ids)],
        )


def _posted(line: Line, *, actor: Actor) -> Entry:
    """Post one line and write its audit row."""
    [result] = post([line])
    entry = Entry.objects.get(pk=result.entry_id)
    if result.is_new:
        audit.record(
            entry,
            actor=actor,
            verb=f"members.entry.{entry.kind}",
            after={"amount": entry.amount},
            reason=entry.reason,
        )
    return entry
