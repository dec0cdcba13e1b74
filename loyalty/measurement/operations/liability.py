"""What the programme owes its members, in points and in money: from one day to another, by the month of
earning.

`docs/algorithms/liability.md` tells what each column holds, with a worked table.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection

from loyalty.measurement.domain.liability import ZERO, Money, worth
from loyalty.measurement.models import LiabilityRate
from members.domain.calendar import start_of_day
from members.domain.money import exponent
from members.models import Unit

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

#: The columns of money behind them, in `currency`.
VALUES = ("opening value", "by points", "by rates", "closing value")

#: The last column is how many changes of rates had come by then.
_ROLL = """
SELECT u.code, to_char(m.earned_at AT TIME ZONE %(zone)s, 'YYYY-MM'),
       CASE WHEN m.at < %(since)s THEN 'opening' ELSE m.kind END,
       CASE WHEN m.at < %(since)s THEN 0
            ELSE width_bucket(m.at, %(changes)s::timestamptz[]) END, sum(m.amount)
FROM audit.lot_move m JOIN members_unit u ON u.id = m.unit_id
WHERE m.at < %(until)s AND u.code = ANY(%(units)s)
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2
"""
#: The same from the other side: what the accounts held, posting by posting.
_HELD = """
SELECT u.code, sum(CASE WHEN a.id = e.credit_id THEN e.amount ELSE -e.amount END)
FROM members_entry e
JOIN members_account a ON a.id IN (e.debit_id, e.credit_id)
     AND a.kind IN ('wallet', 'pending', 'held', 'purse')
JOIN members_unit u ON u.id = a.unit_id
WHERE e.recorded_at < %(until)s AND u.code = ANY(%(units)s) GROUP BY 1
"""
#: How the points of cohorts that are over ended.
_ENDED = """
SELECT u.code, -sum(m.amount) FILTER (WHERE m.kind = 'redeemed'),
       -sum(m.amount) FILTER (WHERE m.kind = 'expired')
FROM audit.lot_move m JOIN members_unit u ON u.id = m.unit_id
WHERE m.at < %(until)s AND u.code = ANY(%(units)s) GROUP BY 1
"""


@dataclass(slots=True)
class Cohort:
    """The points of one unit that were earned in one month (`2026-03`, in the programme's zone).

    `moves` are the same changes by the rate that held when they came: how many changes of rates had
    come before.
    """

    unit: str
    month: str
    opening: int = 0
    changes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    moves: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    money: Money = field(default_factory=Money)

    @property
    def closing(self) -> int:
        """What is owed of them at the end."""
        return self.opening + sum(self.changes.values())


@dataclass(frozen=True, slots=True)
class Report:
    """The roll-forward of [since, until): cohorts, and for each unit what the accounts say beside it.

    `differences` by unit must be 0. `redeemed_share` is, of all points that ended by `until`, the part
    that was redeemed: the ultimate redemption rate as far as it shows; None before anything ended.
    `rates` by unit are those that held by `until`, oldest first; without one, points have no value.
    """

    since: date
    until: date
    cohorts: list[Cohort]
    differences: dict[str, int]
    redeemed_share: dict[str, Decimal | None]
    rates: dict[str, list[LiabilityRate]]

    def total(self, unit: str) -> Cohort:
        """All cohorts of a unit, added up as they are shown."""
        total = Cohort(unit, "")
        for cohort in self.cohorts:
            if cohort.unit == unit:
                total.opening += cohort.opening
                total.money += cohort.money
                for kind, amount in cohort.changes.items():
                    total.changes[kind] += amount
        return total


def roll_forward(since: date, until: date, *, units: Sequence[str] | None = None) -> Report:
    """The liability of these units, or of all, from the start of `since` to the start of `until`,
    programme zone. At most five queries, whatever the numbers.
    """
    zone = settings.PROGRAMME_TIME_ZONE
    if units is None:
        units = list(Unit.objects.order_by("code").values_list("code", flat=True))
    rates: dict[str, list[LiabilityRate]] = {unit: [] for unit in units}
    for rate in LiabilityRate.objects.in_force(before=until).filter(unit__code__in=units):
        rates[rate.unit.code].append(rate)
    days = sorted({rate.valid_from for each in rates.values() for rate in each})
    changes = [day for day in days if day >= since]
    told = {
        "zone": zone,
        "since": start_of_day(since, zone),
        "until": start_of_day(until, zone),
        "changes": [start_of_day(day, zone) for day in changes],
        "units": list(units),
    }
    cohorts = _cohorts(told)
    for cohort in cohorts:
        factors = _factors(rates[cohort.unit], since, changes)
        places = exponent(settings.PROGRAMME_CURRENCY)
        cohort.money = worth(cohort.opening, cohort.moves, factors, places=places)
    closing = dict.fromkeys(units, 0)
    for cohort in cohorts:
        closing[cohort.unit] += cohort.closing
    held = {unit: int(amount or 0) for unit, amount in _rows(_HELD, told)}
    shares = {
        unit: _share(int(redeemed or 0), int(expired or 0))
        for unit, redeemed, expired in _rows(_ENDED, told)
    }
    differences = {unit: held.get(unit, 0) - amount for unit, amount in closing.items()}
    return Report(since, until, cohorts, differences, shares, rates)


def as_rows(report: Report) -> Iterator[list[str | int | Decimal]]:
    """The report as rows of a table, heads first."""
    yield ["unit", "earned in", "opening", *KINDS, "closing", "currency", *VALUES]
    for cohort in report.cohorts:
        yield [cohort.unit, cohort.month, *figures(cohort)]


def figures(cohort: Cohort) -> list[str | int | Decimal]:
    """The figures of a row, in the order of its columns."""
    money, changes = cohort.money, [cohort.changes[kind] for kind in KINDS]
    values = [money.opening, money.by_points, money.by_rates, money.closing]
    return [cohort.opening, *changes, cohort.closing, settings.PROGRAMME_CURRENCY, *values]


def _cohorts(told: dict[str, Any]) -> list[Cohort]:
    found: dict[tuple[str, str], Cohort] = {}
    for unit, month, kind, place, amount in _rows(_ROLL, told):
        cohort = found.setdefault((unit, month), Cohort(unit, month))
        if kind == "opening":
            cohort.opening = int(amount)
        else:
            cohort.changes[kind] += int(amount)
            cohort.moves[place] += int(amount)
    return list(found.values())


def _factors(rates: Sequence[LiabilityRate], since: date, changes: Sequence[date]) -> list[Decimal]:
    """What a point stands for at the opening, and after each change; 0 before the first rate."""
    before = [ZERO, *(rate.factor for rate in rates if rate.valid_from < since)][-1]
    new = {rate.valid_from: rate.factor for rate in rates}
    found = [before]
    for day in changes:
        found.append(new.get(day, found[-1]))
    return found


def _share(redeemed: int, expired: int) -> Decimal | None:
    ended = redeemed + expired
    return round(Decimal(redeemed) / ended, 4) if ended else None


def _rows(sql: str, told: dict[str, Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, told)
        return cursor.fetchall()
