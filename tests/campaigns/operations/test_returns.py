"""Orders that come back."""

from datetime import timedelta

import pytest
import time_machine

from loyalty.campaigns.models import BudgetUse, Campaign, Effect, LimitUse, Waiting
from loyalty.campaigns.operations import campaigns as verbs
from loyalty.campaigns.operations import intake, standard
from members import clock
from members.models import Activity, Balance, Entry, OpenLot
from members.operations import holds, ledger, members
from tests.books import faults
from tests.campaigns.conftest import act, order, take, work
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db

#: A10, B10 and C20, and a product bonus of 10 on A and of 20 on B.
WORKED = {
    "order_id": "o1",
    "currency": "EUR",
    "lines": [
        {"line_id": "A", "sku": "a", "category": "bonus-10", "quantity": 1, "unit_price": "10.00"},
        {"line_id": "B", "sku": "b", "category": "bonus-20", "quantity": 1, "unit_price": "10.00"},
        {"line_id": "C", "sku": "c", "category": "", "quantity": 1, "unit_price": "20.00"},
    ],
}


def published(slug, **wanted):
    return standard.publish({"slug": slug, "name": slug.title(), **wanted}, actor=SYSTEM)


def back(member, *lines, id="r1", order_id="o1", kind="order.returned", at=None):
    """A return of (line, pieces), or of the whole order."""
    told = {"order_id": order_id}
    if lines:
        told["lines"] = [{"line_id": line, "quantity": quantity} for line, quantity in lines]
    return act(kind, member, id=id, at=at, **told)


def amounts(answer, unit="points"):
    return {
        effect["campaign"]: effect["amount"]
        for effect in answer["effects"]
        if effect["unit"] == unit
    }


def balance(member, unit, kind="wallet"):
    return Balance.objects.get(account=ledger.wallet(member, unit, kind)).amount


@pytest.fixture
def bonuses(units):
    """The base campaign, and points for single products."""
    programme = {}
    for wanted in standard.STANDARD[:1]:
        programme["base"] = standard.publish(wanted, actor=SYSTEM)
    for points, category in ((1, "bonus-10"), (2, "bonus-20")):
        published(
            category,
            triggers=["order.placed"],
            effects=[
                {
                    "kind": "earn",
                    "unit": "points",
                    "points": points,
                    "per": "1.00",
                    "categories": [category],
                }
            ],
        )
    return programme


def worked(member, **told):
    return act("order.placed", member, id="o1", **(WORKED | told))


def test_a_return_takes_back_line_by_line(bonuses, bo, points, units):
    """E24: the worked example; C came back, and no bonus hung on C."""
    [sold] = take(worked(bo))
    assert sum(amounts(sold).values()) == 70
    [answer] = take(back(bo, ("C", 1)))
    assert answer["status"] == "accepted"
    assert amounts(answer) == {"base": -20}
    assert amounts(answer, "status") == {"base": -20}
    assert (balance(bo, points), balance(bo, units["status"])) == (50, 20)
    assert faults() == []


def test_or_by_the_share_of_the_value(bonuses, bo, points):
    """E24: the order-share policy takes 35 of 70 for half the value."""
    Campaign.objects.update(returns="share")
    verbs.rulebook.touch()
    take(worked(bo))
    [answer] = take(back(bo, ("C", 1)))
    assert amounts(answer) == {"base": -20, "bonus-10": -5, "bonus-20": -10}
    assert balance(bo, points) == 35


def test_parts_add_up_to_exactly_the_whole(campaigns, bo, points):
    """E30: three pieces at 3.33, returned one at a time; what each takes differs, the sum does not."""
    line = {"line_id": "1", "quantity": 3, "unit_price": "3.33"}
    take(act("order.placed", bo, id="o1", order_id="o1", currency="EUR", lines=[line]))
    assert balance(bo, points) == 9
    taken = []
    for number in range(3):
        [answer] = take(back(bo, ("1", 1), id=f"r{number}"))
        taken.append(amounts(answer)["base"])
    assert (taken, balance(bo, points)) == ([-3, -3, -3], 0)
    [again] = take(back(bo, ("1", 1), id="r9"))
    assert (again["status"], again["code"], again["effects"]) == ("quarantined", "nothing_left", [])
    assert faults() == []


