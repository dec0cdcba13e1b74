"""The money of a pool."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from events_directory.domain.pools import Cause
from events_directory.errors import AmountNotPositive, KeyReused, NameTaken, PoolShort
from events_directory.models import PoolAccount, PoolEntry
from events_directory.operations import pools
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db


def test_a_deposit_is_available_at_once(pool):
    """D6: double entry, minor units."""
    assert pool.balances() == {
        "deposits": 100_000,
        "available": 100_000,
        "committed": 0,
        "payable": 0,
        "disbursed": 0,
    }
    entry = PoolEntry.objects.get()
    assert (entry.debit.holds, entry.credit.holds, entry.amount) == (
        "deposits",
        "available",
        100_000,
    )


def test_a_deposit_told_twice_is_one(pool):
    """P1: by its key; the same key for another amount is refused."""
    first = pools.deposit(pool, amount=100_000, key="spring", actor=SYSTEM)
    assert first == PoolEntry.objects.get()
    with pytest.raises(KeyReused):
        pools.deposit(pool, amount=1, key="spring", actor=SYSTEM)
    assert pool.balances()["available"] == 100_000


@pytest.mark.parametrize("amount", [0, -5])
def test_nothing_is_not_an_amount(pool, amount):
    with pytest.raises(AmountNotPositive):
        pools.deposit(pool, amount=amount, key="x", actor=SYSTEM)
    assert PoolEntry.objects.count() == 1


def test_money_that_is_not_there_does_not_move(pool):
    with pytest.raises(PoolShort) as refusal:
        pools.post(pool.pk, cause=Cause.RELEASE, amount=1, key="x")
    assert refusal.value.messages == ["The pool does not hold enough: 0.00 EUR are left."]
    assert PoolEntry.objects.count() == 1


def test_the_database_itself_refuses_to_overdraw(pool):
    """D6: available never falls below zero, whatever the code does."""
    with pytest.raises(IntegrityError), transaction.atomic():
        PoolAccount.objects.filter(pool=pool, holds="available").update(balance=-1)


def test_entries_are_history(pool):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        PoolEntry.objects.update(amount=1)


def test_a_slug_names_one_pool(pool):
    with pytest.raises(NameTaken):
        pools.establish(pool.slug, name="Other", currency="EUR", actor=SYSTEM)


def test_a_pool_that_is_closed_says_so_once(pool):
    assert not pools.set_open(pool, is_open=False, actor=SYSTEM).is_open
    assert not pools.set_open(pool, is_open=False, actor=SYSTEM).is_open
