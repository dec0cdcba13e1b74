"""Eli's repair café, an evening in it, and a pool for the neighbourhood."""

from datetime import time, timedelta

import pytest
from django.db import connection

from events_directory.models import MicroEvent, Occurrence, Partner, Pool, Venue
from events_directory.operations import (
    applications,
    bookings,
    micro_events,
    occurrences,
    partners,
    pools,
)
from events_directory.operations.checks import CHECKS
from members import clock
from members.domain.actors import Actor
from members.models import Member, User
from members.operations import members
from tests.conftest import SYSTEM, person

ZONE = "Europe/Berlin"
ANSWERS = {
    "what_for": "Two soldering stations.",
    "who_benefits": "Everybody with a broken lamp.",
    "how_known": "We count the lamps.",
}


def broken() -> dict[str, list[tuple]]:
    """The invariants that do not hold, with their offending rows; empty when all is well."""
    found = {}
    with connection.cursor() as cursor:
        for check in CHECKS:
            cursor.execute(check.sql)
            if rows := cursor.fetchall():
                found[check.code] = rows
    return found


def crowd(size: int) -> list[Member]:
    """So many members without a sign-in."""
    return [members.enrol(f"guest-{n}", actor=SYSTEM) for n in range(size)]


@pytest.fixture
def shop(eli) -> Partner:
    """Eli's organisation, verified."""
    return partners.verify(
        partners.register("Eli's repair café", slug="elis", owner=eli, actor=Actor.user(eli)),
        actor=SYSTEM,
    )


@pytest.fixture
def other_shop(gus) -> Partner:
    """Another organisation, run by Gus."""
    return partners.verify(
        partners.register("Gus's bikes", slug="gus", owner=gus, actor=Actor.user(gus)),
        actor=SYSTEM,
    )


@pytest.fixture
def helper(shop, eli) -> User:
    """Stands at Eli's door and may do nothing else."""
    user = person("helper@example.test", first_name="Hal")
    partners.seat(shop, user=user, role="helper", actor=Actor.user(eli))
    return user


@pytest.fixture
def venue(shop, eli) -> Venue:
    return partners.add_venue(
        shop, name="The back room", address="Lindenweg 3", zone=ZONE, actor=Actor.user(eli)
    )


@pytest.fixture
def drafted(shop, venue, eli) -> MicroEvent:
    """A draft without a date."""
    return micro_events.draft(
        shop,
        title="Mend a lamp",
        venue=venue,
        category="repair",
        neighbourhood="Northgate",
        summary="Bring the lamp, leave with light.",
        actor=Actor.user(eli),
    )


def evening(event: MicroEvent, *, days: int = 7, capacity: int = 10) -> Occurrence:
    """A date of the event, at 18:00 on the venue's wall, so many days from now."""
    return occurrences.add(
        event,
        local_on=(clock.now() + timedelta(days=days)).date(),
        local_time=time(18),
        capacity=capacity,
        actor=SYSTEM,
    )


@pytest.fixture
def occurrence(drafted) -> Occurrence:
    """A published evening in a week, with ten seats."""
    occurrence = evening(drafted)
    micro_events.submit(drafted, actor=SYSTEM)
    micro_events.publish(drafted, actor=SYSTEM)
    return Occurrence.objects.get(pk=occurrence.pk)


@pytest.fixture
def booking(occurrence, amara):
    """Amara's seat."""
    return bookings.book(occurrence, member=amara, key="amara-1", actor=SYSTEM)


@pytest.fixture
def ann(db) -> User:
    """Approves grants."""
    return person("ann@example.test", first_name="Ann", is_staff=True, is_superuser=True)


@pytest.fixture
def pool(db) -> Pool:
    """1,000.00 EUR for the neighbourhood."""
    pool = pools.establish("northgate", name="Northgate pool", currency="EUR", actor=SYSTEM)
    pools.deposit(pool, amount=100_000, key="spring", actor=SYSTEM, note="Spring collection")
    return pool


@pytest.fixture
def application(shop, pool, eli):
    """Eli asks for 400.00 EUR."""
    drafted = applications.draft(
        shop, pool=pool, title="Soldering", requested=40_000, actor=Actor.user(eli), **ANSWERS
    )
    return applications.submit(drafted, actor=Actor.user(eli))
