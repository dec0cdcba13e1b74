"""Two people decide, never the author, never somebody of the partner."""

import pytest

from events_directory.errors import (
    AmountNotPositive,
    ApprovedAlready,
    IllegalMove,
    NotAPerson,
    OwnApplication,
    OwnOrganisation,
    PartnerNotVerified,
    PoolClosed,
    PoolShort,
    ReasonMissing,
    Unfinished,
)
from events_directory.models import Approval, Grant, GrantApplication
from events_directory.operations import applications, partners, pools
from members.domain.actors import Actor
from tests.conftest import SYSTEM
from tests.events_directory.conftest import ANSWERS

pytestmark = pytest.mark.django_db


def test_the_second_approval_commits_the_money(application, pool, fay, ann):
    """D6, D7: one approval is not enough; with the second the money is committed at once."""
    first = applications.approve(application, actor=Actor.user(fay))
    assert (first.state, pool.balances()["committed"], Grant.objects.count()) == ("submitted", 0, 0)
    second = applications.approve(application, actor=Actor.user(ann))
    assert second.state == "accepted"
    grant = Grant.objects.get()
    assert (grant.awarded, grant.released, grant.paid, grant.state) == (40_000, 0, 0, "active")
    pool.refresh_from_db()
    assert pool.balances() == {
        "deposits": 100_000,
        "available": 60_000,
        "committed": 40_000,
        "payable": 0,
        "disbursed": 0,
    }


def test_one_person_approves_once(application, fay):
    """D7: two different people."""
    applications.approve(application, actor=Actor.user(fay))
    with pytest.raises(ApprovedAlready):
        applications.approve(application, actor=Actor.user(fay))
    assert (Approval.objects.count(), Grant.objects.count()) == (1, 0)


def test_the_author_cannot_decide_even_as_a_superuser(application, fay):
    """D7: a superuser gets no bypass; neither who wrote it nor who handed it in."""
    GrantApplication.objects.filter(pk=application.pk).update(author=fay)
    with pytest.raises(OwnApplication):
        applications.approve(application, actor=Actor.user(fay))
    with pytest.raises(OwnApplication):
        applications.decline(application, reason="No", actor=Actor.user(fay))
    assert not Approval.objects.exists()


def test_nobody_decides_about_their_own_organisation(application, shop, fay):
    """D7: a seat at any time since it was begun excludes, also after leaving."""
    seat = partners.seat(shop, user=fay, role="helper", actor=SYSTEM)
    partners.end_seat(seat, actor=SYSTEM)
    with pytest.raises(OwnOrganisation):
        applications.approve(application, actor=Actor.user(fay))
    assert not Approval.objects.exists()


@pytest.mark.parametrize("actor", [SYSTEM, Actor("key", 7, "A key")])
def test_only_people_decide(application, actor):
    with pytest.raises(NotAPerson):
        applications.approve(application, actor=actor)


def test_an_empty_pool_accepts_nothing_and_forgets_the_approval(
    application, shop, pool, fay, ann, eli
):
    """D6: what is committed is not available; the refused approval leaves no trace."""
    large = applications.draft(
        shop, pool=pool, title="Roof", requested=60_001, actor=Actor.user(eli), **ANSWERS
    )
    applications.submit(large, actor=Actor.user(eli))
    for user in (fay, ann):
        applications.approve(application, actor=Actor.user(user))
    applications.approve(large, actor=Actor.user(fay))
    with pytest.raises(PoolShort) as refusal:
        applications.approve(large, actor=Actor.user(ann))
    assert refusal.value.messages == ["The pool does not hold enough: 600.00 EUR are left."]
    large.refresh_from_db()
    assert (large.state, large.approvals.count(), Grant.objects.count()) == ("submitted", 1, 1)


def test_a_draft_is_edited_handed_in_and_taken_back(shop, pool, eli):
    """D1 (narrow): three questions, saved as they are."""
    actor = Actor.user(eli)
    draft = applications.draft(shop, pool=pool, title="Tools", requested=5_000, actor=actor)
    with pytest.raises(Unfinished):
        applications.submit(draft, actor=actor)
    with pytest.raises(AmountNotPositive):
        applications.edit(draft, requested=0, actor=actor)
    edited = applications.edit(draft, title="Better tools", actor=actor, **ANSWERS)
    assert (edited.title, edited.requested, edited.is_complete) == ("Better tools", 5_000, True)
    submitted = applications.submit(draft, actor=actor)
    assert (submitted.state, submitted.submitted_by) == ("submitted", eli)
    with pytest.raises(IllegalMove):
        applications.edit(draft, title="Late", actor=actor)
    assert applications.withdraw(draft, actor=actor).state == "withdrawn"


def test_a_decision_against_needs_its_reason(application, fay):
    with pytest.raises(ReasonMissing):
        applications.decline(application, reason="", actor=Actor.user(fay))
    declined = applications.decline(application, reason="Too far away", actor=Actor.user(fay))
    assert (declined.state, declined.state_reason) == ("declined", "Too far away")
    with pytest.raises(IllegalMove):
        applications.approve(application, actor=Actor.user(fay))


def test_only_verified_partners_apply_to_open_pools(shop, pool, eli):
    draft = applications.draft(
        shop, pool=pool, title="Tools", requested=1, actor=Actor.user(eli), **ANSWERS
    )
    partners.suspend(shop, reason="Papers", actor=SYSTEM)
    with pytest.raises(PartnerNotVerified):
        applications.submit(draft, actor=Actor.user(eli))
    closed = pools.set_open(pool, is_open=False, actor=SYSTEM)
    partners.verify(shop, actor=SYSTEM)
    with pytest.raises(PoolClosed):
        applications.submit(draft, actor=Actor.user(eli))
    draft.refresh_from_db()
    assert draft.state == "draft"
    with pytest.raises(PoolClosed):
        applications.draft(shop, pool=closed, title="More", requested=1, actor=Actor.user(eli))
    assert GrantApplication.objects.count() == 1
