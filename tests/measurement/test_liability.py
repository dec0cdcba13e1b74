"""The liability report: both sides agree, whatever happened."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command

from loyalty.measurement import figures
from loyalty.measurement.operations import liability
from members import clock
from members.operations import (
    accounts,
    corrections,
    gifts,
    holds,
    households,
    ledger,
    lots,
    members,
    purses,
)
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db

PAGE = Path(__file__).parents[2] / "docs" / "algorithms" / "liability.md"
MONTHS = [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1), date(2027, 1, 1)]
ENDS = [date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1), date(2027, 2, 1)]

TABLE = [
    tuple(cell.strip() for cell in line.strip("|").split("|"))
    for line in PAGE.read_text().splitlines()
    if line.startswith(("| January", "| February", "| March"))
]


def at(year, month, day=15):
    return clock.standing_at(datetime(year, month, day, 12, tzinfo=UTC))


@pytest.fixture
def story(units, points):
    """What the worked table tells."""

    def earn(amount, key):
        return ledger.accrue(
            ann, unit=points, amount=amount, key=key, reason="x", actor=SYSTEM, cause=("test", 1)
        )

    with at(2026, 1):
        ann, ben = (members.enrol(ref, actor=SYSTEM) for ref in ("ann", "ben"))
        earn(100, "jan")
        ledger.redeem(
            ann, unit=points, amount=30, key="s", reason="x", actor=SYSTEM, cause=("test", 2)
        )
    with at(2026, 2):
        gifts.give(ann, receiver=ben, unit=points, amount=20, key="g", actor=SYSTEM)
        back = earn(50, "feb")
        corrections.reverse(back, key="back", reason="x", actor=SYSTEM)
    with at(2026, 2, 28):
        hold = holds.place(ann, unit=points, amount=40, key="h", actor=SYSTEM, lasts=holds.LONGEST)
    with at(2026, 3):
        holds.capture(hold, amount=25, actor=SYSTEM)
    with at(2027, 1, 20):
        ledger.expire_due(at=clock.now())


@pytest.mark.parametrize("place", range(4))
def test_the_worked_table(story, place):
    """Semantics 23: month by month; the accounts say the same."""
    issued, redeemed, expired, reversed_, moved, closing = map(int, TABLE[place][2:])
    report = liability.roll_forward(MONTHS[place], ENDS[place])
    changes = {
        kind: sum(cohort.changes[kind] for cohort in report.cohorts if cohort.unit == "points")
        for kind in liability.KINDS
    }
    assert changes == dict.fromkeys(liability.KINDS, 0) | {
        "issued": issued,
        "redeemed": redeemed,
        "expired": expired,
        "reversed": reversed_,
        "moved": moved,
    }
    assert sum(c.closing for c in report.cohorts if c.unit == "points") == closing
    assert report.differences["points"] == 0


def test_a_gift_stays_with_the_month_it_was_earned_in(story):
    """Semantics 23: cohorts are months of earning, whoever holds the points."""
    report = liability.roll_forward(date(2026, 2, 1), date(2026, 4, 1))
    cohorts = {cohort.month: cohort for cohort in report.cohorts if cohort.unit == "points"}
    assert (cohorts["2026-01"].opening, cohorts["2026-01"].closing) == (70, 45)
    assert (cohorts["2026-02"].opening, cohorts["2026-02"].closing) == (0, 0)
    assert all(cohort.changes["moved"] == 0 for cohort in cohorts.values())


def test_how_much_was_redeemed_so_far(story):
    """Semantics 23: 55 of 100 that ended were redeemed."""
    report = liability.roll_forward(date(2026, 1, 1), date(2027, 2, 1))
    assert report.redeemed_share["points"] == Decimal("0.5500")


def test_it_can_be_exported(story):
    """Semantics 23: as CSV, with exit code 0 when both sides agree."""
    out = io.StringIO()
    call_command("liability", since=date(2026, 1, 1), until=date(2026, 2, 1), stdout=out)
    rows = list(csv.DictReader(io.StringIO(out.getvalue())))
    points = ["0", "100", "0", "0", "0", "-30", "0", "0", "0", "0", "70"]
    assert [list(row.values()) for row in rows] == [
        ["points", "2026-01", *points, "EUR", "0.00", "0.00", "0.00", "0.00"]
    ]


def test_what_a_household_keeps_is_owed_in_the_month_it_was_earned(units, points):
    """E11, semantics 23: in, out, back, expired and home again; `moved` stays 0, both sides agree."""
    with at(2026, 1):
        ann, ben = (members.enrol(ref, actor=SYSTEM) for ref in ("ann", "ben"))
        ledger.accrue(
            ann, unit=points, amount=100, key="jan", reason="x", actor=SYSTEM, cause=("test", 1)
        )
        home = households.open(ann, name="Home", actor=SYSTEM)
        code = households.invite(ann, actor=SYSTEM).code
        households.join(ben, code=code, actor=SYSTEM)
    with at(2026, 2):
        purses.contribute(ann, unit=points, amount=80, key="in", actor=SYSTEM)
        draw = purses.draw(ben, unit=points, amount=30, key="out", actor=SYSTEM)
        purses.undo(draw, by=ben, actor=SYSTEM)
        purses.draw(ben, unit=points, amount=10, key="again", actor=SYSTEM)
        ledger.redeem(
            ben, unit=points, amount=10, key="s", reason="x", actor=SYSTEM, cause=("test", 2)
        )
        lived = accounts.purse(home, points).open_lots.get().expires_at
    with clock.standing_at(lived - timedelta(minutes=5)):
        last = purses.draw(ben, unit=points, amount=20, key="last", actor=SYSTEM)
        lots.extend_by_hand(
            ben, unit=points, until=lived + timedelta(days=90), reason="x", actor=SYSTEM
        )
    with clock.standing_at(lived + timedelta(minutes=4)):
        ledger.expire_due(at=clock.now())
        purses.undo(last, by=ben, actor=SYSTEM)
        households.close_own(ann, actor=SYSTEM)
    report = liability.roll_forward(date(2026, 1, 1), date(2027, 3, 1))
    [cohort] = report.cohorts
    assert (cohort.month, cohort.closing) == ("2026-01", 20)
    assert {kind: amount for kind, amount in cohort.changes.items() if amount} == {
        "issued": 100,
        "redeemed": -10,
        "expired": -70,
    }
    assert report.differences["points"] == 0
    assert figures.by_unit(lived)[0].outstanding == 20
