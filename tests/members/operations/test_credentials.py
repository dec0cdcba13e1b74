"""Cooling off: after a change of the keys to somebody's door, points stay for a while."""

from datetime import timedelta

import pytest
import time_machine

from loyalty.rewards.models import Redemption, Reward
from loyalty.rewards.operations import redemptions
from members import clock
from members.domain.actors import Actor
from members.errors import CoolingOff, UnprovenReturn
from members.models import AuditRow, CredentialChange, Entry, Gift, HouseholdMove
from members.operations import credentials, gifts, households, purses
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db

Kind = CredentialChange.Kind
KEY = Actor("key", 1, "till")


@pytest.fixture
def mug(points) -> Reward:
    return Reward.objects.create(
        slug="mug", name="Mug", cost=50, unit=points, state="active", kind="product"
    )


@pytest.fixture
def home(amara, bo, points):
    made = households.open(amara, name="Home", actor=SYSTEM)
    purses.contribute(amara, unit=points, amount=50, key="c", actor=SYSTEM)
    return made


def spend(amara, bo, points, mug, actor):
    """Every way in which points leave, one after the other."""
    yield lambda: redemptions.redeem(amara, reward=mug, key="r", actor=actor)
    yield lambda: redemptions.reserve(amara, reward=mug, key="s", actor=actor)
    yield lambda: gifts.give(amara, receiver=bo, unit=points, amount=5, key="g", actor=actor)
    yield lambda: purses.contribute(amara, unit=points, amount=5, key="p", actor=actor)
    yield lambda: purses.draw(amara, unit=points, amount=5, key="d", actor=actor)


@pytest.mark.parametrize("actor", [None, KEY], ids=["member", "key"])
def test_no_way_out_is_open_until_the_day_is_over(amara, bo, points, mug, home, actor):
    """Attack 6: whoever resets the password waits, at the till too; attack 5."""
    entries, moves = Entry.objects.count(), HouseholdMove.objects.count()
    credentials.changed(amara.user, kind=Kind.PASSWORD_RESET, actor=SYSTEM)
    for attempt in spend(amara, bo, points, mug, actor or Actor.user(amara.user)):
        with pytest.raises(CoolingOff):
            attempt()
    assert (Entry.objects.count(), HouseholdMove.objects.count()) == (entries, moves)
    assert not Redemption.objects.exists() and not Gift.objects.exists()
    with time_machine.travel(clock.now() + timedelta(hours=24, minutes=1)):
        for attempt in spend(amara, bo, points, mug, actor or Actor.user(amara.user)):
            attempt()


def test_the_refusal_says_until_when_in_the_members_zone(amara, at_noon):
    credentials.changed(amara.user, kind=Kind.EMAIL, actor=SYSTEM)
    [sentence] = credentials.obstacle(amara).messages
    assert "16 Jun 2026, 14:00" in sentence  # noon in UTC is two o'clock in Berlin


def test_what_the_programme_and_staff_do_is_not_held_up(amara, bo, points, fay):
    credentials.changed(amara.user, kind=Kind.PASSWORD, actor=SYSTEM)
    for key, actor in (("a", SYSTEM), ("b", Actor.user(fay))):
        gifts.give(amara, receiver=bo, unit=points, amount=1, key=key, actor=actor)
    assert Gift.objects.count() == 2


def test_receiving_goes_on(amara, bo, points):
    credentials.changed(bo.user, kind=Kind.PASSWORD, actor=SYSTEM)
    gifts.give(amara, receiver=bo, unit=points, amount=1, key="a", actor=Actor.user(amara.user))
    assert Gift.objects.get().receiver == bo


def test_a_factor_of_long_standing_ends_the_wait(amara):
    actor, now = Actor.user(amara.user), clock.now()
    credentials.changed(amara.user, kind=Kind.PASSWORD_RESET, actor=actor)
    assert credentials.confirm(amara.user, proven_since=now - timedelta(days=2), actor=actor) == 1
    assert credentials.obstacle(amara) is None
    assert AuditRow.objects.filter(verb="members.credential.confirmed").count() == 1


@pytest.mark.parametrize("age", [timedelta(hours=-1), timedelta(0), timedelta(hours=23)])
def test_a_factor_that_came_lately_does_not(amara, age):
    """Whoever took the account over adds a factor of their own first."""
    actor, now = Actor.user(amara.user), clock.now()
    credentials.changed(amara.user, kind=Kind.PASSWORD_RESET, actor=actor)
    assert credentials.confirm(amara.user, proven_since=now - age, actor=actor) == 0
    assert isinstance(credentials.obstacle(amara), CoolingOff)


def test_a_code_by_mail_proves_a_return_and_nothing_else(amara):
    """Dormant for more than 12 months: re-verification; the mail proves nothing about a reset."""
    actor = Actor.user(amara.user)
    credentials.changed(amara.user, kind=Kind.RETURN, actor=actor)
    with time_machine.travel(clock.now() + timedelta(days=400)):
        assert isinstance(credentials.obstacle(amara), UnprovenReturn)
        credentials.changed(amara.user, kind=Kind.PASSWORD_RESET, actor=actor)
        assert credentials.confirm(amara.user, proven_since=None, actor=actor) == 1
        assert not isinstance(credentials.obstacle(amara), UnprovenReturn)
        assert isinstance(credentials.obstacle(amara), CoolingOff)


def test_the_programme_may_do_without(amara, settings):
    settings.COOLING_OFF_HOURS = 0
    credentials.changed(amara.user, kind=Kind.PASSWORD_RESET, actor=SYSTEM)
    assert credentials.obstacle(amara) is None
