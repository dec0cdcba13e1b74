"""Orders from placed to sent out, come back or cancelled, and what cannot be told of them."""

from datetime import timedelta
from itertools import permutations

import pytest
from django.db import transaction

from loyalty.audiences.domain.fields import Scope
from loyalty.audiences.operations.history import Ask
from loyalty.audiences.operations.history import pasts as history_of
from loyalty.campaigns.operations.matching import PLACED_BEFORE
from members import clock
from members.models import Activity
from tests.books import faults
from tests.campaigns.conftest import act, order, take, work
from tests.campaigns.operations.test_returns import amounts, back, balance, published
from tests.campaigns.operations.test_two_shops import told_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def bonus(campaigns):
    """Beside one point for each euro at once: four, when the order has gone out."""
    waits = {"until": "order.fulfilled"}
    effect = {"kind": "earn", "unit": "points", "points": 4, "per": "1.00", "pending": waits}
    return published("bonus", triggers=["order.placed"], effects=[effect])


def lines(*places, quantity=1):
    return [{"line_id": place, "quantity": quantity} for place in places]


def said(answer):
    return answer["status"], answer.get("code")


def sent(bo, *places, id="f", at=None):
    named = {"lines": lines(*places)} if places else {}
    return act("order.fulfilled", bo, id=id, order_id="o1", at=at, **named)


def test_what_waits_for_the_parcel_comes_with_the_last_one(bonus, bo, points):
    """E5, E47: part of it pays nothing yet; the rest pays as of when it went out."""
    take(order(bo, "10.00", "5.00"))
    at = clock.now() - timedelta(minutes=3)
    [first] = take(sent(bo, "0", id="f1", at=at))
    assert (said(first), first["effects"]) == (("accepted", None), [])
    assert (balance(bo, points), balance(bo, points, "pending")) == (15, 60)
    [last] = take(sent(bo, "1", id="f2", at=at - timedelta(minutes=2)))
    assert [(effect["kind"], effect["amount"]) for effect in last["effects"]] == [
        ("activation", 60)
    ]
    assert (balance(bo, points), balance(bo, points, "pending")) == (75, 0)
    assert faults() == []


def test_what_is_not_sent_because_it_was_cancelled_is_not_waited_for(bonus, bo, points):
    """E5, E47: the rest of the order is all there is."""
    take(order(bo, "10.00", "5.00"), sent(bo, "0"))
    take(act("order.cancelled", bo, id="c", order_id="o1", lines=lines("1")))
    assert (balance(bo, points), balance(bo, points, "pending")) == (10 + 40, 0)
    assert faults() == []


@pytest.mark.parametrize(
    ("before", "then", "code"),
    [
        ("order.cancelled", "order.fulfilled", "order_cancelled"),
        ("order.cancelled", "order.returned", "order_cancelled"),
        ("order.cancelled", "order.cancelled", "order_cancelled"),
        ("order.fulfilled", "order.cancelled", "order_fulfilled"),
        ("order.fulfilled", "order.fulfilled", "fulfilled_before"),
        ("order.returned", "order.returned", "nothing_left"),
        ("order.returned", "order.cancelled", "nothing_left"),
    ],
)
def test_what_cannot_follow_waits_for_a_person(bonus, bo, points, before, then, code):
    """E24, E47: with a code and in words, the same when told again; and nothing changes."""
    take(order(bo, "10.00"), act(before, bo, id="a", order_id="o1"))
    books = balance(bo, points), balance(bo, points, "pending")
    told = act(then, bo, id="b", order_id="o1")
    [answer] = take(told)
    assert said(answer) == ("quarantined", code)
    assert answer["reason"] == Activity.objects.get(external_id="b").status_reason
    assert take(told) == [answer]
    assert (balance(bo, points), balance(bo, points, "pending")) == books
    assert faults() == []


def noted(id: str) -> list[str]:
    """What is said of an activity beside its rules."""
    trace = Activity.objects.get(external_id=id).evaluation.trace
    return [each["why"] for each in trace if not each["rule"]]


def test_a_number_told_again_is_flagged_and_counts(campaigns, bo, points):
    """Semantic 16: only an id tells one purchase from an equal one; another shop's number is its own. What
    comes back is of the first."""
    take(order(bo, "10.00"))
    [again] = take(order(bo, "99.00", id="e2", order_id="o1"))
    assert said(again) == ("accepted", None)
    assert (noted("o1"), noted("e2")) == ([], [PLACED_BEFORE])
    assert balance(bo, points) == 109
    take(back(bo, id="r"))
    assert balance(bo, points) == 99
    [elsewhere] = take(told_by("market", order(bo, "20.00")))
    assert said(elsewhere) == ("accepted", None)
    assert balance(bo, points) == 119
    first, second = take(
        order(bo, "1.00", id="x1", order_id="x"), order(bo, "2.00", id="x2", order_id="x")
    )
    assert (said(first), said(second)) == (("accepted", None), ("accepted", None))
    assert (noted("x1"), noted("x2")) == ([], [PLACED_BEFORE])
    assert balance(bo, points) == 122


