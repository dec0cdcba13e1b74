"""An order and its return at the same moment."""

import threading
from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from loyalty.campaigns.models import BudgetUse, ReviewCase
from loyalty.campaigns.operations import merges, returns, reviews
from loyalty.campaigns.operations.matching import PLACED_BEFORE
from members.domain.actors import Actor
from members.models import Activity
from members.operations import holds
from tests.books import faults
from tests.campaigns.conftest import act, order, take
from tests.campaigns.operations.test_returns import balance, published
from tests.campaigns.operations.test_reviews import often
from tests.conftest import SYSTEM, person

_WAITING = """
SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))
"""


def looks() -> Iterator[int]:
    """How many others wait for us, asked again and again, a while."""
    for _ in range(20_000):
        with connection.cursor() as cursor:
            cursor.execute(_WAITING)
            yield cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_a_return_that_waits_for_its_order_frees_the_budget(units, bo, points):
    """E28, E45: the order is committed after the return looked for budgets, before it has its locks."""
    published(
        "capped",
        triggers=["order.placed"],
        effects=[{"kind": "earn", "unit": "points", "amount": 30}],
        budget_units=50,
    )
    answers = []

    def come_back() -> None:
        try:
            answers.extend(take(act("order.returned", bo, id="r1", order_id="o1")))
        finally:
            connection.close()

    other = threading.Thread(target=come_back)
    with transaction.atomic():
        take(order(bo, "10.00"))
        other.start()
        assert any(looks())
    other.join(timeout=30)
    assert [effect["amount"] for effect in answers[0]["effects"]] == [-30]
    assert (BudgetUse.objects.get().units, balance(bo, points)) == (0, 0)
    assert faults() == []


@pytest.mark.django_db(transaction=True)
def test_what_was_captured_late_is_given_back_to_whoever_has_the_order(units, amara, bo, points):
    """E27, E68: the hold and its order are handed over while its refund waits for the balances."""
    clerk = person("clerk@example.test", is_staff=True)
    published(
        "base", triggers=["order.placed"], effects=[{"kind": "earn", "unit": "points", "amount": 1}]
    )
    take(order(amara, "10.00"))
    hold = holds.place(amara, unit=points, amount=100, key="h", actor=SYSTEM, reference="o1")
    take(act("order.returned", amara, id="r1", order_id="o1"))
    holds.capture(hold, actor=SYSTEM)

    def refund() -> None:
        try:
            returns.settle_late(hold.pk, actor=SYSTEM)
        finally:
            connection.close()

    other = threading.Thread(target=refund)
    with transaction.atomic():
        merges.merge(amara, bo, reason="One person", key="m", by=clerk, keeps="target")
        other.start()
        assert any(looks())
    other.join(timeout=30)
    assert balance(bo, points) == 600
    assert faults() == []


@pytest.mark.django_db(transaction=True)
def test_a_number_told_twice_at_the_same_moment_is_flagged_once(campaigns, bo, points):
    """Semantic 16, E45: under two ids; whoever comes second finds the first."""
    answers = []

    def tell() -> None:
        try:
            answers.extend(take(order(bo, "10.00", id="e2", order_id="o1")))
        finally:
            connection.close()

    other = threading.Thread(target=tell)
    with transaction.atomic():
        take(order(bo, "10.00", id="e1", order_id="o1"))
        other.start()
        assert any(looks())
    other.join(timeout=30)
    assert [answer["status"] for answer in answers] == ["accepted"]
    notes = Activity.objects.get(external_id="e2").evaluation.trace
    assert [each["why"] for each in notes if not each["rule"]] == [PLACED_BEFORE]
    assert balance(bo, points) == 20
    assert faults() == []


@pytest.mark.django_db(transaction=True)
def test_a_return_that_is_told_while_its_order_is_declined_ends_with_it(campaigns, bo):
    """E64, E31: whoever declines waits for what is being told of the order; nothing waits for ever."""
    often(0, subjects=["order.placed"])
    take(order(bo, "40.00"))
    clerk = Actor.user(person("clerk@example.test", is_staff=True))

    def decline() -> None:
        try:
            reviews.decline(ReviewCase.objects.get(), reason="A farm", actor=clerk)
        finally:
            connection.close()

    other = threading.Thread(target=decline)
    with transaction.atomic():
        [early] = take(act("order.returned", bo, id="r1", order_id="o1"))
        other.start()
        assert any(looks())
    other.join(timeout=30)
    assert early["status"] == "parked"
    of_order = Activity.objects.filter(kind__startswith="order.").order_by("pk")
    assert list(of_order.values_list("kind", "status")) == [
        ("order.placed", "declined"),
        ("order.returned", "declined"),
    ]
