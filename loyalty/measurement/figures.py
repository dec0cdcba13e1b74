"""The programme in a few figures, each from one query."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

MONTH = timedelta(days=30)

#: Per unit: what members own, and what was given and lost since an instant. Debit accounts of the
#: programme are never summed: issued and expired are read from the entries of the last days.
_UNITS = """
SELECT u.id, u.code, u.name,
       coalesce((SELECT sum(b.amount) FROM members_balance b
                 JOIN members_account a ON a.id = b.account_id
                 WHERE a.unit_id = u.id AND a.kind IN ('wallet', 'purse')), 0),
       coalesce(sum(e.amount) FILTER (WHERE e.kind = 'accrual'), 0),
       coalesce(sum(e.amount) FILTER (WHERE e.kind = 'redemption'), 0),
       coalesce(sum(e.amount) FILTER (WHERE e.kind = 'expiry'), 0)
FROM members_unit u
LEFT JOIN members_entry e ON e.unit_id = u.id AND e.recorded_at >= %(since)s
GROUP BY u.id, u.code, u.name ORDER BY u.id
"""


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """One unit: what members own now; issued, redeemed and expired in the last 30 days."""

    id: int
    code: str
    name: str
    outstanding: int
    issued: int
    redeemed: int
    expired: int


def by_unit(now: datetime) -> list[UnitFigures]:
    """Every unit of the programme."""
    with connection.cursor() as cursor:
        cursor.execute(_UNITS, {"since": now - MONTH})
        return [
            UnitFigures(pk, code, name, *map(int, sums))
            for pk, code, name, *sums in cursor.fetchall()
        ]
