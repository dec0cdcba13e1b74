"""Who belongs to an organisation: invited by an owner, ended by an owner."""

from datetime import timedelta

import pytest

from events_directory.errors import NotAnInvitedRole
from events_directory.models import PartnerSeat, SeatInvitation
from events_directory.operations import invitations, partners
from members import clock
from members.domain.actors import Actor
from members.models import AuditRow
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db
TEAM = "/partner/elis/team/"


@pytest.fixture
def console(client, eli, shop):
    client.force_login(eli)
    return client


@pytest.fixture
def invited(shop, eli) -> SeatInvitation:
    return invitations.invite(shop, role="helper", by=eli)


def role_of(user) -> list[str]:
    held = PartnerSeat.objects.held_now().filter(user=user)
    return list(held.values_list("role", flat=True))


def test_a_helper_is_invited_takes_the_seat_and_is_shown_out(console, shop, eli, gus, occurrence):
    """UP5, UP13: by a link that an owner makes; the door is all that a helper sees; an owner ends it."""
    assert console.post(f"{TEAM}invitations/", {"role": "helper"})["Location"] == TEAM
    link = f"/partner/invitations/{SeatInvitation.objects.get().key}/"
    assert f"http://testserver{link}" in console.get(TEAM).content.decode()
    console.force_login(gus)
    assert "check guests in at the door" in console.get(link).content.decode()
    assert role_of(gus) == []
    console.post(link)
    assert role_of(gus) == ["helper"]
    assert console.get("/partner/")["Location"] == "/partner/elis/dates/"
    assert console.get(f"/partner/elis/dates/{occurrence.pk}/check-in/").status_code == 200
    for path in ("events/", f"dates/{occurrence.pk}/guests/", "venues/", "grants/", "team/"):
        assert console.get(f"/partner/elis/{path}").status_code == 403
    console.force_login(eli)
    seat = PartnerSeat.objects.get(user=gus)
    console.post(f"{TEAM}{seat.pk}/end/")
    console.force_login(gus)
    assert console.get("/partner/elis/dates/").status_code == 404
    trail = AuditRow.objects.filter(verb__contains=".seat").order_by("pk")
    assert list(trail.values_list("verb", flat=True)) == [
        "events_directory.seat_invitation.made",
        "events_directory.seat.taken",
        "events_directory.seat_invitation.taken",
        "events_directory.seat.ended",
    ]


def test_a_link_is_for_one_person(client, invited, gus, chi):
    link = f"/partner/invitations/{invited.key}/"
    client.force_login(gus)
    client.post(link)
    client.force_login(chi)
    answer = client.post(link, follow=True)
    assert "This invitation is not good any more." in answer.content.decode()
    assert (role_of(gus), role_of(chi)) == (["helper"], [])


def test_a_link_ends_after_a_week_or_when_it_is_withdrawn(console, shop, eli, gus, invited):
    other = invitations.invite(shop, role="editor", by=eli)
    console.post(f"{TEAM}invitations/{other.pk}/withdrawal/")
    console.force_login(gus)
    console.post(f"/partner/invitations/{other.key}/")
    with clock.standing_at(clock.now() + timedelta(days=7)):
        console.post(f"/partner/invitations/{invited.key}/")
    assert role_of(gus) == []
    assert console.get("/partner/invitations/forged/").status_code == 404


@pytest.mark.parametrize("becomes", ["editor", ""])
def test_a_link_ends_with_the_lead_of_who_made_it(console, shop, eli, gus, chi, becomes):
    """Attack 13: who was shown out, or leads no more, cannot come back or bring others by a key they kept."""
    partners.seat(shop, user=gus, role="owner", actor=Actor.user(eli))
    kept = invitations.invite(shop, role="editor", by=gus)
    if becomes:
        partners.seat(shop, user=gus, role=becomes, actor=Actor.user(eli))
    else:
        partners.end_seat(PartnerSeat.objects.get(user=gus), actor=Actor.user(eli))
    for user in (gus, chi):
        console.force_login(user)
        console.post(f"/partner/invitations/{kept.key}/")
    assert (role_of(gus), role_of(chi)) == ([becomes] if becomes else [], [])
    kept.refresh_from_db()
    assert kept.taken_at is None
    console.force_login(eli)
    assert kept.key not in console.get(TEAM).content.decode()


def test_nobody_loses_a_role_by_a_link(console, eli, invited):
    answer = console.post(f"/partner/invitations/{invited.key}/", follow=True)
    assert "You belong to Eli&#x27;s repair café already." in answer.content.decode()
    assert role_of(eli) == ["owner"]
    assert SeatInvitation.objects.get().taken_at is None


def test_owners_are_not_made_by_a_link(console, shop, eli):
    assert console.post(f"{TEAM}invitations/", {"role": "owner"}).status_code == 422
    with pytest.raises(NotAnInvitedRole):
        invitations.invite(shop, role="owner", by=eli)
    assert not SeatInvitation.objects.exists()


def test_the_last_owner_cannot_leave(console, shop, eli, gus):
    """UP13."""
    for path in ("departure/", f"{PartnerSeat.objects.get().pk}/end/"):
        answer = console.post(f"{TEAM}{path}", follow=True)
        assert "An organisation needs an owner" in answer.content.decode()
    assert role_of(eli) == ["owner"]
    partners.seat(shop, user=gus, role="owner", actor=Actor.user(eli))
    console.post(f"{TEAM}departure/")
    assert role_of(eli) == []


@pytest.mark.parametrize("role", ["helper", "editor"])
def test_only_owners_say_who_belongs(client, shop, eli, gus, invited, role):
    """Attack 13: helpers and editors change nobody's seat, nor does another organisation."""
    partners.seat(shop, user=gus, role=role, actor=SYSTEM)
    client.force_login(gus)
    seat = PartnerSeat.objects.get(user=eli)
    for path in ("invitations/", f"invitations/{invited.pk}/withdrawal/", f"{seat.pk}/end/"):
        assert client.post(f"{TEAM}{path}", {"role": "helper"}).status_code == 403
    assert (role_of(eli), SeatInvitation.objects.count()) == (["owner"], 1)
    assert SeatInvitation.objects.get().withdrawn_at is None


def test_another_organisations_seat_is_not_there(client, gus, other_shop, eli, shop, invited):
    client.force_login(gus)
    seat = PartnerSeat.objects.get(user=eli)
    for path in (f"invitations/{invited.pk}/withdrawal/", f"{seat.pk}/end/"):
        assert client.post(f"/partner/gus/team/{path}").status_code == 404
    assert role_of(eli) == ["owner"]


def test_the_page_costs_the_same_however_many_belong(
    console, shop, eli, gus, chi, django_assert_max_num_queries
):
    """Query budget."""
    for user in (gus, chi):
        partners.seat(shop, user=user, role="editor", actor=SYSTEM)
    for _ in range(3):
        invitations.invite(shop, role="helper", by=eli)
    with django_assert_max_num_queries(7):
        assert console.get(TEAM).status_code == 200
