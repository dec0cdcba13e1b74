"""A tier or a badge that was won is celebrated once for a member, not once for a browser."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import caches
from django.test import Client

from members import clock
from members.models import Activity, Decision
from members.operations import activities, ledger, tiers
from recognition.operations import badges
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db
SEEN = "/celebrations/"


@pytest.fixture
def won(bo):
    badge = badges.define("first", name="First refill", criteria="Refill.", actor=SYSTEM)
    badges.activate(badge, actor=SYSTEM)
    return badges.award(bo, badge=badge, key="k", actor=SYSTEM, reason="Your jar came back")


def rise(member, units, amount=160):
    ledger.accrue(
        member,
        unit=units["status"],
        amount=amount,
        key=f"s{amount}",
        reason="Orders",
        actor=SYSTEM,
        cause=("test", None),
    )
    tiers.settle([member], actor=SYSTEM)


def moments(client):
    """What the page celebrates, whether or not it was kept."""
    caches["pages"].clear()
    return client.get("/").context["moments"]


def titles(client):
    return [moment.title for moment in moments(client)]


def press(client):
    return client.post(SEEN, {"moment": [moment.activity_id for moment in moments(client)]})


def test_a_badge_is_celebrated_until_it_was_seen_and_in_no_other_browser_again(client, bo, won):
    """UM10: looking alone is a read; once seen, never again, wherever the member looks."""
    client.force_login(bo.user)
    page = client.get("/").content.decode()
    assert "You have won “First refill”." in page and "Your jar came back" in page
    assert 'role="status" data-announces="You have won “First refill”. "' in page
    assert titles(client) == ["You have won “First refill”."]
    assert (press(client).status_code, titles(client)) == (302, [])
    other = Client()
    other.force_login(bo.user)
    assert titles(other) == []
    assert "data-celebration" not in other.get("/").content.decode()


def test_a_tier_is_celebrated_on_the_way_up_only(client, bo, units):
    """UM10."""
    rise(bo, units)
    client.force_login(bo.user)
    assert titles(client) == ["Silver is yours."]
    press(client)
    rise(bo, units, 300)
    assert titles(client) == ["Gold is yours."]


def test_a_tier_that_was_passed_through_is_not_news(client, bo, units):
    """UM10: silver and then gold on one day is gold."""
    rise(bo, units)
    rise(bo, units, 300)
    client.force_login(bo.user)
    assert titles(client) == ["Gold is yours."]


def test_what_was_revoked_or_is_long_past_is_not_celebrated(client, bo, won, units):
    """UM10."""
    client.force_login(bo.user)
    later = clock.now() + timedelta(days=15)
    with clock.standing_at(later):
        assert titles(client) == []
    badges.revoke(won, reason="Mistake", actor=SYSTEM)
    assert titles(client) == []


def test_nobody_sees_away_the_moment_of_another(client, bo, amara, won):
    moment = Activity.objects.get(kind="badge.awarded", member=bo).pk
    client.force_login(amara.user)
    for named in ([moment], ["x"], [""], ["9" * 40], []):
        assert client.post(SEEN, {"moment": named}).status_code == 302
    assert not Decision.objects.filter(kind="celebrated").exists()
    client.force_login(bo.user)
    for _ in range(2):
        client.post(SEEN, {"moment": [moment]})
    assert Decision.objects.filter(kind="celebrated").count() == 1


def test_the_motion_is_short_and_only_for_those_who_like_motion():
    """UM10: every animation stands under `no-preference` and is over within two seconds."""
    text = (settings.BASE_DIR / "static/css/components/celebration.css").read_text()
    still, _, moving = text.partition("@media (prefers-reduced-motion: no-preference) {")
    moving, _, _frames = moving.partition("\n}\n")
    assert "animation" not in still and moving.count("animation") == 4
    for times in re.findall(r"animation: \w[\w-]* (.*);", moving):
        assert sum(int(each) for each in re.findall(r"(\d+)ms", times)) < 2000
    assert max(map(int, re.findall(r"animation-delay: (\d+)ms", moving))) + 900 < 2000


def test_what_is_no_reason_to_celebrate_hides_nothing(client, bo, won):
    """UM10: two falls, a tier that is not held any more and a badge that was revoked are passed over."""
    badge = badges.define("second", name="Second refill", criteria="Refill.", actor=SYSTEM)
    badges.activate(badge, actor=SYSTEM)
    revoked = badges.award(bo, badge=badge, key="k2", actor=SYSTEM, reason="Another")
    badges.revoke(revoked, reason="A mistake", actor=SYSTEM)
    for place, direction in enumerate(("down", "down", "up")):
        activities.record(
            "tier.changed",
            member=bo,
            source="laurel",
            external_id=f"tier:gone:{place}",
            payload={"tier": "gone", "previous": "x", "group": "gone", "direction": direction},
            actor=SYSTEM,
        )
    client.force_login(bo.user)
    assert titles(client) == ["You have won “First refill”."]
