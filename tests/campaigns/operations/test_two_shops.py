"""Two sources that give their orders the same numbers."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from django.db import transaction

from loyalty.campaigns.domain.order_states import OBJECTIONS
from loyalty.campaigns.models import Waiting
from loyalty.campaigns.operations import intake, refunds
from loyalty.rewards.operations import redemptions, rewards
from members import clock
from members.errors import OrderAmbiguous
from members.models import Activity, Balance, Hold
from members.operations import holds, ledger
from tests.books import faults
from tests.campaigns.conftest import act, order, take, work
from tests.campaigns.funding import funded
from tests.campaigns.operations.test_returns import published
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db


def balance(member, unit) -> int:
    return Balance.objects.get(account=ledger.wallet(member, unit)).amount


def pending_of(member, unit) -> int:
    accounts = {"account__member": member, "account__unit": unit, "account__kind": "pending"}
    return sum(Balance.objects.filter(**accounts).values_list("amount", flat=True))


def review_bonus() -> None:
    """Thirty points for a review, when its order is there, as long as it does not come back."""
    waits = {"until": "order.fulfilled", "cancelled_by": "order.returned"}
    effects = [{"kind": "earn", "unit": "points", "amount": 30, "pending": waits}]
    published("reviews", triggers=["review.published"], effects=effects)


def told_by(source, told, **payload):
    return replace(told, source=source, payload=dict(told.payload) | payload)


@pytest.fixture
def orders(bo):
    """Number 7 of the shop (10 points) and number 7 of the market (30 points)."""
    at = clock.now() - timedelta(days=2)
    return (
        order(bo, "10.00", id="7", at=at),
        told_by("market", order(bo, "30.00", id="7", at=at)),
    )


def test_a_return_takes_back_its_own_shops_order(campaigns, bo, points, orders):
    """E24: in whatever order the two were told."""
    take(*orders)
    [answer] = take(told_by("market", act("order.returned", bo, id="r", order_id="7")))
    assert [effect["amount"] for effect in answer["effects"] if effect["unit"] == "points"] == [-30]
    assert balance(bo, points) == 10
    take(act("order.returned", bo, id="r", order_id="7"))
    assert balance(bo, points) == 0
    assert faults() == []


def test_any_order_of_arrival_of_two_shops_ends_in_the_same_books(campaigns, bo, points, orders):
    """I2, E31: a return that comes before its own shop's order waits for none but that, when it says so."""
    back = told_by("market", act("order.returned", bo, id="r", order_id="7"), order_source="market")
    ends = set()
    for nth, arrival in enumerate(permutations([*orders, back])):
        for told in arrival:
            numbered = {"order_id": f"7-{nth}"}
            intake.take(
                [
                    replace(
                        told,
                        external_id=f"{told.external_id}-{nth}",
                        payload=dict(told.payload) | numbered,
                    )
                ],
                actor=SYSTEM,
            )
        ends.add(balance(bo, points) - 10 * nth)
    assert ends == {10}
    assert faults() == []


def test_somebody_else_may_tell_of_a_return(campaigns, bo, points):
    """E24: a returns desk that tells no orders speaks of the only order of that number."""
    take(order(bo, "10.00", id="7"))
    [answer] = take(told_by("desk", act("order.returned", bo, id="r", order_id="7")))
    assert answer["status"] == "accepted"
    assert balance(bo, points) == 0


def test_one_that_could_mean_either_waits_for_a_person(campaigns, bo, points, orders):
    """E24: nothing is guessed, and saying which one counts."""
    take(*orders)
    desk = told_by("desk", act("order.returned", bo, id="r", order_id="7"))
    [answer] = take(desk)
    assert answer["status"] == "quarantined"
    assert Activity.objects.get(source="desk").status_reason == OBJECTIONS["order_ambiguous"]
    assert balance(bo, points) == 40
    [answer] = take(replace(told_by("desk", desk, order_source="shop"), external_id="r2"))
    assert answer["status"] == "accepted"
    assert balance(bo, points) == 30


def test_both_orders_and_their_returns_in_one_batch(campaigns, bo, points, orders):
    """E31: returns first, as a file may have them; each finds its own."""
    at = clock.now()
    backs = (
        act("order.returned", bo, id="r", order_id="7", at=at),
        told_by("market", act("order.returned", bo, id="r", order_id="7", at=at)),
    )
    answers = take(*backs, *orders)
    assert {answer["status"] for answer in answers} == {"accepted"}
    assert balance(bo, points) == 0
    assert faults() == []


