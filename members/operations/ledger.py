"""The ledger's verbs. Everything that moves points goes through `post`."""

import json
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError, connection, transaction

from members import clock
from members.domain import expiry
from members.domain.actors import Actor
from members.domain.calendar import local_date, start_of_day
from members.domain.ledger import Line, Posted, waves
from members.domain.sentences import kept
from members.errors import Frozen, MergedMeanwhile, NotEnough
from members.models import NEVER, Account, Entry, Member, Unit
from members.operations import accounts, audit

log = structlog.get_logger(__name__)

Kind = Account.Kind

#: Of these wallets, those whose owner owes points in the same unit, and what they can repay at once; and
#: those whose owner was merged into another member, so that nothing may come in here (no debt).
_OWED = """
SELECT * FROM (
    SELECT w.id AS wallet, d.id AS debt, least(-b.amount, (
               SELECT coalesce(sum(o.remaining), 0) FROM members_openlot o
               WHERE o.account_id = w.id AND o.expires_at > %(at)s))::bigint AS payable
    FROM members_account w
    JOIN members_account d ON d.member_id = w.member_id AND d.unit_id = w.unit_id AND d.kind = 'debt'
    JOIN members_balance b ON b.account_id = d.id AND b.amount < 0
    WHERE w.id = ANY(%(wallets)s) AND w.kind = 'wallet') owed
WHERE payable > 0
UNION ALL
SELECT w.id, NULL, NULL FROM members_account w
JOIN members_member m ON m.id = w.member_id AND m.merged_into_id IS NOT NULL
WHERE w.id = ANY(%(wallets)s)
ORDER BY wallet
"""

#: The accounts that hold the oldest lots which are past their time.
_DUE = """
SELECT DISTINCT account_id FROM (
    SELECT o.account_id FROM members_openlot o
    JOIN members_balance s ON s.account_id = o.account_id AND NOT s.is_frozen
    WHERE o.expires_at <= %s ORDER BY o.expires_at LIMIT %s) d
"""


@contextmanager
def _refusals():
    """Turns what the database refuses into the sentences people read."""
    try:
        yield
    except DatabaseError as error:
        said = str(error)
        if "insufficient" in said or "balance_not_overdrawn" in said:
            raise NotEnough() from error
        if said.startswith("wrong balance"):
            # The alarm. Whoever holds the whole transaction freezes the account, or `verify_ledger`.
            first = said.splitlines()[0]
            log.error("wrong_balance", said=first)
            raise Frozen(int(first.rpartition(" ")[2])) from error
        if said.startswith("frozen"):
            raise Frozen() from error
        raise


def post(lines: Sequence[Line], *, at: datetime | None = None) -> list[Posted]:
    """Post a set of entries in one statement; answers in the order of `lines`.

    Raises NotEnough or Frozen, and then nothing of the set is posted. Must run inside a transaction
    that holds the cause.
    """
    with _refusals(), transaction.atomic():
        # The clock is read by whoever holds the accounts, so that no posting is recorded at an instant
        # at which somebody has read these balances already (`settled_at`).
        lock(*{account for line in lines for account in (line.debit, line.credit)})
        at = max(at or clock.now(), clock.now())
        posted = _post(lines, at)
        came = {
            line.credit: (line, result.entry_id)
            for line, result in zip(lines, posted, strict=True)
            if result.is_new and (line.expires_at is not None or line.back is not None)
        }
        _post(_arrears(came, at), at)
    return posted


def repay(wallet_id: int, *, line: Line, entry_id: int, at: datetime) -> None:
    """Have what a wallet holds repay what its owner owes, because of the entry that `line` became."""
    with _refusals(), transaction.atomic():
        _post(_arrears({wallet_id: (line, entry_id)}, at), at)


def _post(lines: Sequence[Line], at: datetime) -> list[Posted]:
    posted: list[Posted] = []
    with connection.cursor() as cursor:
        for wave in waves(lines):
            rows = json.dumps([line.as_row(place) for place, line in enumerate(wave)])
            cursor.execute("SELECT entry_id, is_new FROM ledger_post(%s::jsonb, %s)", [rows, at])
            posted += [Posted(*row) for row in cursor.fetchall()]
    return posted


