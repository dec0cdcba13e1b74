"""Returns of many members in one batch: the same rows as one by one, in as many queries as for few."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.campaigns.operations import intake
from members import clock
from members.models import Balance, Entry, Unit
from members.operations import holds, ledger, members
from tests.books import faults
from tests.campaigns.conftest import act, order, take, work
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db


def shoppers(number: int, start: int = 0) -> list:
    return [members.enrol(f"s{start + n}", actor=SYSTEM) for n in range(number)]


def bought(people) -> None:
    at = clock.now() - timedelta(days=3)
    take(*[order(who, "30.00", "12.00", id=f"o-{who.ref}", at=at) for who in people])


def returns_of(people):
    line = [{"line_id": "0", "quantity": 1}]
    return [
        act("order.returned", who, id=f"r-{who.ref}", order_id=f"o-{who.ref}", lines=line)
        for who in people
    ]


def balance(member, unit: Unit, kind: str = "wallet") -> int:
    return Balance.objects.get(account=ledger.wallet(member, unit, kind)).amount


def test_a_batch_of_returns_asks_as_often_for_many_as_for_few(campaigns, points):
    """E24: the reversals of a wave are found, planned and posted at once."""
    first, few, many = shoppers(1), shoppers(2, start=1), shoppers(12, start=3)
    bought([*first, *few, *many])
    work()
    take(*returns_of(first))  # what does not change is read once
    asked = []
    for people in (few, many):
        with CaptureQueriesContext(connection) as seen:
            answers = intake.take(returns_of(people), actor=SYSTEM)
        assert {answer.status for answer in answers} == {"accepted"}
        asked.append(len(seen))
    assert asked[0] == asked[1]
    assert {balance(who, points) for who in (*few, *many)} == {62}
    assert faults() == []


def test_each_is_taken_back_as_its_member_stands(campaigns, points):
    """E25, E26: in one batch, from the own lot, from others, and into debt."""
    _, spender, debtor = people = shoppers(3)
    bought(people)
    work()
    for who, amount in ((spender, 60), (debtor, 92)):
        cause = {"key": who.ref, "reason": "A mug", "actor": SYSTEM, "cause": ("test", None)}
        ledger.redeem(who, unit=points, amount=amount, **cause)
    take(*returns_of(people))
    assert [balance(who, points) for who in people] == [62, 2, 0]
    assert balance(debtor, points, "debt") == -30
    took = Entry.objects.filter(kind="reversal", unit=points).order_by("pk")
    assert [key.rpartition(":")[2] for key in took.values_list("key", flat=True)] == [
        "own",
        "others",
        "debt",
    ]
    assert faults() == []


def test_one_that_was_paid_with_points_gets_them_back_beside_the_others(campaigns, amara, points):
    """E27: a hold of one member, nothing of the other's."""
    [bo] = shoppers(1)
    cart = holds.place(
        amara, unit=points, amount=42, key="h", actor=SYSTEM, reference=f"o-{amara.ref}"
    )
    holds.capture(cart, actor=SYSTEM)
    bought([amara, bo])
    before = balance(amara, points)
    take(*returns_of([amara, bo]))
    assert balance(amara, points) == before - 30 + 30
    assert balance(bo, points) == 12
    assert faults() == []
