"""Points that go from one owner to another, lot by lot: each keeps the expiry it has."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db.models import QuerySet

from members.domain.ledger import Line
from members.errors import NotEnough
from members.models import Account, Entry, OpenLot
from members.operations import corrections


def over(
    source: Account,
    target: Account,
    amount: int,
    *,
    cause: tuple[str, int],
    reason: str,
    at: datetime,
) -> list[Line]:
    """What takes `amount` over, a line for each lot, in the order of spending; the accounts must be
    locked. Raises NotEnough."""
    return [
        Line(
            key=f"{cause[0]}:{cause[1]}:{lot.entry_id}",
            kind=Entry.Kind.TRANSFER,
            unit=source.unit_id,
            debit=source.pk,
            credit=target.pk,
            amount=part,
            occurred_at=at,
            cause_kind=cause[0],
            cause_id=cause[1],
            reason=reason,
            parent=lot.entry_id,
            active_from=at,
            expires_at=lot.expires_at,
            takes="lot",
            lot=lot.entry_id,
        )
        for lot, part in _parts(source, amount, at)
    ]


def _parts(source: Account, amount: int, at: datetime) -> Iterator[tuple[OpenLot, int]]:
    for lot in spendable(source, at):
        part = min(lot.remaining, amount)
        if not part:
            break
        amount -= part
        yield lot, part
    if amount:
        raise NotEnough()


def spendable(account: Account, at: datetime) -> QuerySet[OpenLot]:
    """The lots that can be spent from, in order."""
    lots = OpenLot.objects.filter(account=account, expires_at__gt=at)
    return lots.order_by("expires_at", "earned_at", "entry_id")


def moved_by(cause: tuple[str, int]) -> list[Entry]:
    """What was taken over for this cause, with both accounts, ready to be taken back."""
    moved = Entry.objects.filter(
        cause_kind=cause[0], cause_id=cause[1], kind=Entry.Kind.TRANSFER, reverses=None
    )
    return list(moved.select_related("debit__member", "debit__unit"))


def are_whole(moved: Sequence[Entry], at: datetime) -> bool:
    """Whether nothing of what was taken over has been used or has expired."""
    lots = OpenLot.objects.filter(entry__in=moved, expires_at__gt=at)
    left = dict(lots.values_list("entry_id", "remaining"))
    return all(left.get(entry.pk) == entry.amount for entry in moved)


def back(
    entry: Entry,
    *,
    kind: str,
    key: str,
    cause: tuple[str, int],
    reason: str,
    at: datetime,
) -> Line:
    """What of one lot comes back: into the lot it left, or with the unit's grace when that is over."""
    lot = Entry.objects.filter(children=entry).with_ends().get()
    return Line(
        key=key,
        kind=kind,
        unit=entry.unit_id,
        debit=entry.credit_id,
        amount=entry.amount,
        occurred_at=at,
        cause_kind=cause[0],
        cause_id=cause[1],
        reason=reason,
        parent=lot.pk,
        reverses=entry.pk,
        takes="lot",
        lot=entry.pk,
        **corrections.homecoming(lot, entry.debit, at=at),
    )
