"""The worked table of docs/algorithms/ledger.md, executed."""

from pathlib import Path

import pytest

from members.models import Balance, Entry, LotUse, OpenLot
from members.operations import corrections, ledger
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).resolve().parents[3] / "docs" / "algorithms" / "ledger.md"
NAMES = {"amara:100": "A", "amara:200": "B", "amara:300": "C"}


def rows() -> list[list[str]]:
    """The rows of the step table."""
    lines = TABLE.read_text().splitlines()
    start = lines.index("| step | takes or gives back | A | B | C | balance |") + 2
    found = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def standing(amara, points) -> list[str]:
    wallet = ledger.wallet(amara, points)
    left = dict.fromkeys("ABC", 0)
    for lot in OpenLot.objects.filter(account=wallet).select_related("entry"):
        left[NAMES[lot.entry.key]] = lot.remaining
    return [*(str(left[name]) for name in "ABC"), str(Balance.objects.get(account=wallet).amount)]


def moved(entries: list[Entry]) -> str:
    uses = (
        LotUse.objects.filter(entry__in=entries)
        .select_related("lot")
        .order_by("entry_id", "lot_id")
    )
    return ", ".join(f"{NAMES[use.lot.key]} {abs(use.amount)}" for use in uses)


def test_the_worked_table(amara, points):
    """E2, E3: every step of the table in the documentation."""

    def redeem(amount, key):
        return [
            ledger.redeem(
                amara, unit=points, amount=amount, key=key, reason="x", actor=SYSTEM,
                cause=("test", None),
            )
        ]  # fmt: skip

    def expire_first():
        first = OpenLot.objects.filter(account=ledger.wallet(amara, points)).order_by("pk").first()
        ledger.expire_due(at=first.expires_at)
        return list(Entry.objects.filter(kind="expiry"))

    steps = {
        "start": list,
        "redeem 250": lambda: redeem(250, "first"),
        "redeem 60": lambda: redeem(60, "second"),
        "undo the first": lambda: corrections.restore(
            Entry.objects.get(key="first"), key="undo", reason="x", actor=SYSTEM
        ),
        "expire A": expire_first,
        "reverse what opened C": lambda: corrections.reverse(
            Entry.objects.get(key="amara:300"), key="back", reason="x", actor=SYSTEM, amount=300
        ),
    }
    for step, takes, *expected in rows():
        entries = steps.pop(step)()
        assert moved(entries) == takes, step
        assert standing(amara, points) == expected, step
    assert steps == {}
