"""Taking back and giving back. A correction is a new entry that names the one it corrects."""

from collections import defaultdict
from collections.abc import Iterator
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
from members.models import Account, Entry, LotUse
from members.operations import accounts, audit, clawbacks, ledger
from members.operations.clawbacks import Ask

Kind = Account.Kind


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
    ask = Ask(entry, key, reason, amount, asked_before, cause)
    [taken] = clawbacks.take_back([ask], actor=actor)
    return taken.entries


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
    source = _locked(entry)
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
    now = clock.now()
    [home] = clawbacks.locked_homes([entry.pk]).values()
    wallet = home.account
    taken = sum(reversal.amount for reversal in _posted_under(entry, taken_under))
    if not taken or wallet.kind != Kind.WALLET:
        return None
    [lot] = Entry.objects.filter(pk=home.lot.pk).with_ends()
    line = Line(
        key=key,
        kind=Entry.Kind.ADJUSTMENT,
        unit=entry.unit_id,
        debit=accounts.programme_account(wallet.unit, Kind.ADJUSTMENT).pk,
        credit=wallet.pk,
        amount=taken,
        occurred_at=now,
        cause_kind=cause[0],
        cause_id=cause[1],
        reason=reason[:300],
        parent=home.opened.pk,
        active_from=now,
        expires_at=lot.ends_at if lot.ends_at > now else graced(wallet, now),
    )
    return ledger.post_one(line, actor=actor)


def _posted_under(entry: Entry, key: str) -> list[Entry]:
    """What was posted against `entry` for the cause `key` before."""
    return list(Entry.objects.filter(reverses=entry, key__startswith=f"{key}:").order_by("pk"))


def _locked(entry: Entry) -> Entry:
    """The entry that took from lots what `entry` spent, with its account and the account that stands for
    it locked. It is read again under the lock, for a merge may have happened while we waited."""
    before = _source(entry)
    heir = ledger.heir(before.debit)
    ledger.lock(before.debit_id, heir.pk)
    source = _source(entry)
    if ledger.heir(source.debit).pk != heir.pk:
        ledger.lock(ledger.heir(source.debit).pk)
    return source


def _source(entry: Entry) -> Entry:
    """The entry that took from lots what `entry` spent: itself, or the hold that was captured."""
    took = entry.pk if entry.debit.kind == Kind.WALLET else entry.parent_id
    assert took is not None  # what is captured had been held
    return Entry.objects.select_related("debit__member", "debit__unit").get(pk=took)


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
