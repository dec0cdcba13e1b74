"""Redeeming: once, never more than there is, and undone exactly."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from loyalty.rewards.errors import LimitReached, NotOnOffer, OutOfStock, TooLate
from loyalty.rewards.models import Redemption, Reward
from loyalty.rewards.operations import redemptions
from members import clock
from members.errors import NotEnough
from members.models import Balance, Entry, OpenLot
from members.operations import ledger
from tests.conftest import SYSTEM


def reward(points, **fields) -> Reward:
    return Reward.objects.create(
        **{
            "slug": "mug",
            "name": "A mug",
            "kind": "product",
            "unit": points,
            "cost": 250,
            "state": "active",
        }
        | fields
    )


def redeem(member, what, key="k", **fields):
    return redemptions.redeem(member, reward=what, key=key, actor=SYSTEM, **fields)


def balance(member, unit):
    return Balance.objects.get(account=ledger.wallet(member, unit)).amount


@pytest.mark.django_db
def test_the_same_key_redeems_once(amara, points):
    mug = reward(points, stock=5)
    first = redeem(amara, mug)
    assert redeem(amara, mug).pk == first.pk
    assert balance(amara, points) == 350
    assert Reward.objects.get().stock == 4


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "quantity", "refusal"),
    [
        ({"cost": 601}, 1, NotEnough),
        ({"stock": 1}, 2, OutOfStock),
        ({"stock": 0}, 1, OutOfStock),
        ({"limit_per_member": 1, "cost": 10}, 2, LimitReached),
        ({"state": "draft"}, 1, NotOnOffer),
        ({"until": clock.now() - timedelta(days=1)}, 1, NotOnOffer),
    ],
)
def test_a_refusal_changes_nothing(amara, points, fields, quantity, refusal):
    mug = reward(points, **fields)
    stock, entries = mug.stock, Entry.objects.count()
    with pytest.raises(refusal):
        redeem(amara, mug, quantity=quantity)
    assert Entry.objects.count() == entries
    assert balance(amara, points) == 600
    assert not Redemption.objects.exists()
    assert Reward.objects.get().stock == stock


@pytest.mark.django_db
def test_undoing_within_ten_minutes_restores_lots_and_stock(amara, points):
    mug = reward(points, stock=5)
    lots = list(OpenLot.objects.order_by("pk").values_list("expires_at", "remaining"))
    redemption = redeem(amara, mug)
    redemptions.cancel(redemption, actor=SYSTEM)
    redemptions.cancel(redemption, actor=SYSTEM)
    assert list(OpenLot.objects.order_by("pk").values_list("expires_at", "remaining")) == lots
    assert Reward.objects.get().stock == 5
    assert balance(amara, points) == 600


@pytest.mark.django_db
def test_after_ten_minutes_it_is_too_late(amara, points, monkeypatch):
    redemption = redeem(amara, reward(points))
    monkeypatch.setattr(clock, "now", lambda: redemption.undo_until)
    with pytest.raises(TooLate):
        redemptions.cancel(redemption, actor=SYSTEM)
    assert balance(amara, points) == 350


@pytest.mark.django_db(transaction=True)
def test_fifty_parallel_redemptions_of_the_last_points_redeem_once(amara, points):
    """E45: 50 clients, points for one reward; exactly one gets it."""
    mug = reward(points, cost=600)
    gate = Barrier(10)

    def attempt(number: int) -> str:
        try:
            if number < 10:
                gate.wait()
            redeem(amara, mug, key=f"k{number}")
            return "redeemed"
        except NotEnough:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(attempt, range(50)))
    assert outcomes.count("redeemed") == 1
    assert outcomes.count("refused") == 49
    assert balance(amara, points) == 0
    assert Redemption.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_ten_parallel_requests_with_one_key_redeem_once(amara, points):
    """E85: one key, one redemption, also at the same moment."""
    mug = reward(points, cost=100)
    gate = Barrier(10)

    def attempt(number: int) -> int:
        try:
            gate.wait()
            return redeem(amara, mug, key="double-tap").pk
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        assert len(set(pool.map(attempt, range(10)))) == 1
    assert balance(amara, points) == 500
