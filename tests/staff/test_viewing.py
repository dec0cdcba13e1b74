"""Viewing as a member: read-only, for a quarter of an hour, and never one's own pages or near ones."""

from datetime import timedelta

import pytest
from django.urls import reverse

from members import clock
from members.models import AuditRow, Member
from members.operations import households, members, viewings
from tests.conftest import SYSTEM, member_of
from tests.contracts import walking
from tests.contracts.routes import ROUTES
from tests.contracts.test_routes import TABLE
from tests.contracts.world import build
from tests.staff.conftest import client_of

STRIP = b"viewing-strip"
SEEN = {
    "home",
    "programme",
    "points:statement",
    "points:line",
    "points:activity",
    "rewards:catalogue",
    "rewards:reward",
    "rewards:vouchers",
    "badges:wall",
    "badges:badge",
    "leaderboards:first",
    "leaderboards:board",
    "preferences",
    "messages:preferences",
}


def door_of(member: Member) -> str:
    return f"/admin/members/member/{member.pk}/view-as/"


def start(client, member: Member):
    answer = client.post(door_of(member), {"reason": "They called about a missing line"})
    assert (answer.status_code, answer.get("Location")) == (302, "/")


def live_together(head: Member, other: Member):
    households.open(head, name="Home", actor=SYSTEM)
    households.join(other, code=households.invite(head, actor=SYSTEM).code, actor=SYSTEM)


def trail() -> list[tuple]:
    rows = AuditRow.objects.filter(verb__startswith="members.viewing").order_by("pk")
    return list(rows.values_list("verb", "actor_name", "subject_id", "reason"))


def test_staff_see_the_members_pages_under_a_banner_and_the_trail_says_so(amara, points, ira):
    """US3: begun with a reason, ended by a button; whose pages they are stands on each of them."""
    client = client_of(ira)
    assert client.post(door_of(amara), {"reason": ""}).status_code == 422
    assert trail() == []
    start(client, amara)
    for path in ("/", "/points/", "/rewards/", "/rewards/vouchers/", "/badges/"):
        page = client.get(path)
        assert page.status_code == 200, path
        assert STRIP in page.content and b"You view as <bdi>Amara Obi</bdi>" in page.content, path
        assert page["Cache-Control"] == "private, no-store"
        assert "X-Offline" not in page
    assert client.get("/").context["member"] == amara
    answer = client.post("/viewing/end/")
    assert answer["Location"] == reverse("admin:members_member_change", args=(amara.pk,))
    assert STRIP not in client.get("/").content
    assert trail() == [
        ("members.viewing.begun", "Ira", str(amara.pk), "They called about a missing line"),
        ("members.viewing.ended", "Ira", str(amara.pk), ""),
    ]
    assert client.post("/viewing/end/")["Location"] == "/"
    assert len(trail()) == 2


@pytest.mark.parametrize("part", range(4))
def test_nothing_can_be_changed_and_only_opened_pages_are_shown(part, db):
    """US3: every unsafe method of every route answers 403 and writes nothing; no secret is shown."""
    world, faults = build(), []
    client, amara = world.clients["S"], Member.objects.get(ref="amara")
    start(client, amara)
    written = walking.Written()
    for door in list(walking.doors())[part::4]:
        if door.name == "viewing_end":
            continue
        path = walking.address(door, world, TABLE[door.name].where)
        for method in ("post", "put", "patch", "delete"):
            status = getattr(client, method)(path).status_code
            if written.since() or status != 403:
                faults.append(f"{door.name} {method}: {status}")
        is_portal = door.name in ROUTES and not path.startswith(
            (
                "/admin/",
                "/api/",
                "/brand/",
                "/app/",
                "/worker.js",
                "/offline/",
                "/healthz",
                "/readyz",
            )
        )
        if is_portal:
            page = client.get(path)
            expected = 200 if door.name in SEEN else 403
            if page.status_code != expected or STRIP not in page.content:
                faults.append(f"{door.name} GET: {page.status_code}")
    assert faults == []
    assert client.get("/points/").status_code == 200


def test_a_member_without_a_sign_in_can_be_viewed_as_well(units, ira):
    zoe = members.enrol("zoe", given_name="Zoe", actor=SYSTEM)
    client = client_of(ira)
    start(client, zoe)
    assert client.get("/").context["member"] == zoe
    assert client.get("/points/").status_code == 200


def test_it_ends_by_itself_after_a_quarter_of_an_hour(amara, ira, monkeypatch):
    """US3: not a moment later, and what is sent then is refused rather than done for oneself."""
    client = client_of(ira)
    start(client, amara)
    begun = clock.now()
    monkeypatch.setattr(clock, "now", lambda: begun + viewings.LIFE - timedelta(seconds=5))
    assert STRIP in client.get("/points/").content
    monkeypatch.setattr(clock, "now", lambda: begun + viewings.LIFE)
    assert client.post("/join/").status_code == 403
    assert not Member.objects.of(ira).exists()
    assert client.get("/points/")["Location"] == "/"
    assert [verb for verb, *_ in trail()] == ["members.viewing.begun"]


def test_it_ends_when_the_permission_is_taken_away(amara, ira):
    """US3: asked anew with every request."""
    client = client_of(ira)
    start(client, amara)
    ira.groups.clear()
    page = client.get("/", follow=True)
    assert STRIP not in page.content and b"Amara" not in page.content
    assert b"You no longer view as the member." in page.content


def test_it_belongs_to_one_session(amara, ira, gil):
    """US3: neither to the same person's other browser, nor to whoever signs in next."""
    client, other = client_of(ira), client_of(ira)
    start(client, amara)
    assert STRIP not in other.get("/").content
    kept = dict(client.session["viewing"])
    session = (theirs := client_of(gil)).session
    session["viewing"] = kept
    session.save()
    assert STRIP not in theirs.get("/").content


def test_never_ones_own_pages_and_never_the_households(amara, bo, ira, hal):
    """US3: nor without the permission; nothing is written."""
    own = member_of(ira, "ira-m")
    client = client_of(ira)
    assert client.post(door_of(own), {"reason": "x"}).status_code == 403
    live_together(amara, own)
    assert client.post(door_of(amara), {"reason": "x"}).status_code == 403
    assert client_of(hal).post(door_of(bo), {"reason": "x"}).status_code == 403
    assert trail() == []
    start(client, bo)


def test_a_household_shared_meanwhile_ends_it(amara, ira):
    """US3."""
    own = member_of(ira, "ira-m")
    client = client_of(ira)
    start(client, amara)
    live_together(amara, own)
    assert client.get("/").context["member"] == own
