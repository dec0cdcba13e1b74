"""Committees and clicks at the same moment."""

from copy import copy

import pytest

from events_directory.models import Grant, Pool, PoolEntry
from events_directory.operations import applications, grants, pools
from members.domain.actors import Actor
from tests.conftest import SYSTEM, person
from tests.events_directory.conftest import ANSWERS, broken
from tests.events_directory.operations.test_booking_races import race

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_committees_cannot_both_spend_the_last_money(shop, pool, eli, fay, ann):
    """D6: ten applications of 400.00 each, one approval short, all decided at once: two fit."""
    asked = []
    for n in range(10):
        row = applications.draft(
            shop, pool=pool, title=f"No {n}", requested=40_000, actor=Actor.user(eli), **ANSWERS
        )
        applications.submit(row, actor=Actor.user(eli))
        asked.append(applications.approve(row, actor=Actor.user(fay)))
    answers = race(
        [lambda r=row: applications.approve(r, actor=Actor.user(ann)) for row in asked], together=10
    )
    assert (answers.count("ok"), answers.count("pool_short")) == (2, 8)
    assert Pool.objects.get().balances()["available"] == 20_000
    assert Grant.objects.count() == 2
    assert broken() == {}


def test_five_approvers_at_once_award_once(application, pool):
    """D7: the first two count; the rest find it decided."""
    users = [person(f"staff-{n}@example.test", is_staff=True) for n in range(5)]
    answers = race(
        [lambda u=user: applications.approve(application, actor=Actor.user(u)) for user in users]
    )
    assert (answers.count("ok"), answers.count("illegal_move")) == (2, 3)
    assert Pool.objects.get().balances()["committed"] == 40_000
    assert broken() == {}


def test_twenty_clicks_pay_once(application, pool, fay, ann):
    """One click pays once, also when it arrives twenty times; and so do twenty clicks."""
    for user in (fay, ann):
        applications.approve(application, actor=Actor.user(user))
    part = grants.release(Grant.objects.get(), amount=15_000, key="part", actor=Actor.user(fay))

    def click(key: str) -> None:
        seen = copy(part)  # every browser has its own idea of the part
        grants.pay(seen, key=key, actor=Actor.user(ann))

    same = race([lambda: click("click")] * 10, together=10)
    others = race([lambda n=n: click(f"c{n}") for n in range(10)], together=10)
    assert (same.count("ok"), others.count("illegal_move")) == (10, 10)
    assert PoolEntry.objects.filter(cause="payment").count() == 1
    assert Pool.objects.get().balances()["disbursed"] == 15_000
    assert broken() == {}


def test_two_pools_of_one_name_at_once_are_one(db):
    """The second is told so, however close they come."""
    fields = {"name": "Southgate pool", "currency": "EUR", "actor": SYSTEM}
    answers = race([lambda: pools.establish("southgate", **fields)] * 5, together=5)
    assert sorted(answers) == ["name_taken"] * 4 + ["ok"]
    assert Pool.objects.filter(slug="southgate").count() == 1