def test_shares_add_up_to_exactly_the_whole(campaigns, bo, points):
    """E30: cumulative rounding, whatever the pieces are worth."""
    Campaign.objects.update(returns="share")
    lines = [
        {"line_id": str(n), "quantity": 1, "unit_price": price}
        for n, price in enumerate(("0.99", "3.50", "7.01"))
    ]
    take(act("order.placed", bo, id="o1", order_id="o1", currency="EUR", lines=lines))
    assert balance(bo, points) == 11
    for number in range(3):
        take(back(bo, (str(number), 1), id=f"r{number}"))
    assert balance(bo, points) == 0


def test_a_threshold_is_asked_again_about_what_is_left(campaigns, bo, points):
    """E24: a bonus from 50.00 on goes when 45.00 are left, and stays when 50.00 are."""
    published(
        "big",
        triggers=["order.placed"],
        conditions={"all": [{"field": "order.base", "op": "at_least", "value": "50.00"}]},
        effects=[{"kind": "earn", "unit": "points", "amount": 30}],
    )
    take(order(bo, "45.00", "5.00", "10.00"))
    [stays] = take(back(bo, ("2", 1), id="r1"))
    assert amounts(stays) == {"base": -10}
    [goes] = take(back(bo, ("1", 1), id="r2"))
    assert amounts(goes) == {"base": -5, "big": -30}
    assert balance(bo, points) == 45


def test_a_multiplier_shrinks_with_what_it_multiplied(campaigns, bo, points):
    """E24: twice the points on refills, and the refill comes back."""
    campaigns["double-refills"].refresh_from_db()
    published(
        "double-books",
        triggers=["order.placed"],
        effects=[{"kind": "multiply", "unit": "points", "factor": "2"}],
    )
    take(order(bo, "40.00", "10.00"))
    assert balance(bo, points) == 100
    [answer] = take(back(bo, ("0", 1)))
    assert amounts(answer) == {"base": -40, "double-books": -40}


def test_rules_are_those_of_the_sale(campaigns, bo, points):
    """E41, E86: a campaign that is over since, or reworded, takes back what it gave then."""
    base = campaigns["base"]
    take(order(bo, "40.00"))
    verbs.write_rule(
        base,
        triggers=["order.placed"],
        effects=[{"kind": "earn", "unit": "points", "points": 5, "per": "1.00"}],
        actor=SYSTEM,
    )
    verbs.publish(base, actor=SYSTEM)
    [answer] = take(back(bo))
    assert amounts(answer) == {"base": -40}
    assert balance(bo, points) == 0


def test_a_cancelled_order_brings_nothing(campaigns, bo, points, units):
    """E28: cancelled is returned whole; status points go too, and the tier with them."""
    take(order(bo, "200.00"))
    [answer] = take(back(bo, kind="order.cancelled"))
    assert (amounts(answer), amounts(answer, "status")) == ({"base": -200}, {"base": -200})
    assert (balance(bo, points), balance(bo, units["status"])) == (0, 0)
    assert faults() == []


def test_spent_already_becomes_debt_and_is_repaid(campaigns, bo, points):
    """E25, E26: 100 earned, 80 spent, all returned; the next 50 repay."""
    take(order(bo, "100.00"))
    ledger.redeem(bo, unit=points, amount=80, key="s", reason="x", actor=SYSTEM, cause=("test", 1))
    [answer] = take(back(bo))
    assert amounts(answer) == {"base": -100}
    assert (balance(bo, points), balance(bo, points, "debt")) == (0, -80)
    take(order(bo, "50.00", id="o2"))
    assert (balance(bo, points), balance(bo, points, "debt")) == (0, -30)
    assert faults() == []


def test_what_was_paid_in_points_comes_back(campaigns, bo, points):
    """E27: in proportion for a part, the rest with the last part, into the same lots."""
    take(order(bo, "100.00", id="o0"))
    hold = holds.place(bo, unit=points, amount=60, key="cart", reference="o1", actor=SYSTEM)
    holds.capture(hold, actor=SYSTEM)
    take(order(bo, "20.00", "10.00", paid_with_points="6.00"))
    assert balance(bo, points) == 40 + 24
    [answer] = take(back(bo, ("0", 1), id="r1"))
    assert amounts(answer) == {"base": -16, None: 40}
    assert balance(bo, points) == 40 + 24 - 16 + 40
    take(back(bo, id="r2"))
    assert balance(bo, points) == 100
    assert Entry.objects.filter(kind="restoration").count() == 2
    assert faults() == []


