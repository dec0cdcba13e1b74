"""Recognition in the staff console."""

import pytest
from django.urls import reverse

from members.operations import members
from recognition.models import Badge, BadgeAward, Candidate, Leaderboard, NominationCycle
from recognition.operations import cycles
from tests.conftest import SYSTEM
from tests.recognition.conftest import give, propose
from tests.staff.conftest import client_of, colleague

pytestmark = pytest.mark.django_db


def page(model, view, *args):
    return reverse(f"admin:recognition_{model}_{view}", args=args)


@pytest.fixture
def console(fay):
    return client_of(fay)


MODELS = ("badge", "badgeaward", "leaderboard", "nominationcycle", "candidate", "nomination")


@pytest.mark.parametrize("model", MODELS)
def test_lists_open_with_the_permission_only(
    console, badge, board, cycle, amara, bo, model, django_assert_max_num_queries
):
    give(amara, badge)
    propose(cycle, bo, amara)
    with django_assert_max_num_queries(16):
        assert console.get(page(model, "changelist")).status_code == 200
    assert client_of(colleague("sol")).get(page(model, "changelist")).status_code == 403


def test_a_badge_from_draft_to_a_member(console, amara, fay):
    """A1: drafted, activated, given by hand, revoked; each with its audit row and its reason."""
    body = {
        "name": "Kind",
        "slug": "kind",
        "criteria": "Be kind.",
        "motif": "heart",
        "metal": "",
        "starts_public": "on",
        "_save": "1",
    }
    assert console.post(page("badge", "add"), body).status_code == 302
    badge = Badge.objects.get()
    assert (badge.state, badge.motif) == ("draft", "heart")
    refused = console.post(page("badge", "give", badge.pk), {"member": "amara", "reason": "Kind"})
    assert refused.status_code == 403
    assert console.post(page("badge", "activate", badge.pk)).status_code == 302
    assert console.get(page("badge", "change", badge.pk)).status_code == 200
    console.post(page("badge", "change", badge.pk), body | {"criteria": "Other", "name": "Kinder"})
    badge.refresh_from_db()
    assert (badge.name, badge.criteria) == ("Kinder", "Be kind.")
    step = page("badge", "give", badge.pk)
    assert console.post(step, {"member": "nobody", "reason": "Kind"}).status_code == 422
    assert console.post(step, {"member": "amara", "reason": "Helped"}).status_code == 302
    award = BadgeAward.objects.get()
    assert (award.member, award.reason) == (amara, "Helped")
    assert console.post(page("badgeaward", "revoke", award.pk), {"reason": ""}).status_code == 422
    revoke = {"reason": "A mistake"}
    assert console.post(page("badgeaward", "revoke", award.pk), revoke).status_code == 302
    assert BadgeAward.objects.get().revocation_reason == "A mistake"


def test_one_rendering_of_the_form_gives_one_badge(console, badge, amara):
    """A9: a second click changes nothing; opening the form again is a second badge."""
    Badge.objects.filter(pk=badge.pk).update(is_repeatable=True)
    step = page("badge", "give", badge.pk)
    shown = console.get(step)
    [field] = shown.context["form"].hidden_fields()
    assert str(field) in shown.content.decode()
    sent = {"member": "amara", "reason": "Helped", "key": field.value()}
    assert [console.post(step, sent).status_code for _ in range(2)] == [302, 302]
    assert BadgeAward.objects.count() == 1
    again = console.get(step).context["form"]["key"].value()
    assert console.post(step, sent | {"key": again}).status_code == 302
    assert BadgeAward.objects.count() == 2


def test_nobody_gives_themselves_a_badge_or_revokes_their_own(console, badge, fay):
    """Attack 21: staff fraud."""
    own = members.enrol("fay", user=fay, actor=SYSTEM)
    answer = console.post(page("badge", "give", badge.pk), {"member": "fay", "reason": "I am kind"})
    assert answer.status_code == 422
    assert "Somebody else must give you a badge." in answer.content.decode()
    assert not BadgeAward.objects.exists()
    award = give(own, badge)
    answer = console.post(page("badgeaward", "revoke", award.pk), {"reason": "x"})
    assert answer.status_code == 403
    assert BadgeAward.objects.get().is_live


