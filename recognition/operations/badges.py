"""Badges: defining them, giving them, taking them back."""

import secrets
from datetime import datetime
from typing import Any

from django.db import transaction

from members import clock
from members.domain.actors import Actor
from members.models import Member
from members.operations import audit
from recognition.errors import BadgeNotActive, CriteriaFrozen, NotYours, OwnHands, ReasonMissing
from recognition.models import Badge, BadgeAward, Profile
from recognition.operations import awards
from recognition.operations.steps import move

EDITABLE = (
    "name",
    "criteria",
    "description",
    "motif",
    "metal",
    "is_repeatable",
    "starts_public",
    "valid_days",
)

#: What a badge promises: fixed once somebody may have won it.
PROMISED = ("criteria", "is_repeatable")


@transaction.atomic
def define(
    slug: str, *, name: str, criteria: str, actor: Actor, at: datetime | None = None, **fields: Any
) -> Badge:
    """A new badge in draft. `fields`: any of EDITABLE. A known slug returns that badge unchanged."""
    _only_editable(fields)
    badge, is_new = Badge.objects.get_or_create(
        slug=slug,
        defaults={"name": name, "criteria": criteria, "created_at": at or clock.now(), **fields},
    )
    if is_new:
        audit.record(badge, actor=actor, verb="recognition.badge.defined", after={"slug": slug})
    return badge


@transaction.atomic
def edit(badge: Badge, *, actor: Actor, **fields: Any) -> Badge:
    """Change a badge's words and looks. Raises CriteriaFrozen once it has left draft."""
    _only_editable(fields)
    badge = Badge.objects.select_for_update().get(pk=badge.pk)
    changed = {name: value for name, value in fields.items() if getattr(badge, name) != value}
    if not changed:
        return badge
    if badge.state != Badge.State.DRAFT and set(PROMISED) & set(changed):
        raise CriteriaFrozen()
    before = {name: getattr(badge, name) for name in changed}
    for name, value in changed.items():
        setattr(badge, name, value)
    badge.save(update_fields=list(changed))
    audit.record(badge, actor=actor, verb="recognition.badge.edited", before=before, after=changed)
    return badge


@transaction.atomic
def activate(badge: Badge, *, actor: Actor) -> Badge:
    """From now on it can be won."""
    badge = Badge.objects.select_for_update().get(pk=badge.pk)
    move(badge, Badge.State.ACTIVE, actor=actor, verb="recognition.badge.activated")
    return badge


@transaction.atomic
def archive(badge: Badge, *, actor: Actor) -> Badge:
    """From now on nobody wins it; those who hold it keep it."""
    badge = Badge.objects.select_for_update().get(pk=badge.pk)
    move(badge, Badge.State.ARCHIVED, actor=actor, verb="recognition.badge.archived")
    return badge


def award(
    member: Member,
    *,
    badge: Badge,
    key: str,
    actor: Actor,
    reason: str,
    at: datetime | None = None,
    evidence: str = "",
) -> BadgeAward:
    """Give `badge` to `member` for the cause `key`; `at` is when they won it (default now).

    The same cause again, or a badge they hold already and that cannot be won twice, returns the
    award there is. Raises BadgeNotActive.
    """
    wanted = awards.Wanted(
        member_id=member.pk,
        badge=badge.slug,
        key=key,
        reason=reason,
        at=at or clock.now(),
        evidence=evidence,
    )
    [given] = award_many([wanted], actor=actor)
    if given.award_id is None:
        raise BadgeNotActive(badge=badge.name)
    return BadgeAward.objects.select_related("badge", "member").get(pk=given.award_id)


@transaction.atomic
def give_by_hand(
    badge: Badge, *, member: Member, reason: str, actor: Actor, key: str = ""
) -> BadgeAward:
    """Staff give a badge, with the reason its holder reads. Nobody gives one to themselves.

    The same `key` again, one rendering of a form for instance, returns the first award.
    """
    if not reason.strip():
        raise ReasonMissing()
    if actor.kind == "user" and member.user_id == actor.id:
        raise OwnHands()
    key = key or secrets.token_hex(8)
    return award(member, badge=badge, key=f"hand:{key}", reason=reason, actor=actor)


#: The batch's way: awards many in one statement (see `awards.award_many`).
award_many = awards.award_many


@transaction.atomic
def revoke(
    award: BadgeAward, *, reason: str, actor: Actor, at: datetime | None = None
) -> BadgeAward:
    """Take an award back, with the reason its holder reads. Revoking twice changes nothing."""
    if not reason.strip():
        raise ReasonMissing()
    award = BadgeAward.objects.select_for_update().get(pk=award.pk)
    if award.is_live:
        award.revoked_at = max(at or clock.now(), award.awarded_at)
        award.revocation_reason = reason[:300]
        award.save(update_fields=["revoked_at", "revocation_reason"])
        audit.record(award, actor=actor, verb="recognition.badge_award.revoked", reason=reason)
    return award


@transaction.atomic
def show(award: BadgeAward, *, holder: Member, is_public: bool, actor: Actor) -> BadgeAward:
    """The holder lets others see one award, or hides it. Raises NotYours."""
    award = BadgeAward.objects.select_for_update().get(pk=award.pk)
    if award.member_id != holder.pk:
        raise NotYours()
    if award.is_public != is_public:
        award.is_public, award.hidden_at = is_public, None if is_public else clock.now()
        award.save(update_fields=["is_public", "hidden_at"])
        verb = "recognition.badge_award.shown" if is_public else "recognition.badge_award.hidden"
        audit.record(award, actor=actor, verb=verb)
    return award


@transaction.atomic
def show_all(member: Member, *, shows_badges: bool, actor: Actor) -> Profile:
    """The member lets others see their badges at all, or hides every one of them."""
    profile, _ = Profile.objects.get_or_create(member=member)
    profile = Profile.objects.select_for_update().get(pk=profile.pk)
    if profile.shows_badges != shows_badges:
        profile.shows_badges = shows_badges
        profile.save(update_fields=["shows_badges"])
        audit.record(
            profile,
            actor=actor,
            verb="recognition.profile.changed",
            after={"shows_badges": shows_badges},
        )
    return profile


def _only_editable(fields: dict[str, Any]) -> None:
    unknown = set(fields) - set(EDITABLE)
    if unknown:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
