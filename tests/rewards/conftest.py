"""Rewards of every sort, and the books afterwards."""

import pytest
from django.db import connection

from events_directory.operations import partners
from loyalty.rewards.models import Coupon, Reward
from loyalty.rewards.operations import coupon_imports, redemptions, rewards
from loyalty.rewards.operations.checks import CHECKS
from loyalty.rewards.operations.sealing import reveal
from members.domain.actors import Actor
from members.models import Balance
from members.operations import ledger
from tests.conftest import SYSTEM


@pytest.fixture
def offer(points):
    """Puts a reward on offer: `offer("tea", cost=80, kind="coupon", codes="generated")`."""

    def offered(slug: str, **fields) -> Reward:
        given = {"name": slug.title(), "kind": "product", "cost": 100} | fields
        return rewards.offer(slug, unit=points, actor=SYSTEM, **given)

    return offered


@pytest.fixture
def pool_of(offer):
    """A reward whose codes come from a file: `pool_of(["AAAA-1", …])`."""

    def filled(codes: list[str], slug: str = "ticket", **fields) -> Reward:
        reward = offer(slug, **{"kind": "coupon", "codes": "pool"} | fields)
        coupon_imports.import_codes(reward, text="\n".join(codes), actor=SYSTEM)
        return reward

    return filled


@pytest.fixture
def shop(eli):
    """Eli's verified organisation."""
    registered = partners.register("Eli's", slug="elis", owner=eli, actor=Actor.user(eli))
    return partners.verify(registered, actor=SYSTEM)


def redeem(member, what, key="k", **fields):
    return redemptions.redeem(member, reward=what, key=key, actor=SYSTEM, **fields)


def codes_of(redemption) -> list[str]:
    return [
        reveal(coupon) for coupon in Coupon.objects.filter(redemption=redemption).order_by("pk")
    ]


def held(member, unit) -> int:
    return Balance.objects.get(account=ledger.wallet(member, unit)).amount


def books() -> list[str]:
    """The invariants of this room that do not hold; none, in every test that asks."""
    wrong = []
    with connection.cursor() as cursor:
        for check in CHECKS:
            cursor.execute(check.sql)
            wrong += [f"{check.code} {check.says}: {row}" for row in cursor.fetchall()]
    return wrong
