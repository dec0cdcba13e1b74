"""The worked table of docs/algorithms/households.md, step by step."""

from datetime import timedelta
from pathlib import Path

import pytest

from members import clock
from members.domain.ledger import Line
from members.models import Account, Balance, HouseholdMove, OpenLot
from members.operations import accounts, households, ledger, members, purses
from tests.books import faults
from tests.conftest import SYSTEM
from tests.tables import rows_under

pytestmark = pytest.mark.django_db

PAGE = Path(__file__).parents[3] / "docs" / "algorithms" / "households.md"
TABLE = {step: tuple(map(int, cells)) for step, *cells in rows_under(PAGE, "Who gets what back")}


def earn(member, unit, amount, *, ends_in_days) -> None:
    now, wallet = clock.now(), ledger.wallet(member, unit)
    ledger.post(
        [
            Line(
                key=f"lot:{member.ref}:{ends_in_days}", kind="accrual", unit=unit.pk,
                debit=accounts.programme_account(unit, Account.Kind.ISSUANCE).pk,
                credit=wallet.pk, amount=amount, occurred_at=now, cause_kind="test",
                cause_id=None, reason="x", active_from=now,
                expires_at=now + timedelta(days=ends_in_days),
            )
        ]
    )  # fmt: skip


def test_the_worked_table(units, points):
    """E11: what each lot of the purse holds after each step, and both wallets."""
    amara, bo = (members.enrol(ref, actor=SYSTEM) for ref in ("amara", "bo"))
    for who, amount, days in ((amara, 100, 10), (bo, 60, 20), (amara, 50, 30)):
        earn(who, points, amount, ends_in_days=days)
    home = households.open(amara, name="Home", actor=SYSTEM)
    households.join(bo, code=households.invite(amara, actor=SYSTEM).code, actor=SYSTEM)
    purse = accounts.purse(home, points)
    ends = [
        OpenLot.objects.get(account=ledger.wallet(who, points), remaining=amount).expires_at
        for who, amount in ((amara, 100), (bo, 60), (amara, 50))
    ]

    def seen() -> tuple[int, ...]:
        lots = dict(OpenLot.objects.filter(account=purse).values_list("expires_at", "remaining"))
        held = (purse, ledger.wallet(amara, points), ledger.wallet(bo, points))
        balances = [Balance.objects.get(account=account).amount for account in held]
        return (*(lots.get(end, 0) for end in ends), *balances)

    def move(verb, who, amount):
        verb(who, unit=points, amount=amount, key=f"{verb}:{who}:{amount}"[:200], actor=SYSTEM)

    steps = {
        "start": lambda: None,
        "Amara puts in 150": lambda: move(purses.contribute, amara, 150),
        "Bo puts in 60": lambda: move(purses.contribute, bo, 60),
        "Bo takes out 120": lambda: move(purses.draw, bo, 120),
        "Amara takes out 30": lambda: move(purses.draw, amara, 30),
        "Amara's is undone": lambda: purses.undo(
            HouseholdMove.objects.latest("pk"), by=amara, actor=SYSTEM
        ),
        "Bo leaves": lambda: households.leave(bo, actor=SYSTEM),
        "Amara closes it": lambda: households.close_own(amara, actor=SYSTEM),
    }
    assert list(steps) == list(TABLE)
    for step, act in steps.items():
        act()
        assert (step, seen()) == (step, TABLE[step])
        assert faults() == []
