"""Opening accounts: wallets when a member joins, the other kinds when first needed."""

from collections.abc import Callable, Iterable
from typing import TypeVar

import structlog
from django.db import connection, transaction
from django.db.models import Sum

from members.domain.actors import Actor
from members.errors import (
    Frozen,
    LotsStillWrong,
    ReasonNeeded,
    SecondPersonNeeded,
    StillWrong,
)
from members.models import Account, AuditRow, Balance, Household, OpenLot, Unit
from members.operations import activities, audit, relations

Result = TypeVar("Result")

log = structlog.get_logger(__name__)

_OPEN = """
WITH wanted AS (
    SELECT m.member_id, u.id AS unit_id, k.kind
    FROM unnest(%(members)s::bigint[]) AS m(member_id)
    CROSS JOIN members_unit u
    CROSS JOIN unnest(%(kinds)s::text[]) AS k(kind)
    WHERE u.id = ANY(%(units)s) OR %(units)s IS NULL
), opened AS (
    INSERT INTO members_account (member_id, unit_id, kind)
    SELECT member_id, unit_id, kind FROM wanted ORDER BY member_id, unit_id, kind
    ON CONFLICT DO NOTHING RETURNING id, kind
)
INSERT INTO members_balance (account_id, amount, version, may_go_negative, is_frozen)
SELECT id, 0, 0, kind = 'debt', false FROM opened
"""
#: What the postings of one account add up to, and how many they are.
_POSTED = """
SELECT coalesce(sum(amount), 0)::bigint, count(*) FROM (
    SELECT -amount AS amount FROM members_entry WHERE debit_id = %(account)s AND debit_seq IS NOT NULL
    UNION ALL
    SELECT amount FROM members_entry WHERE credit_id = %(account)s AND credit_seq IS NOT NULL) p
"""
FROZEN = "members.account.frozen"


def open_for(
    members: Iterable[int],
    *,
    kinds: Iterable[str] = (Account.Kind.WALLET,),
    units: Iterable[int] | None = None,
) -> None:
    """Make sure these members have these kinds of account in these units (None: in every unit)."""
    with connection.cursor() as cursor:
        cursor.execute(
            _OPEN,
            {
                "members": list(members),
                "kinds": [str(kind) for kind in kinds],
                "units": None if units is None else list(units),
            },
        )


@transaction.atomic
def purse(household: Household, unit: Unit) -> Account:
    """The account of what a household keeps together; opened when it is not there yet."""
    account, is_new = Account.objects.get_or_create(
        unit=unit, kind=Account.Kind.PURSE, member=None, household=household
    )
    if is_new:
        Balance.objects.create(account=account)
    return account


def programme_account(unit: Unit, kind: str) -> Account:
    """The programme's own account of this kind and unit."""
    account, _ = Account.objects.get_or_create(unit=unit, kind=kind, member=None, household=None)
    return account


@transaction.atomic
def freeze(account_id: int, *, reason: str, actor: Actor) -> None:
    """Refuse every posting on an account until a person has looked at it."""
    balance = Balance.objects.select_for_update().get(pk=account_id)
    if not balance.is_frozen:
        balance.is_frozen = True
        balance.save(update_fields=["is_frozen"])
        audit.record(balance, actor=actor, verb=FROZEN, reason=reason)
        log.error("account_frozen", account=account_id, reason=reason)


def despite_wrong(work: Callable[[], Result], *, actor: Actor) -> Result:
    """Do it in one transaction. Where that meets a wrong balance, the account is frozen and it is done
    again, so `work` must leave out frozen accounts: one member's account stops nobody else's.
    """
    while True:
        try:
            with transaction.atomic():
                return work()
        except Frozen as refusal:
            if refusal.account is None:
                raise
            reason = "The balance is not what its last posting left."
            freeze(refusal.account, reason=reason, actor=actor)


@transaction.atomic
def unfreeze(account_id: int, *, reason: str, actor: Actor) -> Balance:
    """Let postings on an account again, once its balance agrees with its postings and its lots.

    Nothing is mended here: the books are put right elsewhere, and this looks at them. An account
    that is not frozen stays as it is. Raises ReasonNeeded, NotForOneself, NotForHousehold,
    SecondPersonNeeded for whoever froze it, StillWrong or LotsStillWrong.
    """
    if not reason.strip():
        raise ReasonNeeded()
    balance = Balance.objects.select_for_update(of=("self",)).get(pk=account_id)
    if not balance.is_frozen:
        return balance
    account = Account.objects.select_related("member", "household").get(pk=account_id)
    near = relations.bar_account(actor.id, account) if actor.kind == "user" and actor.id else None
    if near is not None:
        raise near
    if actor.kind == "user" and frozen_by(balance) == actor.id:
        raise SecondPersonNeeded()
    _check_books(balance, account)
    balance.is_frozen = False
    balance.save(update_fields=["is_frozen"])
    audit.record(balance, actor=actor, verb="members.account.unfrozen", reason=reason)
    if account.member is not None:
        activities.resume(account.member)
    log.warning("account_unfrozen", account=account_id)
    return balance


def frozen_by(balance: Balance) -> int | None:
    """The user who froze the account last; None when it was the system."""
    rows = AuditRow.objects.filter(subject_type=balance._meta.label_lower, verb=FROZEN)
    row = rows.filter(subject_id=str(balance.pk)).order_by("-id").first()
    return row.actor_id if row is not None and row.actor_kind == "user" else None


def _check_books(balance: Balance, account: Account) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_POSTED, {"account": account.pk})
        [(posted, times)] = cursor.fetchall()
    if (balance.amount, balance.version) != (posted, times):
        raise StillWrong(stored=balance.amount, posted=posted)
    if account.kind in Account.LOT_KINDS:
        lots = OpenLot.objects.filter(account=account)
        held = lots.aggregate(sum=Sum("remaining"))["sum"] or 0
        if held != balance.amount:
            raise LotsStillWrong(stored=balance.amount, held=held)
