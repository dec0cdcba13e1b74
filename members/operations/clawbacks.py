"""Taking back what accruals gave: many at once, in a number of statements that does not depend on how
many. `docs/algorithms/ledger.md` (Debt) and `returns.md` say what is taken from where."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Q, Sum

from members import clock
from members.domain.actors import Actor
from members.domain.clawbacks import Clawback, Shelf, plan
from members.domain.ledger import Line
from members.errors import AlreadyReversed
from members.models import Account, Entry, OpenLot
from members.operations import accounts, audit, ledger

Kind = Account.Kind


@dataclass(frozen=True, slots=True)
class Ask:
    """That `amount` of what an accrual gave be taken back (None: all that is left of it).

    `asked_before` is what earlier ones asked for, when that was more than they took. With `is_last`
    nothing is left to wait for, so what staff added while it was pending goes too.
    """

    entry: Entry
    key: str
    reason: str
    amount: int | None = None
    asked_before: int | None = None
    cause: tuple[str, int | None] | None = None
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """The entries that took it, and whether anything is left in the lot that it had opened."""

    entries: list[Entry]
    is_empty: bool


@dataclass(slots=True)
class Home:
    """An accrual, and where its points are: the entry that opened their lot (its activation, when it was
    pending first), the lot as it is now, and the account that holds it."""

    accrual: Entry
    opened: Entry
    lot: Entry
    account: Account


@dataclass(slots=True)
class _Task:
    ask: Ask
    home: Home
    amount: int
    forgiven: int
    clawback: Clawback | None = None
    lines: list[Line] = field(default_factory=list)


@transaction.atomic
def take_back(asks: Sequence[Ask], *, actor: Actor) -> list[Taken]:
    """Take back what is asked, in order; answers one for each.

    First from the accrual's own lot; what expired of that lot is forgiven, for it was never enjoyed;
    then, as the unit's policy has it, from the member's other lots and into debt. A key that was posted
    before is not posted again. Raises AlreadyReversed when more is asked in all than an entry gave, and
    then nothing is taken for any of them.
    """
    if not asks:
        return []
    now = clock.now()
    homes = locked_homes([ask.entry.pk for ask in asks])
    back = _reversals(homes)
    known = {ask.key: _under(ask, back[ask.entry.pk]) for ask in asks}
    shelves = _shelves(homes.values())
    tasks = [
        _task(ask, homes[ask.entry.pk], back[ask.entry.pk]) for ask in asks if not known[ask.key]
    ]
    _plan(tasks, shelves, at=now)
    _write_lines(tasks, shelves, at=now)
    posted = ledger.post([line for task in tasks for line in task.lines], at=now) if tasks else []
    audit.record_all(
        [task.home.accrual for task in tasks],
        actor=actor,
        verb="members.entry.reversed",
        after=[_told(task) for task in tasks],
        reasons=[task.ask.reason for task in tasks],
    )
    rows = Entry.objects.in_bulk([row.entry_id for row in posted])
    fresh = iter(posted)
    entries = {task.ask.key: [rows[next(fresh).entry_id] for _ in task.lines] for task in tasks}
    return [
        Taken(
            known[ask.key] or [row for row in entries[ask.key] if row.kind == Entry.Kind.REVERSAL],
            not _left(homes[ask.entry.pk], shelves),
        )
        for ask in asks
    ]


def locked_homes(accruals: Collection[int]) -> dict[int, Home]:
    """Where the points of these accruals are, with the accounts that hold them locked.

    They are found again under the lock, for a merge may have happened while we waited.
    """
    before = _homes(accruals)
    held = {home.account.pk for home in before.values()}
    ledger.lock(*held, *(home.opened.credit_id for home in before.values()))
    homes = _homes(accruals)
    ledger.lock(*{home.account.pk for home in homes.values()} - held)
    return homes


def _homes(accruals: Collection[int]) -> dict[int, Home]:
    named = Q(parent__in=accruals, kind=Entry.Kind.ACTIVATION) | Q(pk__in=accruals)
    rows = Entry.objects.filter(named).select_related("credit__member", "credit__unit", "unit")
    own = {row.pk: row for row in rows}
    opened = {pk: own[pk] for pk in accruals}
    for row in own.values():
        if row.kind == Entry.Kind.ACTIVATION and row.parent_id in opened:
            opened[row.parent_id] = row
    heirs = {row.credit_id: ledger.heir(row.credit) for row in opened.values()}
    merged = [row.pk for row in opened.values() if heirs[row.credit_id].pk != row.credit_id]
    now = moved(merged) if merged else {}
    return {
        pk: Home(own[pk], row, now.get(row.pk, row), heirs[row.credit_id])
        for pk, row in opened.items()
    }


def moved(lots: Collection[int]) -> dict[int, Entry]:
    """Those of these lots that a merge has moved, and the lots that they are now."""
    away = Entry.objects.filter(
        parent__in=lots,
        kind=Entry.Kind.TRANSFER,
        cause_kind="merge",
        parent__credit__member__merged_into__isnull=False,
    )
    return {entry.parent_id or 0: entry for entry in away.order_by("pk")}


def _reversals(accruals: Collection[int]) -> dict[int, list[Entry]]:
    """What was posted against each of these before."""
    found: dict[int, list[Entry]] = defaultdict(list)
    for row in Entry.objects.filter(reverses__in=accruals).order_by("pk"):
        found[row.reverses_id or 0].append(row)
    return found


def _under(ask: Ask, reversals: Iterable[Entry]) -> list[Entry]:
    return [row for row in reversals if row.key.startswith(f"{ask.key}:")]


def _task(ask: Ask, home: Home, reversals: Iterable[Entry]) -> _Task:
    """What is asked for in numbers. Raises AlreadyReversed."""
    taken = sum(row.amount for row in reversals)
    asked = taken if ask.asked_before is None else ask.asked_before
    amount = home.accrual.amount - asked if ask.amount is None else ask.amount
    if amount <= 0 or asked + amount > home.accrual.amount:
        raise AlreadyReversed()
    return _Task(ask, home, amount, forgiven=asked - taken)


def _shelves(homes: Iterable[Home]) -> dict[int, Shelf]:
    """The open lots of the accounts, by account."""
    shelves: dict[int, Shelf] = {home.account.pk: Shelf({}, {}) for home in homes}
    lots = OpenLot.objects.filter(account__in=shelves)
    order = ("account", "expires_at", "earned_at", "entry")
    for account_id, ends, _, lot, left in lots.order_by(*order).values_list(*order, "remaining"):
        shelves[account_id].left[lot] = left
        shelves[account_id].ends[lot] = ends
    return shelves


def _left(home: Home, shelves: dict[int, Shelf]) -> int:
    return shelves[home.account.pk].left.get(home.lot.pk, 0)


def _plan(tasks: Sequence[_Task], shelves: dict[int, Shelf], *, at: datetime) -> None:
    """Decide from where each is taken; each sees what those before it took."""
    lots = {pk for task in tasks for pk in (task.home.opened.pk, task.home.lot.pk)}
    expiries = Entry.objects.filter(parent__in=lots, kind=Entry.Kind.EXPIRY)
    expired = dict(expiries.values_list("parent").annotate(sum=Sum("amount")))
    for task in tasks:
        home = task.home
        gone = sum(expired.get(pk, 0) for pk in {home.opened.pk, home.lot.pk})
        task.clawback = plan(
            shelves[home.account.pk],
            lot=home.lot.pk,
            amount=task.amount,
            expired=gone - task.forgiven,
            is_spendable=home.account.kind == Kind.WALLET,
            policy=home.accrual.unit.clawback,
            at=at,
        )


def _write_lines(tasks: Sequence[_Task], shelves: dict[int, Shelf], *, at: datetime) -> None:
    """The entries that carry out the plans; each names what it reverses."""
    debts = _debts([task for task in tasks if task.clawback and task.clawback.debt])
    for task in tasks:
        home, clawback = task.home, task.clawback
        assert clawback is not None  # all were planned
        parts = (
            ("own", clawback.own, home.lot.credit_id, "lot", home.lot.pk),
            ("others", clawback.others, home.account.pk, "fifo", None),
            (
                "debt",
                clawback.debt,
                debts.get((home.account.member_id, home.account.unit_id)),
                None,
                None,
            ),
        )
        task.lines = [
            _line(task, part, size, debit, takes, lot, at=at)
            for part, size, debit, takes, lot in parts
            if size and debit is not None
        ]
        if task.ask.is_last and home.account.kind == Kind.PENDING:
            raised = shelves[home.account.pk].take_from(home.lot.pk, _left(home, shelves))
            if raised:
                task.lines.append(_raised(task, raised, at=at))


def _debts(tasks: Sequence[_Task]) -> dict[tuple[int | None, int], int]:
    """The debt accounts of those who will owe, by member and unit; opened where there is none yet."""
    if not tasks:
        return {}
    owing = {task.home.account.member_id or 0 for task in tasks}
    units = {task.home.account.unit_id for task in tasks}
    accounts.open_for(owing, kinds=[Kind.DEBT], units=units)
    found = Account.objects.filter(member__in=owing, unit__in=units, kind=Kind.DEBT)
    return {(row.member_id, row.unit_id): row.pk for row in found}


def _line(
    task: _Task,
    part: str,
    size: int,
    debit: int,
    takes: str | None,
    lot: int | None,
    *,
    at: datetime,
) -> Line:
    accrual, ask = task.home.accrual, task.ask
    cause = ask.cause or (accrual.cause_kind, accrual.cause_id)
    return Line(
        key=f"{ask.key}:{part}",
        kind=Entry.Kind.REVERSAL,
        unit=accrual.unit_id,
        debit=debit,
        credit=accrual.debit_id,
        amount=size,
        occurred_at=at,
        cause_kind=cause[0],
        cause_id=cause[1],
        rule_version=accrual.rule_version_id,
        reason=ask.reason,
        reverses=accrual.pk,
        takes=takes,
        lot=lot,
    )


def _raised(task: _Task, amount: int, *, at: datetime) -> Line:
    accrual, ask = task.home.accrual, task.ask
    cause = ask.cause or (accrual.cause_kind, accrual.cause_id)
    key = f"{ask.key}:raised"
    return raise_undone(task.home.lot, amount, key=key, reason=ask.reason, at=at, cause=cause)


def raise_undone(
    lot: Entry,
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
        unit=lot.unit_id,
        debit=lot.credit_id,
        credit=accounts.programme_account(lot.unit, Kind.ADJUSTMENT).pk,
        amount=amount,
        occurred_at=at,
        cause_kind=cause[0],
        cause_id=cause[1],
        reason=reason,
        parent=lot.pk,
        takes="lot",
        lot=lot.pk,
    )


def _told(task: _Task) -> dict[str, int]:
    """What the audit trail keeps of it."""
    clawback = task.clawback
    assert clawback is not None  # all were planned
    return {
        "amount": task.amount,
        "debt": clawback.debt,
        "expired": clawback.expired,
        "uncollected": clawback.uncollected,
    }
