"""Whatever is done to a pool, in whatever order, a three-line reference model agrees."""

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events_directory.models import Disbursement, Grant, GrantApplication, Pool
from events_directory.operations import applications, grants, pools
from members.domain.actors import Actor
from tests.conftest import SYSTEM
from tests.events_directory.conftest import ANSWERS, broken

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["deposit", "ask", "release", "pay", "bounce", "revoke"]),
        st.integers(min_value=1, max_value=500),
    ),
    max_size=25,
)


class Undo(Exception):
    """Ends one example, so that the next begins with the same empty pool."""


class Model:
    """What should lie where."""

    def __init__(self) -> None:
        self.deposits = self.available = self.committed = self.payable = self.disbursed = 0

    def balances(self) -> dict[str, int]:
        return dict(vars(self))


class Player:
    """Does a step for real and in the model; a refused step changes neither."""

    def __init__(self, pool, shop, eli, fay, ann) -> None:
        self.pool, self.shop, self.model = pool, shop, Model()
        self.eli, self.fay, self.ann = (Actor.user(user) for user in (eli, fay, ann))
        self.count = 0

    def play(self, verb: str, amount: int) -> None:
        self.count += 1
        try:
            with transaction.atomic():
                getattr(self, verb)(amount)
        except ValidationError:
            pass
        assert Pool.objects.get(pk=self.pool.pk).balances() == self.model.balances()

    def deposit(self, amount: int) -> None:
        pools.deposit(self.pool, amount=amount, key=str(self.count), actor=SYSTEM)
        self.model.deposits += amount
        self.model.available += amount

    def ask(self, amount: int) -> None:
        row = applications.draft(
            self.shop, pool=self.pool, title="x", requested=amount, actor=self.eli, **ANSWERS
        )
        applications.submit(row, actor=self.eli)
        applications.approve(row, actor=self.fay)
        fits = amount <= self.model.available
        try:
            applications.approve(row, actor=self.ann)
        finally:
            assert (GrantApplication.objects.get(pk=row.pk).state == "accepted") == fits
        self.model.available -= amount
        self.model.committed += amount

    def release(self, amount: int) -> None:
        grant = self.some(Grant.objects.all(), amount)
        grants.release(grant, amount=amount, key=str(self.count), actor=self.fay)
        self.model.committed -= amount
        self.model.payable += amount

    def pay(self, amount: int) -> None:
        part = self.some(Disbursement.objects.all(), amount)
        grants.pay(part, key=str(self.count), actor=self.ann)
        self.model.payable -= part.amount
        self.model.disbursed += part.amount

    def bounce(self, amount: int) -> None:
        part = self.some(Disbursement.objects.all(), amount)
        grants.bounce(part, reason="x", actor=self.ann)
        self.model.disbursed -= part.amount
        if part.grant.state == "revoked":
            self.model.available += part.amount
        else:
            self.model.payable += part.amount

    def revoke(self, amount: int) -> None:
        grant = self.some(Grant.objects.all(), amount)
        grants.revoke(grant, reason="x", actor=self.fay)
        self.model.committed -= grant.unreleased
        self.model.payable -= grant.released - grant.paid
        self.model.available += grant.awarded - grant.paid

    def some(self, rows, seed: int):
        """One of the rows, chosen by the step's number; refused when there is none."""
        found = list(rows.order_by("pk"))
        if not found:
            raise ValidationError("none yet")
        return found[seed % len(found)]


@pytest.mark.django_db
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_the_money_is_always_where_the_model_says(steps, shop, eli, fay, ann):
    """D6, I17: sum of all accounts = deposits, nothing below zero, after every step."""
    try:
        with transaction.atomic():
            pool = pools.establish("property", name="x", currency="EUR", actor=SYSTEM)
            player = Player(pool, shop, eli, fay, ann)
            for verb, amount in steps:
                player.play(verb, amount)
            assert broken() == {}
            raise Undo
    except Undo:
        pass