def test_the_tier_goes_with_the_order_that_came_back(campaigns, bo, units):
    """E28: of two orders of one number, status is taken from the right day's points."""
    now = clock.now()
    old = told_by("market", order(bo, "2000.00", id="7", at=now - timedelta(days=300)))
    take(old, order(bo, "10.00", id="7", at=now - timedelta(days=1)))
    before = bo.tier_periods.get(ends_at=None).tier.slug
    take(act("order.returned", bo, id="r", order_id="7"))
    assert bo.tier_periods.get(ends_at=None).tier.slug == before != "bronze"
    take(told_by("market", act("order.returned", bo, id="r", order_id="7")))
    assert balance(bo, units["points"]) == 0
    assert faults() == []


def test_a_return_ends_the_promise_of_its_own_shops_order(bo, points, orders):
    """E5, E24: what the other shop's order promised goes on waiting."""
    waits = {"until": "refill.confirmed", "cancelled_by": "order.returned"}
    effects = [{"kind": "earn", "unit": "points", "amount": 20, "pending": waits}]
    funded(None, triggers=["order.placed"], effects=effects)
    take(*orders)
    pending = Balance.objects.get(account=ledger.wallet(bo, points, "pending"))
    assert pending.amount == 40
    take(told_by("market", act("order.returned", bo, id="r", order_id="7")))
    pending.refresh_from_db()
    assert pending.amount == 20
    assert Waiting.objects.get().effect.activity.source == "shop"
    take(act("refill.confirmed", bo, id="c", order_id="7"))
    assert balance(bo, points) == 20
    assert faults() == []


def test_points_that_paid_for_one_shops_order_stay_when_the_others_comes_back(
    campaigns, amara, points
):
    """E27: a hold that names its shop goes back with that shop's order, and with no other."""
    at = clock.now() - timedelta(days=2)
    mine = order(amara, "10.00", id="7", at=at)
    take(mine, told_by("market", order(amara, "30.00", id="7", at=at)))
    hold = holds.place(
        amara, unit=points, amount=50, reference="7", order_source="shop", key="h", actor=SYSTEM
    )
    holds.capture(hold, actor=SYSTEM)
    before = balance(amara, points)

    take(told_by("market", act("order.returned", amara, id="r", order_id="7")))
    assert balance(amara, points) == before - 30
    take(act("order.returned", amara, id="r", order_id="7"))
    assert balance(amara, points) == before - 30 - 10 + 50
    assert faults() == []


def test_a_late_capture_goes_by_its_own_shop(campaigns, amara, points):
    """E31: captured after the other shop's order came back, nothing is given back."""
    take(told_by("market", order(amara, "30.00", id="7")), order(amara, "10.00", id="7"))
    hold = holds.place(
        amara, unit=points, amount=50, reference="7", order_source="shop", key="h", actor=SYSTEM
    )
    take(told_by("market", act("order.returned", amara, id="r", order_id="7")))
    work()
    before = balance(amara, points)

    holds.capture(hold, actor=SYSTEM)
    work()

    assert balance(amara, points) == before
    assert faults() == []


def test_a_hold_that_names_nobody_goes_with_the_only_order_of_its_number(campaigns, amara, points):
    """E27: the one that is told by the time it is captured, whoever else uses the number later."""
    at = clock.now() - timedelta(days=2)
    hold = holds.place(amara, unit=points, amount=50, reference="7", key="h", actor=SYSTEM)
    take(order(amara, "10.00", id="7", at=at))
    holds.capture(hold, actor=SYSTEM)
    hold.refresh_from_db()
    assert hold.order_source == "shop"
    take(told_by("market", order(amara, "30.00", id="7", at=at)))
    before = balance(amara, points)

    take(told_by("market", act("order.returned", amara, id="r", order_id="7")))
    assert balance(amara, points) == before - 30
    take(act("order.returned", amara, id="r", order_id="7"))
    assert balance(amara, points) == before - 30 - 10 + 50
    assert faults() == []


def test_nothing_is_given_back_by_a_guess(campaigns, amara, points):
    """E27: captured before either was told, it may be of both; the return says so and gives nothing back."""
    hold = holds.place(amara, unit=points, amount=50, reference="7", key="h", actor=SYSTEM)
    holds.capture(hold, actor=SYSTEM)
    take(order(amara, "10.00", id="7"), told_by("market", order(amara, "30.00", id="7")))
    before = balance(amara, points)
    [answer] = take(act("order.returned", amara, id="r", order_id="7"))
    assert answer["not_earned"] == [{"campaign": "", "why": refunds.UNCLEAR}]
    assert balance(amara, points) == before - 10
    assert faults() == []


def test_who_pays_for_an_order_that_may_be_either_says_which(campaigns, amara, points):
    """E27: refused in words while a person can still answer, and nothing has changed."""
    take(order(amara, "10.00", id="7"), told_by("market", order(amara, "30.00", id="7")))
    before = balance(amara, points)
    with pytest.raises(OrderAmbiguous):
        holds.place(amara, unit=points, amount=50, reference="7", key="h", actor=SYSTEM)
    assert (balance(amara, points), Hold.objects.count()) == (before, 0)
    mug = rewards.offer("mug", unit=points, actor=SYSTEM, name="Mug", kind="product", cost=10)
    with pytest.raises(OrderAmbiguous):
        redemptions.redeem(amara, reward=mug, key="m", order_id="7", actor=SYSTEM)
    assert balance(amara, points) == before
    redemption = redemptions.redeem(
        amara, reward=mug, key="m", order_id="7", order_source="market", actor=SYSTEM
    )
    assert redemption.order_source == "market"


