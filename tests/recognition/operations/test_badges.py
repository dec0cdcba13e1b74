"""Badges from draft to revoked."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, transaction

from members import clock
from members.domain.actors import Actor
from members.models import Activity, AuditRow, Job
from recognition.errors import (
    BadgeNotActive,
    CriteriaFrozen,
    NotYours,
    ReasonMissing,
    StepNotAllowed,
)
from recognition.models import Badge, BadgeAward
from recognition.operations import badges
from recognition.operations.awards import Wanted
from tests.conftest import SYSTEM
from tests.recognition.conftest import give

pytestmark = pytest.mark.django_db


def test_a_badge_is_drafted_activated_and_archived(badge):
    """A1: each step once, along the table; the trail has them all."""
    badge = badges.archive(badge, actor=SYSTEM)
    with pytest.raises(StepNotAllowed):
        badges.archive(badge, actor=SYSTEM)
    assert badges.activate(badge, actor=SYSTEM).state == "active"
    verbs = AuditRow.objects.filter(subject_type="recognition.badge").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == [
        "recognition.badge.defined",
        "recognition.badge.activated",
        "recognition.badge.archived",
        "recognition.badge.activated",
    ]


def test_criteria_stand_still_once_a_badge_is_active(badge):
    """A1: what was promised stays; looks and words may change."""
    with pytest.raises(CriteriaFrozen):
        badges.edit(badge, criteria="Send two back.", actor=SYSTEM)
    badges.edit(badge, name="The first refill", actor=SYSTEM)
    badge.refresh_from_db()
    assert (badge.name, badge.criteria) == ("The first refill", "Send one container back.")


def test_an_award_says_when_why_and_by_what(badge, amara):
    """A2: award, audit row and activity in one transaction."""
    award = give(amara, badge, evidence="Container 4711")
    assert (award.seq, award.reason, award.evidence, award.is_public) == (
        1,
        "Your first container came back",
        "Container 4711",
        True,
    )
    assert len(award.slug) == 22
    activity = Activity.objects.get(kind="badge.awarded")
    assert (activity.member, activity.payload, activity.external_id) == (
        amara,
        {"badge": "first-refill"},
        f"badge:{award.pk}",
    )
    assert Job.objects.filter(key=f"evaluate:{activity.pk}").exists()
    assert AuditRow.objects.get(verb="recognition.badge_award.given").after == {
        "badge": "first-refill",
        "seq": 1,
    }


def test_the_same_badge_is_won_once_whatever_the_cause(badge, amara):
    """A9: replay and a second cause answer with the award there is."""
    first = give(amara, badge)
    assert give(amara, badge) == first
    assert give(amara, badge, key="order:2") == first
    assert BadgeAward.objects.count() == 1
    assert Activity.objects.filter(kind="badge.awarded").count() == 1


def test_a_repeatable_badge_is_numbered(amara):
    """A6: one award per cause, 1, 2, 3."""
    badge = badges.define(
        "ten", name="Ten orders", criteria="Ten orders.", is_repeatable=True, actor=SYSTEM
    )
    badges.activate(badge, actor=SYSTEM)
    numbers = [give(amara, badge, key=f"order:{n}").seq for n in (10, 20, 10, 30)]
    assert numbers == [1, 2, 1, 3]


def test_nobody_wins_a_badge_that_is_not_active(amara):
    """A1: a draft gives nothing."""
    draft = badges.define("later", name="Later", criteria="Wait.", actor=SYSTEM)
    with pytest.raises(BadgeNotActive):
        give(amara, draft)
    assert not BadgeAward.objects.exists()
    assert not Activity.objects.filter(kind="badge.awarded").exists()


def test_back_fill_is_silent(badge, amara, bo):
    """A8: an award for what happened more than seven days ago makes no activity."""
    now = clock.now()
    give(amara, badge, at=now - timedelta(days=8))
    give(bo, badge, at=now - timedelta(days=6))
    assert list(Activity.objects.filter(kind="badge.awarded").values_list("member", flat=True)) == [
        bo.pk
    ]
    assert BadgeAward.objects.count() == 2


def wanted(member, badge, key, at):
    return Wanted(member_id=member.pk, badge=badge, key=key, reason="Ten", at=at)


def test_a_batch_is_answered_in_order(badge, amara, bo, django_assert_num_queries):
    """A9: duplicates within the batch, against the table, and unknown badges."""
    repeatable = badges.define(
        "ten", name="Ten orders", criteria="Ten orders.", is_repeatable=True, actor=SYSTEM
    )
    badges.activate(repeatable, actor=SYSTEM)
    old = give(bo, badge)
    long_ago = clock.now() - timedelta(days=100)
    batch = [
        wanted(amara, "first-refill", "a", long_ago),
        wanted(amara, "ten", "a", long_ago),
        wanted(amara, "ten", "a", long_ago),
        wanted(amara, "ten", "b", long_ago),
        wanted(bo, "first-refill", "b", long_ago),
        wanted(amara, "first-refill", "c", long_ago),
        wanted(bo, "unknown", "d", long_ago),
    ]
    with django_assert_num_queries(8):
        given = badges.award_many(batch, actor=SYSTEM)
    assert [answer.is_new for answer in given] == [True, True, True, True, False, True, False]
    assert given[0] == given[5]
    assert given[1] == given[2]
    assert (given[4].award_id, given[6].award_id) == (old.pk, None)
    numbers = BadgeAward.objects.filter(member=amara).order_by("badge_id", "seq")
    assert list(numbers.values_list("badge__slug", "seq", "key")) == [
        ("first-refill", 1, "a"),
        ("ten", 1, "a"),
        ("ten", 2, "b"),
    ]
    assert badges.award_many(batch, actor=SYSTEM)[:4] == [
        type(answer)(answer.award_id, False) for answer in given[:4]
    ]


def test_a_revoked_award_stays_with_its_reason_and_its_cause_gives_nothing_again(badge, amara):
    """A11, A9: revoked once; a replay does not bring it back, a new cause gives the next."""
    award = give(amara, badge)
    with pytest.raises(ReasonMissing):
        badges.revoke(award, reason=" ", actor=SYSTEM)
    revoked = badges.revoke(award, reason="The container was not ours", actor=SYSTEM)
    assert badges.revoke(award, reason="Again", actor=SYSTEM).revocation_reason == (
        "The container was not ours"
    )
    assert not revoked.is_live
    assert not give(amara, badge).is_live
    again = give(amara, badge, key="order:2")
    assert (again.seq, again.is_live) == (2, True)
    assert AuditRow.objects.filter(verb="recognition.badge_award.revoked").count() == 1


def test_revoking_needs_its_reason_in_the_database_too(badge, amara):
    """A11."""
    award = give(amara, badge)
    with pytest.raises(DatabaseError), transaction.atomic():
        BadgeAward.objects.filter(pk=award.pk).update(revoked_at=clock.now())


def test_privacy_per_award_and_per_profile(badge, amara, bo, fay, gus):
    """A14: either switch hides; the holder and staff still see."""
    award, actor = give(amara, badge), Actor.user(amara.user)
    people = (AnonymousUser(), gus, bo.user, amara.user, fay)

    def seen():
        return [BadgeAward.objects.visible_to(user).count() for user in people]

    assert seen() == [1, 1, 1, 1, 1]
    badges.show(award, holder=amara, is_public=False, actor=actor)
    assert seen() == [0, 0, 0, 1, 1]
    badges.show(award, holder=amara, is_public=True, actor=actor)
    badges.show_all(amara, shows_badges=False, actor=actor)
    assert seen() == [0, 0, 0, 1, 1]
    with pytest.raises(NotYours):
        badges.show(award, holder=bo, is_public=True, actor=Actor.user(bo.user))


def test_a_badge_may_start_private(amara):
    """A14: per badge."""
    badge = badges.define(
        "quiet", name="Quiet", criteria="Be quiet.", starts_public=False, actor=SYSTEM
    )
    badges.activate(badge, actor=SYSTEM)
    assert not give(amara, badge).is_public


def test_holders_are_counted_by_person(badge, amara, bo):
    """A1: the wall's rarity; revoked awards do not count."""
    give(amara, badge)
    badges.revoke(give(bo, badge), reason="Not theirs", actor=SYSTEM)
    assert Badge.objects.with_holders().get().holders == 1