def _arrears(came: Mapping[int, tuple[Line, int]], at: datetime) -> list[Line]:
    """What has become payable: whoever owes points repays first with whatever comes in. By wallet, the
    line that brought it, and its entry."""
    if not came:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_OWED, {"wallets": list(came), "at": at})
        owed = cursor.fetchall()
    if any(debt_id is None for _, debt_id, _ in owed):
        raise MergedMeanwhile()
    return [
        Line(
            key=f"arrears:{entry_id}",
            kind=Entry.Kind.TRANSFER,
            unit=line.unit,
            debit=wallet_id,
            credit=debt_id,
            amount=amount,
            occurred_at=max(line.occurred_at, at),
            cause_kind="arrears",
            cause_id=entry_id,
            reason=kept("Repaid: points that had been taken back after they were spent"),
            parent=entry_id,
            takes="fifo",
        )
        for wallet_id, debt_id, amount in owed
        for line, entry_id in (came[wallet_id],)
    ]


def wallet(member: Member, unit: Unit, kind: str = Kind.WALLET) -> Account:
    """The member's account of this kind, or their heir's; opened when it is not there yet."""
    member = member.heir
    found = Account.objects.filter(member=member, unit=unit, kind=kind).first()
    if found is None:
        accounts.open_for([member.pk], kinds=[kind], units=[unit.pk])
        found = Account.objects.get(member=member, unit=unit, kind=kind)
    return found


def heir(account: Account) -> Account:
    """The account that stands for this one: itself, or, after a merge, the other member's."""
    if account.member is None or account.member.merged_into_id is None:
        return account
    return wallet(account.member, account.unit, account.kind)


def lot_end(
    unit: Unit, earned_at: datetime, member: Member, *, told_at: datetime | None = None
) -> datetime:
    """When points of this unit that begin to live at `earned_at` stop being spendable.

    `told_at` is when we heard of it: told late, points live at least the unit's late life from then.
    """
    if not unit.expires:
        return NEVER
    policy, zone = unit.policy_since(member.time_zone), member.time_zone
    end = expiry.ends_at(policy, earned_at, zone=zone, joined_on=member.joined_on)
    if told_at is None or told_at - earned_at < timedelta(days=1):
        return end
    late = local_date(told_at, zone) + timedelta(days=unit.late_life_days)
    return max(end, start_of_day(late + timedelta(days=1), zone))


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
        expires_at=lot_end(unit, at, member),
    )
    return post_one(line, actor=actor)


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
    return post_one(line, actor=actor)


@transaction.atomic
def expire_due(*, at: datetime, most: int = 10_000) -> int:
    """Book the expiry of lots whose time is over at `at`: all of those whose accounts hold the `most`
    oldest ones. Returns how many. Raises Frozen where a balance is wrong."""
    with _refusals(), connection.cursor() as cursor:
        cursor.execute(_DUE, [at, most])
        holders = [account_id for (account_id,) in cursor.fetchall()]
        lock(*holders)
        cursor.execute("SELECT ledger_expire(%s, %s::bigint[], %s)", [at, holders, clock.now()])
        [(expired,)] = cursor.fetchall()
    return expired


def lock(*account_ids: int) -> None:
    """Lock balances in the one order everybody locks them in.

    Whoever holds a member's wallet is the only one moving that member's points of its unit.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM members_balance WHERE account_id = ANY(%s) ORDER BY account_id FOR UPDATE",
            [list(account_ids)],
        )


def settled_at(member: Member) -> datetime:
    """An instant, now, at which the member's balances are final: no posting on them that is under way
    will be recorded at it or before. Waits for those that hold them; lasts to the transaction's end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM members_balance b JOIN members_account a ON a.id = b.account_id"
            " WHERE a.member_id = %s ORDER BY a.id FOR KEY SHARE OF b",
            [member.pk],
        )
    return clock.now()


def entries_of(posted: Sequence[Posted]) -> list[Entry]:
    """The entries that lines became, oldest first."""
    return list(Entry.objects.filter(pk__in=[row.entry_id for row in posted]).order_by("pk"))


def post_one(line: Line, *, actor: Actor) -> Entry:
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
