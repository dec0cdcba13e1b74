"""What an open page asks while something is expected."""

from datetime import timedelta

import pytest
from django.urls import reverse

from events_directory.models import Booking
from loyalty.live import mark_of
from members import clock
from members.operations import ledger
from tests.conftest import SYSTEM
from tests.events_directory.conftest import booking, drafted, occurrence, shop, venue

__all__ = ["booking", "drafted", "occurrence", "shop", "venue"]

pytestmark = pytest.mark.django_db


def give(member, unit, amount, key):
    ledger.accrue(
        member, unit=unit, amount=amount, key=key, reason="Mending hour", actor=SYSTEM,
        cause=("test", None), at=clock.now(),
    )  # fmt: skip


def test_nothing_new_is_told_in_four_queries(client, amara, django_assert_num_queries):
    """UM18: the session, who it is, whose membership, and the one that counts."""
    client.force_login(amara.user)
    mark = mark_of(amara)
    with django_assert_num_queries(4):
        assert client.get("/live/", {"since": mark}).status_code == 204


def test_what_came_is_told_once_with_its_sign_isolated(client, amara, points):
    """UM18, UM26."""
    client.force_login(amara.user)
    before = mark_of(amara)
    give(amara, points, 40, "hour")
    answer = client.get("/live/", {"since": before})
    assert "no-store" in answer["Cache-Control"]
    told = answer.json()
    assert told["said"] == "\u2066+40\u2069 points: Mending hour"
    assert client.get("/live/", {"since": told["mark"]}).status_code == 204


def test_a_check_in_without_points_says_nothing_old(client, amara, booking, points):
    """UM18: the page is brought up to date, but yesterday's points are not told as if they had come."""
    give(amara, points, 40, "earlier")
    before = mark_of(amara)
    Booking.objects.update(state="attended", attended_at=clock.now())
    client.force_login(amara.user)
    told = client.get("/live/", {"since": before}).json()
    assert told == {"mark": mark_of(amara), "said": ""} and told["mark"] != before


def test_nobody_hears_of_others(client, amara, bo, points, gus):
    before = mark_of(bo)
    give(amara, points, 40, "hour")
    client.force_login(bo.user)
    assert client.get("/live/", {"since": before}).status_code == 204
    client.force_login(gus)
    assert client.get("/live/").status_code == 204
    client.logout()
    assert client.get("/live/").status_code == 401


def test_the_page_asks_only_while_the_doors_are_open(client, amara, booking):
    """UM18."""
    client.force_login(amara.user)
    starts = booking.occurrence.starts_at
    page = reverse("events_directory:booking", args=[booking.reference])
    for at, asks in (
        (starts - timedelta(hours=3), False),
        (starts - timedelta(hours=1), True),
        (starts + timedelta(minutes=30), True),
        (starts + timedelta(days=2), False),
    ):
        with clock.standing_at(at):
            for address in ("/", page):
                text = client.get(address).content.decode()
                assert ('data-live="/live/"' in text) == asks, (at, address)
