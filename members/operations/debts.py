"""Points a member owes: forgiven by a person, or by their age. Repaying is `ledger.post`'s affair."""

from datetime import datetime
from functools import partial

from django.db import connection, transaction
from django.utils.translation import gettext as _

from members import clock
from members.domain.actors import Actor
from members.domain.ledger import Line
from members.domain.sentences import kept
from members.errors import AboveLimit, NotEnough, ReasonNeeded
from members.models import Account, Balance, Entry, Member, Unit, User
from members.operations import accounts, adjustments, audit, ledger, relations

Kind = Account.Kind

#: What is owed for longer than a unit allows. Repayments pay the oldest first, so what is still owed
#: is what the newest claims add up to.
_AGED = """
SELECT d.account_id, w.id, a.unit_id, sum(least(p.amount, greatest(-d.amount - p.newer, 0)))
FROM members_balance d
JOIN members_account a ON a.id = d.account_id AND a.kind = 'debt'
JOIN members_account w ON w.member_id = a.member_id AND w.unit_id = a.unit_id AND w.kind = 'wallet'
JOIN members_unit u ON u.id = a.unit_id AND u.debt_ends_after_months IS NOT NULL
CROSS JOIN LATERAL (
    SELECT e.amount, e.occurred_at, sum(e.amount) OVER (ORDER BY e.debit_seq DESC) - e.amount AS newer
    FROM members_entry e WHERE e.debit_id = d.account_id AND e.debit_seq IS NOT NULL) p
WHERE d.amount < 0 AND NOT d.is_frozen
  AND p.occurred_at <= %(at)s - make_interval(months => u.debt_ends_after_months)
GROUP BY 1, 2, 3 HAVING sum(least(p.amount, greatest(-d.amount - p.newer, 0))) > 0
ORDER BY d.account_id LIMIT %(most)s
"""


@transaction.atomic
def write_off(
    member: Member, *, unit: Unit, amount: int, key: str, reason: str, actor: Actor
) -> Entry:
    """Forgive `amount` of what the member owes; the same key again returns the first entry.

    Raises NotEnough when less is owed.
    """
    debt = ledger.wallet(member, unit, Kind.DEBT)
    ledger.lock(ledger.wallet(member, unit).pk, debt.pk)
    if (known := Entry.objects.filter(key=key).first()) is not None:
        return known
    if not 0 < amount <= -Balance.objects.get(pk=debt.pk).amount:
        raise NotEnough(_("Less than that is owed."))
    line = _forgiven(debt.pk, unit, amount, key=key, reason=reason, at=clock.now())
    return ledger.post_one(line, actor=actor)


@transaction.atomic
def forgive(member: Member, *, unit: Unit, amount: int, key: str, reason: str, by: User) -> Entry:
    """Forgive `amount` of what the member owes, by hand, within what one person may adjust a day.

    The same `key` again returns the first. Raises NotForOneself, NotForHousehold, ReasonNeeded,
    AboveLimit, or NotEnough when less is owed.
    """
    actor = Actor.user(by)
    relations.refuse_near(actor, member)
    if not reason.strip():
        raise ReasonNeeded()
    # As for adjustments: one person's decisions follow each other.
    User.objects.select_for_update(of=("self",)).get(pk=by.pk)
    known = Entry.objects.filter(key=key).first()
    if known is not None:
        return known
    if adjustments.adjusted_today(by, unit) + amount > unit.adjust_limit:
        raise AboveLimit(limit=unit.adjust_limit)
    sentence = kept("Forgiven: %(reason)s") % {"reason": reason.strip()}
    entry = write_off(member, unit=unit, amount=amount, key=key, reason=sentence, actor=actor)
    audit.record(
        member,
        actor=actor,
        verb=adjustments.FORGIVEN,
        after={"unit": unit.code, "amount": amount},
        reason=reason,
    )
    return entry


def age_out(*, at: datetime, most: int, actor: Actor) -> int:
    """Forgive what members have owed for longer than its unit allows; returns how many members."""
    with connection.cursor() as cursor:
        cursor.execute(_AGED, {"at": at, "most": most})
        aged = cursor.fetchall()
    units = Unit.objects.in_bulk()
    for account_id, wallet_id, unit_id, amount in aged:
        one = partial(
            _age_out, wallet_id, account_id, units[unit_id], int(amount), at=at, actor=actor
        )
        accounts.despite_wrong(one, actor=actor)
    return len(aged)


def _age_out(
    wallet_id: int, debt_id: int, unit: Unit, amount: int, *, at: datetime, actor: Actor
) -> None:
    ledger.lock(wallet_id, debt_id)
    balance = Balance.objects.get(pk=debt_id)
    amount = min(amount, -balance.amount)
    if amount <= 0 or balance.is_frozen:
        return
    key = f"write-off:{debt_id}:{balance.version}"
    reason = kept("Owed for so long that it is forgiven")
    line = _forgiven(debt_id, unit, amount, key=key, reason=reason, at=at)
    ledger.post_one(line, actor=actor)


def _forgiven(
    debt_id: int, unit: Unit, amount: int, *, key: str, reason: str, at: datetime
) -> Line:
    return Line(
        key=key,
        kind=Entry.Kind.ADJUSTMENT,
        unit=unit.pk,
        debit=accounts.programme_account(unit, Kind.RECEIVABLE).pk,
        credit=debt_id,
        amount=amount,
        occurred_at=at,
        cause_kind="write_off",
        cause_id=None,
        reason=reason,
    )