def test_a_return_before_its_sale_waits(campaigns, bo, points):
    """E31: parked, and matched when the sale comes; the same books as in the right order."""
    [early] = take(back(bo, ("0", 1)))
    assert (early["status"], early["effects"]) == ("parked", [])
    assert Entry.objects.count() == 0
    [sold] = take(order(bo, "40.00", "10.00", at=clock.now() - timedelta(hours=1)))
    assert amounts(sold) == {"base": 50}
    assert balance(bo, points) == 10
    waited = Activity.objects.get(kind="order.returned")
    assert (waited.status, waited.evaluation.trace) == ("accepted", [])
    [again] = take(back(bo, ("0", 1), at=waited.occurred_at))
    assert (again["status"], amounts(again)) == ("duplicate", {"base": -40})
    assert faults() == []


def test_sale_and_return_of_somebody_unknown_are_matched_when_they_join(campaigns, units, points):
    """E31, E89: both were parked for want of a member."""
    take(back_of := act_of("order.returned", "cleo", id="r1", order_id="o1"))
    take(order("cleo", "40.00"))
    assert Activity.objects.filter(status="parked").count() == 2
    cleo = members.enrol("cleo", actor=SYSTEM)
    work()
    assert set(Activity.objects.values_list("status", flat=True)) == {"accepted"}
    assert balance(cleo, points) == 50
    assert back_of.kind == "order.returned"
    assert faults() == []


def act_of(kind, ref, *, id, **payload):
    from loyalty.campaigns.domain.told import Told

    return Told("shop", id, kind, ref, clock.now(), payload)


def test_a_return_of_what_was_never_sold_waits_for_a_person(campaigns, bo, points):
    """E24: an unknown line is set aside with the reason and takes nothing."""
    take(order(bo, "40.00"))
    [answer] = take(back(bo, ("7", 1)))
    assert (answer["status"], answer["reason"]) == ("quarantined", "The order has no line '7'.")
    assert balance(bo, points) == 40


def test_somebody_elses_order_is_not_found(campaigns, bo, amara, points):
    """E24: an order is the member's own."""
    take(order(amara, "40.00"))
    [answer] = take(back(bo))
    assert answer["status"] == "parked"


def test_limits_and_budgets_get_back_what_is_taken(campaigns, bo, points):
    """E28, E43: the window of the sale counts one less, and the budget holds more again."""
    capped = published(
        "capped",
        triggers=["order.placed"],
        effects=[{"kind": "earn", "unit": "points", "amount": 30}],
        limit={"times": 1, "per": "month"},
        budget_units=50,
    )
    take(order(bo, "10.00"))
    [missed] = take(order(bo, "10.00", id="o2"))
    assert "capped" not in amounts(missed)
    take(back(bo))
    use = LimitUse.objects.get(campaign=capped)
    assert (use.times, use.units, BudgetUse.objects.get(campaign=capped).units) == (0, 0, 0)
    [paid] = take(order(bo, "10.00", id="o3"))
    assert amounts(paid)["capped"] == 30


def test_pending_points_are_lowered_before_they_are_active(units, bo, points):
    """E8, E25: half comes back while they wait; the other half is what is activated."""
    published(
        "later",
        triggers=["order.placed"],
        effects=[
            {"kind": "earn", "unit": "points", "points": 1, "per": "1.00", "pending": {"days": 14}}
        ],
    )
    take(order(bo, "30.00", "10.00"), order(bo, "5.00", id="o2"))
    take(back(bo, ("0", 1)), back(bo, order_id="o2", id="r2"))
    assert balance(bo, points, "pending") == 10
    assert Waiting.objects.count() == 1
    from loyalty.campaigns.operations.releases import pending_releases

    until = clock.now() + timedelta(days=15)
    pending_releases(until, until)
    assert (balance(bo, points), balance(bo, points, "pending")) == (10, 0)
    assert faults() == []