def test_a_parcel_before_its_order_waits_for_it(bonus, bo, points):
    """E31, E5: parked with a code; it counts when the order is told."""
    [early] = take(sent(bo))
    assert said(early) == ("parked", "order_unknown")
    take(order(bo, "10.00"))
    assert balance(bo, points) == 50
    assert Activity.objects.get(external_id="f").status == "accepted"
    assert faults() == []


def test_a_history_that_can_be_true_ends_the_same_in_any_order(bonus, bo, points):
    """I2, E31: two parcels, a line cancelled in between; every one is taken in the end."""
    start = clock.now() - timedelta(days=3)

    def day(number):
        return start + timedelta(hours=number)

    history = [
        order(bo, "10.00", "5.00", "3.00", at=day(0)),
        sent(bo, "0", id="f1", at=day(1)),
        act("order.cancelled", bo, id="c", order_id="o1", at=day(2), lines=lines("2")),
        sent(bo, id="f2", at=day(3)),
    ]
    ends = set()
    for arrival in permutations(history):
        with transaction.atomic():
            for told in arrival:
                take(told)
            statuses = set(Activity.objects.values_list("status", flat=True))
            ends.add((*statuses, balance(bo, points), balance(bo, points, "pending")))
            transaction.set_rollback(True)
    assert ends == {("accepted", 75, 0)}


def test_more_than_was_bought_comes_back_as_what_was_bought(campaigns, bo, points):
    """E24, E30: it counts as far as it goes, and says so; the rest never counts twice."""
    take(order(bo, "10.00", "5.00"))
    [answer] = take(back(bo, ("0", 3)))
    assert (answer["status"], amounts(answer)) == ("accepted", {"base": -10})
    assert answer["not_earned"] == [
        {"campaign": "", "why": "More came back than was left of it; it counts as what was left."}
    ]
    assert balance(bo, points) == 5
    assert faults() == []


@pytest.mark.parametrize("as_batch", [True, False])
def test_what_came_back_is_not_counted_as_spent(campaigns, bo, as_batch):
    """E32, I2: the past of an order is net, in whatever order and however the others were told; parts add up
    to the whole, and what is cancelled counts as well."""
    at = clock.now() - timedelta(days=3)
    history = [
        back(bo, ("0", 1), id="early", order_id="o1", at=at + timedelta(hours=1)),
        order(bo, "3.33", "6.66", "10.00", at=at, discount="1.00"),
        back(bo, ("1", 1), id="r2", order_id="o1", at=at + timedelta(hours=2)),
        order(bo, "5.00", id="o2", at=at + timedelta(hours=3)),
        act("order.cancelled", bo, id="c", order_id="o2", at=at + timedelta(hours=4)),
    ]
    for part in [history] if as_batch else [[told] for told in history]:
        take(*part)
    worths = dict(Activity.objects.values_list("external_id", "worth"))
    assert (worths["o1"], worths["o2"], worths["c"]) == (1899, 500, -500)
    assert worths["early"] + worths["r2"] == -950
    scope = Scope("order.placed")
    [past] = history_of([Ask(bo.pk, clock.now())], [scope])
    assert (past[scope].times, past[scope].worth) == (2, 949)
    take(back(bo, id="rest", order_id="o1"))
    [past] = history_of([Ask(bo.pk, clock.now())], [scope])
    assert (past[scope].times, past[scope].worth) == (2, 0)


def test_what_went_out_may_be_awaited_by_something_else_than_an_order(units, bo, points):
    """E47, E31: a refill that waits for its parcel; whichever of the two is told first."""
    waits = {"until": "order.fulfilled"}
    published(
        "parcel",
        triggers=["refill.ordered"],
        effects=[{"kind": "earn", "unit": "points", "amount": 7, "pending": waits}],
    )
    parcel = act("order.fulfilled", bo, id="f", order_id="R-1")
    asked = act("refill.ordered", bo, id="a", order_id="R-1", at=parcel.occurred_at)
    ends = set()
    for arrival in ((asked, parcel), (parcel, asked)):
        with transaction.atomic():
            for told in arrival:
                take(told)
            work()
            ends.add((balance(bo, points), Activity.objects.get(external_id="f").status))
            transaction.set_rollback(True)
    assert ends == {(7, "accepted")}
