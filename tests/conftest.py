"""What every test may ask for: the programme, and the cast that meets in it.

Amara is a member with three lots of points, one about to expire. Bo has just joined. Chi chairs the
committee, Dee sits on it and is related to Amara. Eli runs a partner's shop. Fay is console staff.
Gus is an outsider. The database's plumbing is in `tests/plugins/`.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache, caches
from django.test import override_settings

from members import clock
from members.domain.actors import Actor
from members.models import Member, Unit, User
from members.operations import ledger, members, programme
from tests.plugins.templates import django_db_setup

__all__ = ["django_db_setup"]

SYSTEM = Actor.system("tests")


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords():
    """A password is hashed slowly on purpose; the cast signs in too often for that."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(autouse=True, scope="session")
def _without_second_factors():
    """The cast has none; `tests/portal/test_second_factor.py` switches the demand on."""
    with override_settings(REQUIRE_SECOND_FACTOR=False):
        yield


@pytest.fixture(autouse=True)
def _fresh_limits():
    """What one test tried too often, or saw, is no other's."""
    cache.clear()
    caches["pages"].clear()


@pytest.fixture
def units(db) -> dict[str, Unit]:
    """The programme's units, `points` and `status`, and its three tiers."""
    return programme.install(actor=SYSTEM)


@pytest.fixture
def points(units) -> Unit:
    return units["points"]


def person(email: str, **fields) -> User:
    """A user with a usable password."""
    return User.objects.create_user(email, "correct horse battery", **fields)


def member_of(user: User, ref: str, **fields) -> Member:
    """The membership of a user."""
    return members.enrol(ref, user=user, email=user.email, actor=SYSTEM, **fields)


@pytest.fixture
def amara(units) -> Member:
    """Member with three lots: 100 points that expire in 5 days, 200 later, 300 last."""
    user = person("amara@example.test", first_name="Amara")
    amara = member_of(
        user,
        "amara",
        given_name="Amara",
        family_name="Obi",
        time_zone="Europe/Berlin",
        birth_month=3,
        birth_day=14,
    )
    now = clock.now()
    for amount, months_ago in ((100, 12), (200, 6), (300, 1)):
        ledger.accrue(
            amara,
            unit=units["points"],
            amount=amount,
            key=f"amara:{amount}",
            reason="Earlier orders",
            actor=SYSTEM,
            cause=("test", None),
            at=now - timedelta(days=months_ago * 30),
        )
    return amara


@pytest.fixture
def bo(units) -> Member:
    """Has just joined."""
    return member_of(person("bo@example.test", first_name="Bo"), "bo", given_name="Bo")


@pytest.fixture
def chi(db) -> User:
    """Chairs the committee."""
    return person("chi@example.test", first_name="Chi")


@pytest.fixture
def dee(units) -> Member:
    """Sits on the committee and is related to Amara."""
    return member_of(person("dee@example.test", first_name="Dee"), "dee", given_name="Dee")


@pytest.fixture
def eli(db) -> User:
    """Runs a partner's shop."""
    return person("eli@example.test", first_name="Eli")


@pytest.fixture
def fay(db) -> User:
    """Console staff with every permission that staff may hold."""
    return person("fay@example.test", first_name="Fay", is_staff=True, is_superuser=True)


@pytest.fixture
def gus(db) -> User:
    """An outsider: signed in, but nobody here."""
    return person("gus@example.test", first_name="Gus")


@pytest.fixture
def at_noon():
    """Time stands at noon (UTC) of 15 June 2026."""
    import time_machine

    with time_machine.travel(datetime(2026, 6, 15, 12, tzinfo=UTC), tick=False) as traveller:
        yield traveller
