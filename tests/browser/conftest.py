"""The browser, and a programme with something on every page."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Browser

from loyalty.campaigns.operations import intake, standard
from loyalty.demo import catalogue, funding, honours, offers, people, places
from loyalty.rewards.models import Reward
from members import clock
from members.models import Member, User
from members.operations import corrections, jobs, ledger
from members.operations import members as memberships
from members.operations import programme as standard_programme
from recognition.models import Leaderboard
from recognition.operations import badges, leaderboards
from tests.browser import chromium as browsers
from tests.browser import pseudo
from tests.campaigns.conftest import act, order
from tests.conftest import SYSTEM

PASSWORD = "correct horse battery"

# Playwright's own event loop runs in this thread; the live server has threads of its own.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium. Skipped without one, except where the gate runs."""
    if browsers.executable() is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing: apt-get install chromium")
        pytest.skip("needs Debian's Chromium (apt-get install chromium)")
    with browsers.browser() as browser:
        yield browser


def session_of(user: User) -> dict[str, str]:
    """The cookies of somebody who has signed in."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["account_authentication_methods"] = [
        {"method": "password", "at": clock.now().timestamp(), "email": user.email}
    ]
    session.create()
    return {settings.SESSION_COOKIE_NAME: session.session_key}


@pytest.fixture
def visit(chromium, live_server) -> Callable:
    """Open a browser as somebody (a user or nobody) at a size and in a theme."""

    def opened(user: User | None = None, **how):
        cookies = session_of(user) if user else {}
        return browsers.visitor(chromium, live_server.url, cookies=cookies, **how)

    return opened


@pytest.fixture
def programme(transactional_db, amara: Member) -> Member:
    """Amara's programme: orders, a promised refill, something expiring, rewards, badges, a board."""
    standard.install(actor=SYSTEM)
    points = amara.accounts.get(unit__code="points", kind="wallet").unit
    _history(amara)
    _shelf(points)
    _walls(amara, points)
    return amara


def _history(amara: Member) -> None:
    now = clock.now()
    orders = [
        order(amara, "36.20", "4.10", id=f"A-{days}", at=now - timedelta(days=days))
        for days in range(3, 60, 5)
    ]
    refill = act("refill.ordered", amara, id="r1", order_id="A-3", serial="J7", sku="oil")
    intake.take([*orders, refill], actor=SYSTEM)
    given = ledger.Entry.objects.of_member(amara).filter(kind="accrual").first()
    corrections.reverse(given, key="back", reason="Order A-3 came back", actor=SYSTEM)


def _shelf(points) -> None:
    for slug, cost, fields in (
        ("coffee", 80, {}),
        ("tote", 420, {"stock": 12, "limit_per_member": 1}),
        ("dinner", 99_000, {"until": clock.now() + timedelta(days=40), "kind": "experience"}),
    ):
        wanted = {"name": slug.title(), "kind": "product", "description": f"One {slug}."}
        Reward.objects.create(slug=slug, cost=cost, unit=points, state="active", **wanted | fields)


def _walls(amara: Member, points) -> None:
    for slug in ("first", "second"):
        badge = badges.define(slug, name=slug.title(), criteria=f"Do {slug}.", actor=SYSTEM)
        badges.activate(badge, actor=SYSTEM)
        if slug == "first":
            badges.award(amara, badge=badge, key="k", actor=SYSTEM, reason="Did it")
    Leaderboard.objects.create(
        slug="month",
        name="Points this month",
        unit=points,
        window="month",
        state="active",
        minimum_visible=2,
        created_at=clock.now(),
    )
    for number in range(4):
        who = memberships.enrol(f"m{number}", is_ranked=True, actor=SYSTEM)
        ledger.accrue(
            who,
            unit=points,
            amount=20 + number,
            key=f"m{number}",
            reason="Order",
            actor=SYSTEM,
            cause=("test", None),
        )
    leaderboards.refresh()


@pytest.fixture
def neighbourhood(transactional_db) -> dict[str, User]:
    """The demo's people, offers, partner, pool and committee, without its eighteen months of orders."""
    now = clock.now()
    units = standard_programme.install(actor=SYSTEM)
    catalogue.install(points=units["points"], actor=SYSTEM)
    users = people.install(password=PASSWORD, joined_on=now.date(), actor=SYSTEM)
    places.install(users=users, now=now, actor=SYSTEM)
    offers.install(points=units["points"], actor=SYSTEM)
    funding.install(points=units["points"], actor=SYSTEM)
    honours.install(users=users, now=now, actor=SYSTEM)
    while jobs.work_off():
        pass
    return users


@pytest.fixture
def from_the_right() -> Iterator[None]:
    """Pages are also looked at in the pseudo-language."""
    with pseudo.offered():
        yield
