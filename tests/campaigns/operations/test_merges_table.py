"""The worked table of merging in docs/algorithms/identity.md."""

from datetime import timedelta
from pathlib import Path

import pytest

from loyalty.campaigns.operations import merges
from members import clock
from members.operations import ledger, members
from tests.campaigns.conftest import act, order, take, work
from tests.conftest import SYSTEM, person
from tests.members.operations.test_merges import has
from tests.tables import rows_under

PAGE = Path(__file__).parents[3] / "docs" / "algorithms" / "identity.md"


@pytest.mark.django_db
def test_the_worked_table(campaigns, points):
    """E68: each row says what Ann and Ben have after its step."""
    clerk = person("clerk@example.test", is_staff=True)
    now = clock.now()
    who = {}
    for name, days in (("Ann", 20), ("Ben", 10)):
        with clock.standing_at(now - timedelta(days=days)):
            who[name] = members.enrol(name, actor=SYSTEM)
    work()
    made = None
    for number, (step, amount, *expected) in enumerate(rows_under(PAGE, "Making two of one again")):
        member = who.get(step.replace("'s", "").split()[0])
        if step.endswith("orders"):
            take(order(member, f"{amount}.00", id=f"of {member.ref}"))
        elif step.endswith("spends"):
            ledger.redeem(
                member, unit=points, amount=int(amount), key=f"s{number}", reason="Mug",
                actor=SYSTEM, cause=("test", 1),
            )  # fmt: skip
        elif step.endswith("comes back"):
            take(act("order.returned", member, id=f"r{number}", order_id=f"of {member.ref}"))
        elif step == "Ann becomes Ben":
            made = merges.merge(who["Ann"], who["Ben"], reason="One", key="m", by=clerk)
        elif step == "two again":
            merges.undo(made, reason="Two", by=clerk)
        found = [has(who["Ann"], points), has(who["Ben"], points), -has(who["Ben"], points, "debt")]
        assert found == [int(cell) for cell in expected], step
