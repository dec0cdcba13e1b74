"""Households and their purses, with several people at the same moment."""

import pytest

from members import clock
from members.models import HouseholdMove, HouseholdSeat
from members.operations import accounts, gifts, households, ledger
from tests.books import faults
from tests.conftest import SYSTEM
from tests.members.operations.test_households import balance, contribute, draw, join
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def home(amara, bo):
    """Amara's household, with Bo."""
    household = households.open(amara, name="Lindenweg 3", actor=SYSTEM)
    join(amara, bo)
    return household


@pytest.fixture
def purse(home, points):
    return accounts.purse(home, points)


def test_the_last_points_of_a_purse_are_drawn_once(amara, bo, points, purse):
    """E11, E45: ten draws of everything at once by two people: one."""
    contribute(amara, points, 600)
    people = (amara, bo) * 5
    said = together(
        *(lambda n=n, who=who: draw(who, points, 600, key=f"{n}") for n, who in enumerate(people))
    )
    assert sorted(said) == ["done"] + ["not_enough"] * 9
    assert (balance(purse), HouseholdMove.objects.filter(kind="draw").count()) == (0, 1)
    assert faults() == []


def test_in_and_out_and_expiry_at_once_do_not_block_each_other(amara, bo, points, purse):
    """E11, E45: the household is locked before the balances, and those in one order."""
    contribute(amara, points, 300)
    said = together(
        *(lambda n=n: contribute(amara, points, 10, key=f"in-{n}") for n in range(4)),
        *(lambda n=n: draw(bo, points, 10, key=f"out-{n}") for n in range(4)),
        *(lambda: ledger.expire_due(at=clock.now()) for _ in range(2)),
    )
    assert said == ["done"] * 10
    assert (balance(purse), balance(ledger.wallet(bo, points))) == (300, 40)
    assert faults() == []


def test_a_closing_household_keeps_no_points(amara, bo, points, home, purse):
    """E11: whoever comes too late is told so; nothing stays in a purse that is closed."""
    contribute(amara, points, 300)
    said = together(
        *(lambda n=n: contribute(amara, points, 10, key=f"in-{n}") for n in range(4)),
        lambda: households.close(home, reason="Over", actor=SYSTEM),
        *(lambda n=n: draw(bo, points, 10, key=f"out-{n}") for n in range(4)),
    )
    assert said[4] == "done"
    assert set(said) <= {"done", "no_household"}
    drawn = said[5:].count("done") * 10
    assert balance(purse) == 0
    assert (balance(ledger.wallet(amara, points)), balance(ledger.wallet(bo, points))) == (
        600 - drawn,
        drawn,
    )
    assert faults() == []


def test_one_code_lets_one_person_in(amara, bo, dee):
    """E11: two people with the same code at the same moment."""
    households.open(amara, name="Home", actor=SYSTEM)
    code = households.invite(amara, actor=SYSTEM).code
    said = together(
        *(lambda who=who: households.join(who, code=code, actor=SYSTEM) for who in (bo, dee))
    )
    assert sorted(said) == ["done", "no_such_invitation"]
    assert HouseholdSeat.objects.now().count() == 2


def test_nobody_joins_two_households_at_once(amara, bo, dee):
    """E11: the constraint decides."""
    codes = []
    for head in (amara, dee):
        households.open(head, name="Home", actor=SYSTEM)
        codes.append(households.invite(head, actor=SYSTEM).code)
    said = together(
        *(lambda code=code: households.join(bo, code=code, actor=SYSTEM) for code in codes)
    )
    assert sorted(said) == ["done", "in_household"]
    assert HouseholdSeat.objects.now().filter(member=bo).count() == 1


def test_leaving_expiring_redeeming_and_giving_at_once(amara, bo, points, home, purse):
    """E11, E45: everybody locks in one order, so all of it happens and the books agree."""
    gifts.give(amara, receiver=bo, unit=points, amount=150, key="g", actor=SYSTEM)
    contribute(amara, points, 100)
    contribute(bo, points, 120, key="bo")
    first_end = purse.open_lots.order_by("expires_at").first().expires_at
    how = {"unit": points, "reason": "x", "actor": SYSTEM, "cause": ("test", None)}
    said = together(
        lambda: households.leave(bo, actor=SYSTEM),
        *(lambda: ledger.expire_due(at=first_end) for _ in range(3)),
        *(lambda n=n: ledger.redeem(amara, amount=5, key=f"r-{n}", **how) for n in range(3)),
        lambda: gifts.give(amara, receiver=bo, unit=points, amount=5, key="more", actor=SYSTEM),
        lambda: contribute(amara, points, 5, key="late"),
    )
    assert said == ["done"] * 9
    assert not HouseholdSeat.objects.now().filter(member=bo).exists()
    assert faults() == []
