"""What the programme owes its members in points: from one day to another, by the month of earning.

`docs/algorithms/liability.md` tells what each column holds, with a worked table.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.db import connection

from members.domain.calendar import start_of_day

#: The changes, in the order of the report. `opening` plus all of them is `closing`.
KINDS = (
    "issued",
    "adjusted",
    "restored",
    "reinstated",
    "redeemed",
    "repaid",
    "expired",
    "reversed",
    "moved",
)

_ROLL = """
SELECT u.code, to_char(m.earned_at AT TIME ZONE %(zone)s, 'YYYY-MM'),
       CASE WHEN m.at < %(since)s THEN 'opening' ELSE m.kind END, sum(m.amount)
FROM audit.lot_move m JOIN members_unit u ON u.id = m.unit_id
WHERE m.at < %(until)s GROUP BY 1, 2, 3 ORDER BY 1, 2
"""
#: The same from the other side: what the accounts held, posting by posting.
_HELD = """
SELECT u.code, sum(CASE WHEN a.id = e.credit_id THEN e.amount ELSE -e.amount END)
FROM members_entry e
JOIN members_account a ON a.id IN (e.debit_id, e.credit_id)
     AND a.kind IN ('wallet', 'pending', 'held', 'purse')
JOIN members_unit u ON u.id = a.unit_id
WHERE e.recorded_at < %(until)s GROUP BY 1
"""
#: How the points of cohorts that are over ended.
_ENDED = """
SELECT u.code, -sum(m.amount) FILTER (WHERE m.kind = 'redeemed'),
       -sum(m.amount) FILTER (WHERE m.kind = 'expired')
FROM audit.lot_move m JOIN members_unit u ON u.id = m.unit_id
WHERE m.at < %(until)s GROUP BY 1
"""


@dataclass(slots=True)
class Cohort:
    """The points of one unit that were earned in one month (`2026-03`, in the programme's zone)."""

    unit: str
    month: str
    opening: int = 0
    changes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))

    @property
    def closing(self) -> int:
        """What is owed of them at the end."""
        return self.opening + sum(self.changes.values())


@dataclass(frozen=True, slots=True)
class Report:
    """The roll-forward of [since, until): cohorts, and for each unit what the accounts say beside it.

    `differences` by unit must be 0. `redeemed_share` is, of all points that ended by `until`, the part
    that was redeemed: the ultimate redemption rate as far as it shows; None before anything ended.
    """

    since: date
    until: date
    cohorts: list[Cohort]
    differences: dict[str, int]
    redeemed_share: dict[str, Decimal | None]


def roll_forward(since: date, until: date) -> Report:
    """The liability from the start of `since` to the start of `until`, programme zone."""
    zone = settings.PROGRAMME_TIME_ZONE
    told: dict[str, str | datetime] = {
        "zone": zone,
        "since": start_of_day(since, zone),
        "until": start_of_day(until, zone),
    }
    found: dict[tuple[str, str], Cohort] = {}
    for unit, month, kind, amount in _rows(_ROLL, told):
        cohort = found.setdefault((unit, month), Cohort(unit, month))
        if kind == "opening":
            cohort.opening = int(amount)
        else:
            cohort.changes[kind] = int(amount)
    held = {unit: int(amount or 0) for unit, amount in _rows(_HELD, told)}
    closing: dict[str, int] = dict.fromkeys(held, 0)
    for cohort in found.values():
        closing[cohort.unit] = closing.get(cohort.unit, 0) + cohort.closing
    return Report(
        since,
        until,
        list(found.values()),
        {unit: held.get(unit, 0) - amount for unit, amount in closing.items()},
        {
            unit: _share(int(redeemed or 0), int(expired or 0))
            for unit, redeemed, expired in _rows(_ENDED, told)
        },
    )


def value(points: int, *, worth: Decimal, redemption_rate: Decimal) -> Decimal:
    """The money that outstanding points stand for: points × worth of one × the rate at which they are
    redeemed in the end; to the cent, half up."""
    return (points * worth * redemption_rate).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")


def as_rows(report: Report) -> Iterator[list[str | int]]:
    """The report as rows of a table, heads first."""
    yield ["unit", "earned in", "opening", *KINDS, "closing"]
    for cohort in report.cohorts:
        changes = [cohort.changes[kind] for kind in KINDS]
        yield [cohort.unit, cohort.month, cohort.opening, *changes, cohort.closing]


def _share(redeemed: int, expired: int) -> Decimal | None:
    ended = redeemed + expired
    return round(Decimal(redeemed) / ended, 4) if ended else None


def _rows(sql: str, told: dict[str, str | datetime]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, told)
        return cursor.fetchall()
