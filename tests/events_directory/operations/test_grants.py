"""From promise to payment, and back."""

import pytest

from events_directory.errors import (
    IllegalMove,
    KeyReused,
    MoreThanAwarded,
    OwnOrganisation,
    PartnerNotVerified,
    ReasonMissing,
    SameHands,
)
from events_directory.models import Disbursement, Grant, PoolEntry
from events_directory.operations import applications, grants, partners
from members.domain.actors import Actor
from tests.conftest import SYSTEM
from tests.events_directory.conftest import broken

pytestmark = pytest.mark.django_db


@pytest.fixture
def grant(application, fay, ann) -> Grant:
    """400.00 EUR promised to Eli."""
    for user in (fay, ann):
        applications.approve(application, actor=Actor.user(user))
    return Grant.objects.get()


@pytest.fixture
def part(grant, fay) -> Disbursement:
    """150.00 EUR of it, released by Fay."""
    return grants.release(grant, amount=15_000, key="first", actor=Actor.user(fay))


def held(pool) -> tuple[int, int, int, int]:
    pool = type(pool).objects.get(pk=pool.pk)
    found = pool.balances()
    return found["available"], found["committed"], found["payable"], found["disbursed"]


@pytest.fixture(autouse=True)
def _nothing_is_off(db):
    yield
    assert broken() == {}


def test_released_then_paid(part, pool, grant, ann):
    """The pool's year: available, committed, payable, disbursed."""
    assert held(pool) == (60_000, 25_000, 15_000, 0)
    paid = grants.pay(part, key="click", bank_reference="SEPA 7", actor=Actor.user(ann))
    assert (paid.state, paid.bank_reference) == ("paid", "SEPA 7")
    assert held(pool) == (60_000, 25_000, 0, 15_000)
    grant.refresh_from_db()
    assert (grant.awarded, grant.released, grant.paid, grant.unreleased) == (
        40_000,
        15_000,
        15_000,
        25_000,
    )


def test_one_click_pays_once(part, pool, ann):
    """The same click again changes nothing, a second click is refused."""
    for _ in range(2):
        grants.pay(part, key="click", actor=Actor.user(ann))
    with pytest.raises(IllegalMove):
        grants.pay(part, key="another click", actor=Actor.user(ann))
    assert held(pool) == (60_000, 25_000, 0, 15_000)
    assert PoolEntry.objects.filter(cause="payment").count() == 1


def test_who_released_does_not_pay(part, pool, fay):
    """D8 (narrow): two pairs of hands."""
    with pytest.raises(SameHands):
        grants.pay(part, key="click", actor=Actor.user(fay))
    assert held(pool) == (60_000, 25_000, 15_000, 0)


def test_a_release_is_told_once_and_never_more_than_is_left(grant, part, pool, fay):
    again = grants.release(grant, amount=15_000, key="first", actor=Actor.user(fay))
    assert again == part
    with pytest.raises(KeyReused):
        grants.release(grant, amount=1, key="first", actor=Actor.user(fay))
    with pytest.raises(MoreThanAwarded) as refusal:
        grants.release(grant, amount=25_001, key="second", actor=Actor.user(fay))
    assert refusal.value.messages == ["Only 250.00 EUR of this grant are left to release."]
    assert held(pool) == (60_000, 25_000, 15_000, 0)


def test_the_last_payment_closes_the_grant(grant, part, pool, fay, ann):
    rest = grants.release(grant, amount=25_000, key="rest", actor=Actor.user(fay))
    for row in (part, rest):
        grants.pay(row, key="click", actor=Actor.user(ann))
    grant.refresh_from_db()
    assert (grant.state, grant.paid, held(pool)) == ("closed", 40_000, (60_000, 0, 0, 40_000))
    with pytest.raises(IllegalMove):
        grants.revoke(grant, reason="Late", actor=Actor.user(fay))
    grants.bounce(rest, reason="Account closed", actor=Actor.user(ann))
    grant.refresh_from_db()
    assert (grant.state, grant.paid, held(pool)) == ("active", 15_000, (60_000, 0, 25_000, 15_000))
    grants.pay(rest, key="again", actor=Actor.user(ann))
    grant.refresh_from_db()
    assert (grant.state, grant.paid) == ("closed", 40_000)


def test_the_old_click_does_not_pay_what_came_back(part, pool, ann):
    """D10 (narrow): a retried request of the first payment is not the second payment."""
    grants.pay(part, key="click", actor=Actor.user(ann))
    grants.bounce(part, reason="Unknown account", actor=Actor.user(ann))
    assert grants.pay(part, key="click", actor=Actor.user(ann)).state == "bounced"
    assert held(pool) == (60_000, 25_000, 15_000, 0)


def test_a_revoked_grant_returns_what_was_not_paid(grant, part, pool, fay, ann):
    """D21: the reason is kept; what was paid stays paid, the rest is available again."""
    grants.pay(part, key="click", actor=Actor.user(ann))
    waiting = grants.release(grant, amount=5_000, key="second", actor=Actor.user(fay))
    with pytest.raises(ReasonMissing):
        grants.revoke(grant, reason=" ", actor=Actor.user(fay))
    revoked = grants.revoke(grant, reason="The café closed", actor=Actor.user(fay))
    assert (revoked.state, revoked.state_reason, revoked.paid) == (
        "revoked",
        "The café closed",
        15_000,
    )
    waiting.refresh_from_db()
    assert waiting.state == "dropped"
    assert held(pool) == (85_000, 0, 0, 15_000)
    grants.bounce(part, reason="Account closed", actor=Actor.user(ann))
    assert held(pool) == (100_000, 0, 0, 0)


def test_nobody_pays_their_own_organisation(grant, part, shop, fay, ann):
    """Attack 20: an approver of the own organisation is refused at every step about money."""
    for user in (fay, ann):
        partners.seat(shop, user=user, role="editor", actor=SYSTEM)
        actor = Actor.user(user)
        for attempt in (
            lambda a=actor: grants.release(grant, amount=1, key="x", actor=a),
            lambda a=actor: grants.pay(part, key="x", actor=a),
            lambda a=actor: grants.revoke(grant, reason="x", actor=a),
        ):
            with pytest.raises(OwnOrganisation):
                attempt()
        partners.end_seat(shop.seats.held_now().get(user=user), actor=SYSTEM)


def test_a_suspended_partner_is_not_paid(part, shop, ann):
    partners.suspend(shop, reason="Papers", actor=SYSTEM)
    with pytest.raises(PartnerNotVerified):
        grants.pay(part, key="click", actor=Actor.user(ann))
