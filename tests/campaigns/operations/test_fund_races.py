"""Many at once on one fund: never more than it has, and whoever comes too late is told why."""

from functools import partial

import pytest

from loyalty.campaigns.models import Effect
from loyalty.campaigns.operations import intake
from loyalty.rewards.operations import funds
from members.operations import members, sweeps
from tests.campaigns.conftest import act, order
from tests.campaigns.funding import books, brewery, fund_of, funded, sums
from tests.conftest import SYSTEM
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS = 50


@pytest.fixture
def partner(eli):
    return brewery(eli)


def crowd() -> list:
    """As many members as clients."""
    return [members.enrol(f"m{number}", actor=SYSTEM) for number in range(CLIENTS)]


def answering(told, answers: list) -> None:
    [answer] = intake.take([told], actor=SYSTEM)
    answers.append(answer.as_json())


def test_fifty_activities_and_thirty_points(points, partner):
    """E45, E93: 10 points each, 30 in the fund: three are paid, forty-seven are told why not."""
    fund = fund_of(partner, points, points=30)
    funded(fund, effects=[{"kind": "earn", "unit": "points", "amount": 10}])
    answers: list = []
    acts = [
        partial(answering, act("visit.checked_in", member, id=member.ref), answers)
        for member in crowd()
    ]
    assert together(*acts) == ["done"] * CLIENTS
    paid = [answer for answer in answers if answer["effects"]]
    lost = [answer["not_earned"][0]["why"] for answer in answers if not answer["effects"]]
    assert (len(paid), Effect.objects.count()) == (3, 3)
    assert lost == ["The points that Brew & Co pays for are used up"] * 47
    assert (sums(fund), books()) == ((30, 30, 0, 0), [])


def test_two_campaigns_with_budgets_and_funds_lock_in_one_order(points, partner):
    """E45: two activity kinds, each drawing on a budget and on both funds, never wait in a circle."""
    first = fund_of(partner, points, points=200)
    second = fund_of(partner, points, slug="second", points=200)
    five = [{"kind": "earn", "unit": "points", "amount": 5}]
    for number, (fund, kind) in enumerate(
        [
            (second, "visit.checked_in"),
            (first, "visit.checked_in"),
            (first, "app.opened"),
            (second, "app.opened"),
        ]
    ):
        funded(fund, f"c{number}", triggers=[kind], effects=five, budget_units=1_000)
    acts = [
        partial(
            answering,
            act(("visit.checked_in", "app.opened")[number % 2], member, id=member.ref),
            [],
        )
        for number, member in enumerate(crowd())
    ]
    assert together(*acts) == ["done"] * CLIENTS
    assert (sums(first), sums(second)) == ((200, 200, 0, 0), (200, 200, 0, 0))
    assert books() == []


def test_returns_and_orders_cross_without_losing_a_point(points, partner):
    """E45, E28: what comes back while others draw is there for them, once."""
    fund = fund_of(partner, points, points=100)
    per_money = [{"kind": "earn", "unit": "points", "points": 1, "per": "1.00"}]
    funded(fund, "orders", triggers=["order.placed"], effects=per_money)
    people = crowd()[:20]
    for member in people[:10]:
        intake.take([order(member, "10.00", id=f"o-{member.ref}")], actor=SYSTEM)
    assert sums(fund) == (100, 100, 0, 0)
    acts = [
        partial(answering, act("order.returned", member, id=f"r-{member.ref}",
                               order_id=f"o-{member.ref}"), [])
        for member in people[:10]
    ] + [
        partial(answering, order(member, "10.00", id=f"o-{member.ref}"), [])
        for member in people[10:]
    ]  # fmt: skip
    assert together(*acts) == ["done"] * 20
    bought, granted, returned, left = sums(fund)
    assert (bought, returned, left) == (100, 100, 200 - granted)
    assert (Effect.objects.filter(kind="points").count(), books()) == (granted // 10, [])


def test_one_pack_is_sold_once_however_often_it_is_sent(points, partner):
    """E85: ten equal requests are one pack."""
    fund = fund_of(partner, points)
    buy = partial(funds.buy_pack, fund, points=500, reference="i", key="k", actor=SYSTEM)
    assert together(*[buy] * 10) == ["done"] * 10
    assert (sums(fund), books()) == ((500, 0, 0, 500), [])


def test_a_fund_is_closed_and_paid_back_once(points, partner):
    """E93: closing races with itself, with the sweep and with somebody who still earns."""
    fund = fund_of(partner, points, points=500)
    funded(fund)
    [member, *_] = crowd()
    close = partial(funds.close, fund, actor=SYSTEM)
    earn = partial(answering, act("visit.checked_in", member, id="v"), [])
    sweep = partial(sweeps.run_due, names=["fund_closings"])
    said = together(close, close, close, earn, sweep)
    assert sorted(map(str, said)) == ["done"] * 3 + ["illegal_move"] * 2
    paid_back = fund.moves.filter(kind="refunded")
    granted = sums(fund)[1]
    assert [(move.points, move.money) for move in paid_back] == [
        (500 - granted, (500 - granted) * 8 // 10)
    ]
    assert (sums(fund)[3], books()) == (0, [])
