"""Rewards that a member pays together with their household."""

import pytest

from loyalty.rewards.models import Redemption
from loyalty.rewards.operations import redemptions
from members.errors import AboveHouseholdLimit, NotEnough
from members.models import AuditRow, Balance, Entry, HouseholdMove, OpenLot
from members.operations import accounts, gifts, households, ledger, purses
from tests.books import faults
from tests.campaigns.conftest import act, order, take, work
from tests.conftest import SYSTEM
from tests.rewards.conftest import books, held, redeem
from tests.together import together

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(amara, bo, points):
    """Bo has 100 points of his own, the household keeps 300."""
    household = households.open(amara, name="Lindenweg 3", actor=SYSTEM)
    code = households.invite(amara, actor=SYSTEM).code
    households.join(bo, code=code, actor=SYSTEM)
    gifts.give(amara, receiver=bo, unit=points, amount=100, key="g", actor=SYSTEM)
    purses.contribute(amara, unit=points, amount=300, key="in", actor=SYSTEM)
    return household


def kept(home) -> int:
    return Balance.objects.get(account__household=home).amount


def lots(account) -> list:
    return list(OpenLot.objects.filter(account=account).order_by("pk").values_list())


def written() -> tuple[int, ...]:
    models = (Entry, HouseholdMove, Redemption, AuditRow)
    return tuple(model.objects.count() for model in models)


def test_only_what_is_missing_is_drawn_and_both_happen_or_neither(bo, points, home, offer):
    """E11: 250 = 100 of his own and 150 of the household's."""
    lamp = offer("lamp", cost=250)
    redemption = redeem(bo, lamp, from_household=True)
    assert redeem(bo, lamp, from_household=True) == redemption
    assert (held(bo, points), kept(home)) == (0, 150)
    move = HouseholdMove.objects.get(kind="draw")
    assert (move.amount, move.member, redemption.entry.amount) == (150, bo, 250)
    assert (faults(), books()) == ([], [])


def test_nothing_is_drawn_when_ones_own_points_suffice(bo, dee, points, home, offer):
    """E11: nor is a household needed then."""
    redeem(bo, offer("tea", cost=100), from_household=True)
    assert (kept(home), HouseholdMove.objects.filter(kind="draw").count()) == (300, 0)
    gifts.give(home.seats.get(role="head").member, receiver=dee, unit=points, amount=10, key="d",
               actor=SYSTEM)  # fmt: skip
    assert redeem(dee, offer("nut", cost=10), key="d", from_household=True).cost == 10


def test_what_the_household_cannot_or_may_not_pay(amara, bo, dee, points, home, offer):
    """E11: refused, and nothing changes, neither the draw nor the redemption."""
    dear, lamp = offer("dear", cost=401), offer("lamp", cost=250)
    households.set_limit(amara, limit=149, actor=SYSTEM)
    said = written()
    for refusal, who, what, shares in (
        (NotEnough, bo, lamp, False),
        (NotEnough, bo, dear, True),
        (NotEnough, dee, lamp, True),
        (AboveHouseholdLimit, bo, lamp, True),
    ):
        with pytest.raises(refusal):
            redeem(who, what, from_household=shares)
    assert (written(), held(bo, points), kept(home)) == (said, 100, 300)


def test_undone_everything_is_back_where_it_was(amara, bo, points, home, offer):
    """E11, P6: his own lots, and the household's."""
    purse, wallet = accounts.purse(home, points), ledger.wallet(bo, points)
    before = lots(purse), lots(wallet)
    redemption = redeem(bo, offer("lamp", cost=250), from_household=True)
    for _ in range(2):
        redemptions.cancel(redemption, actor=SYSTEM)
    assert (lots(purse), lots(wallet)) == before
    assert (faults(), books()) == ([], [])


def test_undone_after_the_household_closed_the_points_stay_with_the_member(
    amara, bo, points, home, offer
):
    """E11: there is no purse to give them back to."""
    redemption = redeem(bo, offer("lamp", cost=250), from_household=True)
    households.close_own(amara, actor=SYSTEM)
    redemptions.cancel(redemption, actor=SYSTEM)
    assert (held(bo, points), kept(home)) == (250, 0)
    assert faults() == []


@pytest.mark.django_db(transaction=True)
def test_two_people_pay_with_the_last_points_of_the_household_once(amara, bo, points, home, offer):
    """E11, E45: four redemptions each at the same moment; the 300 are enough for one."""
    gifts.give(amara, receiver=bo, unit=points, amount=100, key="even", actor=SYSTEM)
    lamp = offer("lamp", cost=400)
    said = together(
        *(
            lambda n=n, who=who: redeem(who, lamp, key=f"{n}", from_household=True)
            for n, who in enumerate((amara, bo) * 4)
        )
    )
    assert sorted(said) == ["done"] + ["not_enough"] * 7
    winner = Redemption.objects.get().member
    assert kept(home) == {amara: 0, bo: 100}[winner]
    assert (faults(), books()) == ([], [])


def test_an_order_that_comes_back_gives_the_household_its_part(bo, points, home, offer):
    """E11, E27: what was drawn for a reward that was used in an order goes back to the purse."""
    redeem(bo, offer("lamp", cost=250), from_household=True, order_id="o1")
    assert (held(bo, points), kept(home)) == (0, 150)

    take(order(bo, "10.00", id="o1"))
    take(act("order.returned", bo, id="r", order_id="o1"))
    assert held(bo, points) == 250
    work()

    assert (held(bo, points), kept(home)) == (100, 300)
    work()
    assert (faults(), books()) == ([], [])


def test_what_was_spent_meanwhile_stays_with_whoever_spent_it(bo, points, home, offer):
    """E11: the purse gets its part back whole or not at all, as when a redemption is cancelled."""
    redeem(bo, offer("lamp", cost=250), from_household=True, order_id="o1")
    take(order(bo, "10.00", id="o1"))
    take(act("order.returned", bo, id="r", order_id="o1"))
    redeem(bo, offer("tea", cost=200), key="tea")
    work()

    assert (held(bo, points), kept(home)) == (50, 150)
    assert (faults(), books()) == ([], [])
