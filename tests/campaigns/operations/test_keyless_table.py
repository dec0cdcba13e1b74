"""The worked table of docs/algorithms/identity.md."""

from pathlib import Path

import pytest

from members.domain.keys import CARD, EMAIL, PHONE
from members.models import Activity
from members.operations import keys, members
from tests.campaigns.conftest import take, work
from tests.campaigns.operations.test_keyless import campaigns, has, keyless
from tests.conftest import SYSTEM
from tests.tables import rows_under

__all__ = ["campaigns"]

PAGE = Path(__file__).parents[3] / "docs" / "algorithms" / "identity.md"
VALUES = {
    CARD: "card {}",
    PHONE: "030 123456{}",
    EMAIL: "{}@example.test",
}


@pytest.mark.django_db
def test_the_worked_table(campaigns, points):
    """E89."""
    people = {name: members.enrol(name, actor=SYSTEM) for name in ("Ann", "Ben")}
    keys.give(people["Ann"], keys={CARD: ["card 1"]}, actor=SYSTEM)
    told = {PHONE: ["030 1234562"], EMAIL: ["c@example.test"]}
    keys.give(people["Ben"], keys=told, actor=SYSTEM)
    for number, row in enumerate(rows_under(PAGE, "Matching")):
        step, *values, ann, ben, waiting = row
        named = {
            kind: VALUES[kind].format(value)
            for kind, value in zip((CARD, PHONE, EMAIL), values, strict=True)
            if value
        }
        if step == "a purchase by":
            customer = {{CARD: "card_token"}.get(kind, kind): text for kind, text in named.items()}
            take(keyless("10.00", id=f"o{number}", **customer))
        else:
            given = {kind: [text] for kind, text in named.items()}
            keys.give(people[step.split()[0]], keys=given, actor=SYSTEM)
            work()
        found = [has(people["Ann"], points), has(people["Ben"], points)]
        parked = Activity.objects.filter(status="parked").count()
        assert [*found, parked] == [int(ann), int(ben), int(waiting)], row
