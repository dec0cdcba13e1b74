"""Opening accounts: wallets when a member joins, the other kinds when first needed."""

from collections.abc import Iterable

import structlog
from django.db import connection, transaction

from members.domain.actors import Actor
from members.models import Account, Balance, Unit
from members.operations import audit

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


def programme_account(unit: Unit, kind: str) -> Account:
    """The programme's own account of this kind and unit."""
    account, _ = Account.objects.get_or_create(unit=unit, kind=kind, member=None)
    return account


@transaction.atomic
def freeze(account_id: int, *, reason: str, actor: Actor) -> None:
    """Refuse every posting on an account until a person has looked at it."""
    balance = Balance.objects.select_for_update().get(pk=account_id)
    if not balance.is_frozen:
        balance.is_frozen = True
        balance.save(update_fields=["is_frozen"])
        audit.record(balance, actor=actor, verb="members.account.frozen", reason=reason)
        log.error("account_frozen", account=account_id, reason=reason)