def test_a_preview_says_what_would_be_lost(campaigns, bo, points):
    """E29: and changes nothing."""
    take(order(bo, "40.00"))
    entries, effects = Entry.objects.count(), Effect.objects.count()
    [told] = [answer.as_json() for answer in intake.preview([back(bo)], actor=SYSTEM)]
    assert amounts(told) == {"base": -40}
    assert (Entry.objects.count(), Effect.objects.count()) == (entries, effects)
    assert balance(bo, points) == 40


def test_what_expired_while_it_was_held_is_forgiven(campaigns, bo, points):
    """E25: it was never enjoyed, no more than what expired in the wallet."""
    take(order(bo, "100.00"))
    ends = OpenLot.objects.get(account=ledger.wallet(bo, points)).expires_at
    with time_machine.travel(ends - timedelta(hours=1), tick=False):
        hold = holds.place(
            bo, unit=points, amount=80, key="h", lasts=timedelta(days=2), actor=SYSTEM
        )
    with time_machine.travel(ends + timedelta(hours=1), tick=False):
        ledger.expire_due(at=clock.now())
        holds.release(hold, actor=SYSTEM)
        take(back(bo))
    assert (balance(bo, points), balance(bo, points, "debt")) == (0, 0)
    assert faults() == []


def test_what_was_paid_for_no_order_stays_paid(campaigns, amara, points):
    """E27: an order without a number gives back none of the checkouts without one."""
    hold = holds.place(amara, unit=points, amount=50, key="h", actor=SYSTEM)
    holds.capture(hold, actor=SYSTEM)
    take(order(amara, "10.00", order_id=""), back(amara, order_id=""))
    assert balance(amara, points) == 550


@pytest.mark.parametrize("minutes", [0, 60])
def test_a_return_counts_also_when_its_clock_is_behind_its_order(campaigns, bo, points, minutes):
    """E31, I2: in one batch as singly, whichever comes first in it."""
    now = clock.now()
    early = now - timedelta(minutes=minutes)
    for first, batch in (
        (True, [back(bo, id="a1", order_id="o1", at=early), order(bo, "10.00", at=now)]),
        (False, [order(bo, "9.00", id="o2", at=now), back(bo, id="a2", order_id="o2", at=early)]),
    ):
        assert [answer["status"] for answer in take(*batch)] == ["accepted"] * 2, first
        assert balance(bo, points) == 0
    assert faults() == []


def test_a_number_with_a_point_is_whole_too(campaigns, bo, points):
    """E33, E24: JSON has one kind of number, so 2.0 pieces are two, with a rate and with a discount."""
    line = {"line_id": "1", "quantity": 3.0, "unit_price": "10.00"}
    told = {"currency": "USD", "exchange_rate": "0.5", "discount": "3.00", "lines": [line]}
    take(act("order.placed", bo, id="o1", order_id="o1", **told))
    assert balance(bo, points) == 13
    take(back(bo, ("1", 2.0)))
    assert balance(bo, points) == 4
    assert faults() == []


@pytest.mark.parametrize("lines", ["A", 5, [{"x": 1}], [{"line_id": "0", "quantity": -1}]])
def test_a_cancellation_is_as_strict_as_a_return(campaigns, bo, points, lines):
    """E33: lines that are none are refused with their place, and nothing is taken back."""
    take(order(bo, "10.00"))
    [answer] = take(act("order.cancelled", bo, id="c1", order_id="o1", lines=lines))
    assert answer["status"] == "rejected"
    assert answer["errors"][0]["pointer"].startswith("/data/lines")
    assert balance(bo, points) == 10


def test_what_is_captured_after_its_order_came_back_is_given_back(campaigns, amara, points):
    """E27: the checkout was still open when the order returned; half first, then all of it."""
    take(order(amara, "10.00", "10.00"))
    work()
    earned = balance(amara, points)
    cart = holds.place(amara, unit=points, amount=60, key="h", actor=SYSTEM, reference="o1")
    take(back(amara, ("0", 1)))
    holds.capture(cart, actor=SYSTEM)
    assert balance(amara, points) == earned - 10 - 60
    work()
    assert balance(amara, points) == earned - 10 - 30
    work()
    take(back(amara, id="r2"))
    assert balance(amara, points) == earned - 20
    assert faults() == []