def test_what_came_back_stays_with_its_order_when_another_shop_tells_its_number(
    campaigns, bo, points
):
    """E24, E31: a desk's return was of the only order; later ones still see it, and no piece comes back
    twice."""
    take(order(bo, "10.00", "10.00", id="7"))
    piece, other = ([{"line_id": place, "quantity": 1}] for place in "01")
    desk = told_by("desk", act("order.returned", bo, id="d1", order_id="7", lines=piece))
    [first] = take(desk)
    take(told_by("market", order(bo, "7.00", id="7")))
    assert (first["status"], balance(bo, points)) == ("accepted", 17)
    [second] = take(act("order.returned", bo, id="s1", order_id="7", lines=other))
    assert (second["status"], balance(bo, points)) == ("accepted", 7)
    [again] = take(act("order.returned", bo, id="s2", order_id="7", lines=piece))
    assert (again["status"], again["code"]) == ("quarantined", "nothing_left")
    assert balance(bo, points) == 7


def test_what_one_shop_sent_out_confirms_nothing_of_the_others(bo, points, orders):
    """E47: a parcel of the same number, told before the other shop's order was."""
    waits = {"until": "order.fulfilled"}
    effects = [{"kind": "earn", "unit": "points", "amount": 20, "pending": waits}]
    funded(None, triggers=["order.placed"], effects=effects)
    shops, markets = orders
    take(shops, act("order.fulfilled", bo, id="f", order_id="7"))
    take(markets)
    assert (balance(bo, points), Waiting.objects.count()) == (20, 1)
    take(told_by("market", act("order.fulfilled", bo, id="g", order_id="7")))
    assert (balance(bo, points), Waiting.objects.count()) == (40, 0)
    assert faults() == []


def test_a_desks_return_finds_its_order_alike_in_a_batch_and_one_by_one(campaigns, bo, points):
    """E31: of the order that was told before it, else of the next; another of that number changes nothing."""
    at = clock.now()
    mine, theirs = order(bo, "10.00", id="7", at=at), told_by("market", order(bo, "30.00", id="7"))
    desk = told_by("desk", act("order.returned", bo, id="r", order_id="7", at=at))
    for tolds, left in (
        ((mine, desk, theirs), 30),
        ((desk, mine, theirs), 30),
        ((theirs, desk, mine), 10),
        ((desk, theirs, mine), 10),
    ):
        for batches in ([tolds], [[one] for one in tolds], [tolds[:1], tolds[1:]]):
            with transaction.atomic():
                for batch in batches:
                    take(*batch)
                assert balance(bo, points) == left
                # What is told next reads the same of what was told so far: nothing is left of the first.
                own = "shop" if left == 30 else "market"
                [again] = take(told_by(own, act("order.returned", bo, id="s", order_id="7")))
                assert again["status"] == "quarantined"
                other = "market" if left == 30 else "shop"
                take(told_by(other, act("order.returned", bo, id="s", order_id="7")))
                assert balance(bo, points) == 0
                assert faults() == []
                transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("kind", "by_market", "by_shop"),
    [
        ("order.returned", (0, 30), (0, 0)),
        ("order.fulfilled", (0, 30), (30, 0)),
    ],
)
@pytest.mark.parametrize("arrival", ["AMwx", "MAwx", "AMxw", "AMwx together"])
def test_what_an_act_promised_waits_for_its_own_shops_order(
    bo, points, kind, by_market, by_shop, arrival
):
    """E30, E31: a review at the shop is of the shop's number 7; the market's is another's."""
    review_bonus()
    at = clock.now() - timedelta(days=3)
    facts = {
        "A": order(bo, "10.00", id="7", at=at),
        "M": told_by("market", order(bo, "30.00", id="7", at=at)),
        "w": act("review.published", bo, id="w", at=at + timedelta(days=1), order_id="7", sku="s"),
        "x": told_by("market", act(kind, bo, id="x", at=at + timedelta(days=2), order_id="7")),
    }
    told = [facts[letter] for letter in arrival.split()[0]]
    for batch in [told] if "together" in arrival else [[each] for each in told]:
        take(*batch)
    assert (balance(bo, points), pending_of(bo, points)) == by_market
    take(act(kind, bo, id="y", at=at + timedelta(days=2), order_id="7"))
    assert (balance(bo, points), pending_of(bo, points)) == by_shop
    assert faults() == []
