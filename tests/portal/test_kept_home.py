"""The home page is kept while nothing that it is made of has changed, and not a moment longer."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from events_directory.operations import partners
from loyalty import home_state
from loyalty.campaigns.operations import standard
from members import clock
from members.domain.actors import Actor
from tests.conftest import SYSTEM
from tests.portal.changes import CHANGES, World

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
#: Session, user, and the state.
KEPT = 3


@pytest.fixture
def home(client, at_noon, amara):
    """Amara's page, as text."""
    client.force_login(amara.user)
    return lambda: client.get("/").content.decode()


def blank(page: str) -> str:
    """Without what every answer has of its own."""
    return re.sub(r'(nonce|name="csrfmiddlewaretoken" value)="[^"]+"', "", page)


@pytest.fixture
def world(amara, bo, fay, eli, units) -> World:
    shop = partners.register("Eli's", slug="elis", owner=eli, actor=Actor.user(eli))
    shop = partners.verify(shop, actor=SYSTEM)
    venue = partners.add_venue(
        shop, name="Back room", address="Lindenweg 3", zone="Europe/Berlin", actor=SYSTEM
    )
    standard.install(actor=SYSTEM)
    return World(amara, bo, fay, units, venue)


def test_any_change_makes_it_anew_and_nothing_else_does(home, world, django_assert_num_queries):
    """Home: kept while nothing changes, fresh with the next request after anything did."""
    page, unseen = blank(home()), []
    for change in CHANGES:
        with django_assert_num_queries(KEPT):
            assert blank(home()) == page
        change(world)
        changed = blank(home())
        caches["pages"].clear()
        assert changed == blank(home()), f"{change.__name__}: an old page"
        unseen += [change.__name__] if changed == page else []
        page = changed
    assert not unseen, "these show nothing, so they prove nothing"


def test_everything_that_is_read_is_in_the_state(home, world):
    """Whoever has home read another table finds here that it must be in `home_state`, or why not."""
    asked = set()
    for change in CHANGES:
        change(world)
        caches["pages"].clear()
        with CaptureQueriesContext(connection) as queries:
            home()
        texts = [each["sql"] for each in queries if "pg_postmaster_start_time" not in each["sql"]]
        asked |= set(re.findall(r'(?:FROM|JOIN) "?([a-z_]+)"?\b', " ".join(texts)))
    asked &= set(connection.introspection.table_names())
    known = {*home_state.TABLES, *home_state.BESIDES, "django_session"}
    assert asked - known == set()
    # Never read themselves, or of some programmes only.
    seldom = {"members_redaction", "members_job", "members_activitykind"}
    assert {*home_state.TABLES, *home_state.BESIDES} - asked <= seldom


def test_a_kept_page_has_its_own_nonce_and_a_token_that_is_good(amara, at_noon):
    client = Client(enforce_csrf_checks=True)
    client.force_login(amara.user)
    first, second = client.get("/"), client.get("/")
    nonces = [re.findall(r'nonce="([^"]+)"', each.content.decode()) for each in (first, second)]
    assert len(set(nonces[0])) == len(set(nonces[1])) == 1 and nonces[0] != nonces[1]
    assert f"'nonce-{nonces[1][0]}'" in second["Content-Security-Policy"]
    tokens = re.findall(r'csrfmiddlewaretoken" value="([^"]+)"', second.content.decode())
    assert len(tokens) >= 2
    said = {"language": "de", "next": "/"}
    for token, status in (("x" * 64, 403), (tokens[0], 302)):
        answer = client.post("/language/", said | {"csrfmiddlewaretoken": token})
        assert answer.status_code == status


def test_it_is_kept_for_one_person_in_one_language_at_one_address(client, home, bo):
    ours = home()
    assert "Hallo, Amara." in client.get("/", headers={"accept-language": "de"}).content.decode()
    assert client.get("/", headers={"accept-language": "en"}).content.decode().count("Amara") > 0
    assert 'value="/?x=1"' in client.get("/?x=1").content.decode()
    assert 'value="/?&amp;"' in client.get("/?&").content.decode()
    assert 'value="/?x=1"' not in home() and 'value="/"' in ours
    client.force_login(bo.user)
    assert "Hello, Bo." in home() and "Amara" not in home()


def test_what_only_time_changes_shows_within_five_minutes(home, world):
    """An offer that begins at one o'clock is there at one o'clock."""
    one = NOON + timedelta(hours=1)
    world.offer("soup", 5, since=one)
    for minute, is_there in ((59, False), (60, True)):
        with clock.standing_at(NOON + timedelta(minutes=minute)):
            home()
            assert ("Soup" in home()) is is_there


def test_a_note_that_is_shown_once_is_shown_once(client, home, world):
    home()
    client.post("/first-steps/reading/")
    assert "Thank you for reading" in home()
    assert "Thank you for reading" not in home()