def test_a_board_is_defined_and_shown(console, points):
    """A24, A25: a fault is said beside the form."""
    body = {
        "name": "Harvest",
        "slug": "harvest",
        "unit": points.pk,
        "window": "custom",
        "ties": "dense",
        "starts_on": "",
        "ends_on": "",
        "minimum_visible": 5,
        "_save": "1",
    }
    assert console.post(page("leaderboard", "add"), body).status_code == 422
    assert not Leaderboard.objects.exists()
    body |= {"starts_on": "2026-09-01", "ends_on": "2026-11-01"}
    assert console.post(page("leaderboard", "add"), body).status_code == 302
    board = Leaderboard.objects.get()
    assert (board.ties, board.state) == ("dense", "draft")
    assert console.post(page("leaderboard", "activate", board.pk)).status_code == 302
    console.post(page("leaderboard", "change", board.pk), body | {"ties": "unique"})
    board.refresh_from_db()
    assert (board.ties, board.state) == ("unique", "active")


def test_a_cycle_is_run_from_the_console(console, cycle, amara, bo):
    """B1: opened, closed; its rules have no form; nobody reads who wrote what."""
    propose(cycle, bo, amara, "A private story.")
    nomination = cycle.nominations.get()
    for path in (
        page("nominationcycle", "change", cycle.pk),
        page("nomination", "changelist"),
        page("nomination", "change", nomination.pk),
        page("candidate", "change", nomination.candidate_id),
    ):
        text = console.get(path).content.decode()
        assert "private story" not in text
        assert "bo@example.test" not in text
    console.post(page("nominationcycle", "change", cycle.pk), {"title": "Other", "_save": "1"})
    assert console.post(page("nominationcycle", "close", cycle.pk)).status_code == 302
    cycle.refresh_from_db()
    assert (cycle.title, cycle.state) == ("Neighbour of the quarter", "judging")
    decide = page("nominationcycle", "decide", cycle.pk)
    answer = console.post(decide, {"citation": "For bicycles"})
    assert answer.status_code == 422
    assert "has not decided about everybody yet" in answer.content.decode()
    assert (
        console.post(page("nominationcycle", "cancel", cycle.pk), {"reason": "x"}).status_code
        == 302
    )
    assert Candidate.objects.get().case.state == "void"


def test_a_cycle_is_drafted_and_opened(console, cycle):
    body = {
        "title": "Next",
        "slug": "next",
        "description": "",
        "criteria": cycle.criteria_id,
        "committee": cycle.committee_id,
        "badge": cycle.badge_id,
        "opens_at_0": "2026-12-01",
        "opens_at_1": "09:00",
        "closes_at_0": "2026-11-01",
        "closes_at_1": "09:00",
        "limit_per_nominator": 3,
        "judging_days": 21,
        "_save": "1",
    }
    assert console.post(page("nominationcycle", "add"), body).status_code == 422
    body["closes_at_0"] = "2026-12-31"
    assert console.post(page("nominationcycle", "add"), body).status_code == 302
    draft = NominationCycle.objects.get(slug="next")
    assert console.post(page("nominationcycle", "open", draft.pk)).status_code == 302
    draft.refresh_from_db()
    assert draft.state == "open"


def test_staff_without_the_named_permission_run_nothing(cycle, badge, board, amara):
    """Authorization: a right to look is no right to act."""
    from django.contrib.auth.models import Permission

    user = colleague("sol")
    user.user_permissions.set(
        Permission.objects.filter(
            content_type__app_label="recognition", codename__startswith="view"
        )
    )
    client, award = client_of(user), give(amara, badge)
    for path, body in (
        (page("badge", "archive", badge.pk), {}),
        (page("badge", "give", badge.pk), {"member": "amara", "reason": "x"}),
        (page("badgeaward", "revoke", award.pk), {"reason": "x"}),
        (page("leaderboard", "archive", board.pk), {}),
        (page("nominationcycle", "close", cycle.pk), {}),
        (page("nominationcycle", "cancel", cycle.pk), {"reason": "x"}),
    ):
        assert client.post(path, body).status_code == 403, path
    states = [NominationCycle.objects.get().state, Leaderboard.objects.get().state]
    assert states == ["open", "active"]
    assert BadgeAward.objects.get().is_live


def test_candidates_are_put_again(console, cycle, amara, bo):
    """B16."""
    propose(cycle, bo, amara)
    cycles.close(cycle, actor=SYSTEM)
    candidate = Candidate.objects.get()
    again = page("candidate", "put_again", candidate.pk)
    assert console.post(again).status_code == 403
    case = candidate.case
    console.post(reverse("admin:governance_case_void", args=[case.pk]), {"reason": "No quorum"})
    assert console.post(again).status_code == 302
    assert Candidate.objects.get().case.round == 2
