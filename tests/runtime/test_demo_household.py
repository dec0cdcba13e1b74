"""The demo's household."""

from datetime import date

import pytest

from loyalty.demo import household, people
from members.models import Balance, HouseholdSeat, Member
from members.operations import households, ledger
from tests.books import faults
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db


def test_amara_and_bo_move_in_once_and_may_leave_again(units, points):
    """E11: loading the demo again changes nothing, whatever they have done since."""
    people.install(password="correct horse battery", joined_on=date(2026, 1, 1), actor=SYSTEM)
    amara, bo = (Member.objects.get(ref=ref) for ref in (people.AMARA, "bo"))
    ledger.accrue(
        amara, unit=points, amount=1000, key="k", reason="x", actor=SYSTEM, cause=("test", None)
    )
    for _ in range(2):
        household.move_in(unit=points, actor=SYSTEM)
        assert Balance.objects.get(account__household__name=household.NAME).amount == 90
    assert [seat.member for seat in HouseholdSeat.objects.now()] == [amara, bo]
    households.leave(bo, actor=SYSTEM)
    household.move_in(unit=points, actor=SYSTEM)
    assert [seat.member for seat in HouseholdSeat.objects.now()] == [amara]
    assert faults() == []
