"""Whoever waits for a coupon of a pool keeps none from anybody else."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from loyalty.rewards.errors import NoneLeft
from loyalty.rewards.models import Coupon, Redemption
from members.operations import ledger
from tests.conftest import SYSTEM
from tests.rewards.conftest import books, codes_of, redeem

pytestmark = pytest.mark.django_db(transaction=True)

_BLOCKED = """
SELECT pg_sleep(0.01), count(*) FROM pg_locks WHERE NOT granted AND %s = ANY(pg_blocking_pids(pid))
"""


class Taker(threading.Thread):
    """Has a coupon on a connection of its own until told to let go."""

    def __init__(self, take: Callable[[], object]) -> None:
        super().__init__()
        self.take, self.pid = take, 0
        self.holds, self.may_end = threading.Event(), threading.Event()

    def run(self) -> None:
        with transaction.atomic():
            self.take()
            self.pid = connection.connection.info.backend_pid
            self.holds.set()
            self.may_end.wait(20)
        connection.close()

    def let_go(self) -> None:
        self.may_end.set()
        self.join(20)

    def wait_until_it_blocks(self) -> None:
        for _ in range(1_000):
            with connection.cursor() as cursor:
                cursor.execute(_BLOCKED, [self.pid])
                [(_, waiting)] = cursor.fetchall()
            if waiting:
                return
        pytest.fail("nobody waits")


def having(take: Callable[[], object]) -> Taker:
    taker = Taker(take)
    taker.start()
    assert taker.holds.wait(20)
    return taker


def locked(coupon: Coupon) -> Callable[[], object]:
    return lambda: Coupon.objects.select_for_update().get(pk=coupon.pk)


@pytest.fixture
def rich(amara, bo, points):
    for member in (amara, bo):
        ledger.accrue(
            member, unit=points, amount=500, key=f"e{member.pk}", reason="r", actor=SYSTEM,
            cause=("test", None),
        )  # fmt: skip


def in_background(member, ticket, quantity, said):
    def run():
        try:
            redeem(member, ticket, key=f"w{member.pk}", quantity=quantity)
            said.append("done")
        except NoneLeft as refusal:
            said.append(refusal.code)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_what_somebody_else_took_is_not_kept_while_waiting_for_the_next(rich, amara, bo, pool_of):
    """P8: their owner can undo at once, whoever waits for another one."""
    ticket = pool_of(["AAAA-1", "BBBB-2"], cost=10)
    first, second = Coupon.objects.order_by("pk")
    one, two = having(lambda: redeem(amara, ticket)), having(locked(second))
    said: list = []
    waiter = in_background(bo, ticket, 1, said)
    one.wait_until_it_blocks()
    one.let_go()
    two.wait_until_it_blocks()
    with transaction.atomic():
        Coupon.objects.select_for_update(nowait=True).get(pk=first.pk)
    two.let_go()
    waiter.join(20)
    assert said == ["done"]
    assert codes_of(Redemption.objects.get(member=bo)) == ["BBBB-2"]


def test_two_who_want_two_each_do_not_wait_for_each_other(rich, amara, bo, pool_of):
    """P8, I15: whoever lacks one lets go of the others until there are enough."""
    ticket = pool_of(["AAAA-1", "BBBB-2"], cost=10)
    first, second = Coupon.objects.order_by("pk")
    taker = having(locked(first))
    said: list = []
    waiter = in_background(bo, ticket, 2, said)
    taker.wait_until_it_blocks()
    with transaction.atomic():
        Coupon.objects.select_for_update(nowait=True).get(pk=second.pk)
    taker.let_go()
    waiter.join(20)
    assert said == ["done"]
    assert codes_of(Redemption.objects.get()) == ["AAAA-1", "BBBB-2"]
    assert books() == []
