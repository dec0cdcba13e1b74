"""The life of a campaign: drafted by one person, published by another, paused, ended."""

from typing import Any

from django.db import transaction
from django.utils.text import slugify

from loyalty.campaigns.errors import (
    BadRule,
    IllegalMove,
    NothingToPublish,
    RuleIsFixed,
    SecondPersonNeeded,
)
from loyalty.campaigns.models import BudgetUse, Campaign, RuleVersion
from loyalty.campaigns.operations import rulebook
from loyalty.rewards.errors import FundClosed
from loyalty.rewards.models import Fund
from members import clock
from members.domain.actors import Actor
from members.models import ActivityKind, User
from members.operations import audit

State = Campaign.State


@transaction.atomic
def draft(name: str, *, actor: Actor, slug: str = "", **fields: Any) -> Campaign:
    """A new campaign without a rule yet."""
    campaign = Campaign(
        slug=slug or slugify(name)[:60], name=name, created_at=clock.now(), **fields
    )
    campaign.full_clean()
    campaign.save()
    BudgetUse.objects.create(campaign=campaign)
    audit.record(campaign, actor=actor, verb="campaigns.campaign.drafted", after={"name": name})
    return campaign


@transaction.atomic
def revise(campaign: Campaign, *, actor: Actor, **fields: Any) -> Campaign:
    """Change the campaign's frame (name, words, dates, budget, fund) while it is a draft. Raises BadRule
    when its rule gives points that the fund does not pay for."""
    campaign = _locked(campaign)
    if campaign.state != State.DRAFT:
        raise IllegalMove(before=campaign.get_state_display(), after=State.DRAFT.label)
    for name, value in fields.items():
        setattr(campaign, name, value)
    campaign.full_clean()
    campaign.save()
    if "funded_by" in fields:
        _check_funding(campaign)
    audit.record(
        campaign, actor=actor, verb="campaigns.campaign.revised", after={"fields": sorted(fields)}
    )
    return campaign


@transaction.atomic
def write_rule(
    campaign: Campaign,
    *,
    triggers: list[str],
    effects: list[dict[str, Any]],
    actor: Actor,
    conditions: dict[str, Any] | None = None,
    limit: dict[str, Any] | None = None,
) -> RuleVersion:
    """Write (or rewrite) the campaign's unpublished version. Raises BadRule naming the fault.

    Not while somebody reviews it (RuleIsFixed): what is published is what was read.
    """
    campaign = _locked(campaign)
    if campaign.state in (State.REVIEW, State.ENDED):
        raise RuleIsFixed()
    last = campaign.versions.order_by("-number").first()
    version = last if last is not None and last.published_at is None else None
    if version is None:
        version = RuleVersion(campaign=campaign, number=last.number + 1 if last else 1)
    version.triggers, version.effects = triggers, effects
    version.conditions, version.limit = conditions or {}, limit or {}
    version.drafted_by = _person(actor)
    _check_triggers(triggers)
    rulebook.check(rulebook.compile_version(version, campaign, rulebook.catalogue()))
    version.save()
    audit.record(
        campaign,
        actor=actor,
        verb="campaigns.rule.written",
        after={"version": version.number, "triggers": triggers, "effects": effects},
    )
    return version


def submit(campaign: Campaign, *, actor: Actor) -> Campaign:
    """Hand the draft to somebody else for publishing."""
    return _move(campaign, to=State.REVIEW, actor=actor)


def send_back(campaign: Campaign, *, actor: Actor, reason: str) -> Campaign:
    """Return a campaign from review to its author."""
    return _move(campaign, to=State.DRAFT, actor=actor, reason=reason)


@transaction.atomic
def publish(campaign: Campaign, *, actor: Actor) -> RuleVersion:
    """Put the draft version in force. The publisher is never its author.

    From now on its words are fixed; the version before it stays in force for what happened before
    this instant. The first version of a campaign also covers what happened earlier, within the
    campaign's own dates, because late activities count by when they occurred.
    """
    campaign = _locked(campaign)
    version = campaign.versions.filter(published_at=None).select_for_update().first()
    if version is None:
        raise NothingToPublish()
    _check_funding(campaign)
    publisher = _person(actor)
    if actor.kind != "system" and publisher == version.drafted_by:
        raise SecondPersonNeeded()
    if campaign.state != State.LIVE:
        _move(campaign, to=State.LIVE, actor=actor)
    now = clock.now()
    before = campaign.versions.filter(published_at__isnull=False).order_by("-number").first()
    if before is not None:
        RuleVersion.objects.filter(pk=before.pk).update(in_force_until=now)
        version.in_force_from = now
    version.published_by, version.published_at = publisher, now
    version.save()
    rulebook.touch()
    audit.record(
        campaign,
        actor=actor,
        verb="campaigns.rule.published",
        after={"version": version.number},
    )
    return version


def pause(campaign: Campaign, *, actor: Actor, reason: str = "") -> Campaign:
    """Stop a live campaign until it is resumed."""
    return _move(campaign, to=State.PAUSED, actor=actor, reason=reason)


def resume(campaign: Campaign, *, actor: Actor) -> Campaign:
    """Let a paused campaign go on."""
    if campaign.state != State.PAUSED:
        raise IllegalMove(before=campaign.get_state_display(), after=State.LIVE.label)
    return _move(campaign, to=State.LIVE, actor=actor)


def end(campaign: Campaign, *, actor: Actor) -> Campaign:
    """End a campaign for good."""
    return _move(campaign, to=State.ENDED, actor=actor)


@transaction.atomic
def _move(campaign: Campaign, *, to: str, actor: Actor, reason: str = "") -> Campaign:
    campaign = _locked(campaign)
    before = State(campaign.state)
    if to not in Campaign.MOVES[before]:
        raise IllegalMove(before=before.label, after=State(to).label)
    campaign.state = to
    campaign.save(update_fields=["state"])
    rulebook.touch()
    audit.record(
        campaign,
        actor=actor,
        verb=f"campaigns.campaign.{to}",
        before={"state": before},
        after={"state": to},
        reason=reason,
    )
    return campaign


def _check_funding(campaign: Campaign) -> None:
    """A fund that still pays, and a rule that gives nothing but the points it pays for."""
    if campaign.funded_by is None:
        return
    if campaign.funded_by.state == Fund.State.CLOSED:
        raise FundClosed()
    for version in campaign.versions.filter(published_at=None):
        rulebook.check(rulebook.compile_version(version, campaign, rulebook.catalogue()))


def _locked(campaign: Campaign) -> Campaign:
    return Campaign.objects.select_for_update().get(pk=campaign.pk)


def _person(actor: Actor) -> User | None:
    if actor.kind != "user" or actor.id is None:
        return None
    return User.objects.get(pk=actor.id)


def _check_triggers(triggers: list[str]) -> None:
    known = set(ActivityKind.objects.filter(name__in=triggers).values_list("name", flat=True))
    unknown = [name for name in triggers if name not in known]
    if unknown or not triggers:
        raise BadRule(pointer="/triggers", why=f"no activity kind {', '.join(unknown) or '(none)'}")
