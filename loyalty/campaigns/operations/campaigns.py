"""The life of a campaign: drafted by one person, published by another, paused, ended."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from loyalty.audiences.models import Segment
from loyalty.campaigns.errors import (
    BadRule,
    IllegalMove,
    NothingToPublish,
    RuleIsFixed,
    SecondPersonNeeded,
)
from loyalty.campaigns.models import BudgetUse, Campaign, RuleVersion
from loyalty.campaigns.operations import budgets, frames, guards, rulebook
from loyalty.rewards.errors import FundClosed
from loyalty.rewards.models import Fund
from members import clock
from members.domain.actors import Actor
from members.models import ActivityKind, User
from members.operations import audit

State = Campaign.State


@transaction.atomic
def draft(name: str, *, actor: Actor, slug: str = "", **fields: Any) -> Campaign:
    """A new campaign without a rule yet. `fields` are its frame and words. Raises BadRule for a frame that
    is none."""
    campaign = Campaign(slug=slug or slugify(name)[:60], name=name, created_at=clock.now())
    frames.apply(campaign, fields)
    BudgetUse.objects.create(campaign=campaign)
    audit.record(campaign, actor=actor, verb="campaigns.campaign.drafted", after={"name": name})
    return campaign


@transaction.atomic
def revise(campaign: Campaign, *, actor: Actor, **fields: Any) -> Campaign:
    """Change the campaign's frame (dates, priority, budgets, stacking, holdout) and words.

    While it is a draft, at once. Of a campaign that was published only the frame changes, and the change
    waits in the draft of its next version until a second person publishes it (ADR 21). Raises IllegalMove
    when it is in review or has ended, or for what is settled once it was published, and BadRule when its
    rule gives points that the fund does not pay for.
    """
    campaign = _locked(campaign)
    if campaign.state == State.DRAFT:
        frames.apply(campaign, fields)
        _settle(campaign, fields)
        if "funded_by" in fields:
            _check_funding(campaign)
    elif campaign.state in (State.SCHEDULED, State.LIVE, State.PAUSED):
        if not frames.FIELDS.issuperset(fields):
            raise IllegalMove(before=campaign.get_state_display(), after=State.DRAFT.label)
        _propose(campaign, fields, actor=actor)
    else:
        raise IllegalMove(before=campaign.get_state_display(), after=State.DRAFT.label)
    audit.record(
        campaign, actor=actor, verb="campaigns.campaign.revised", after={"fields": sorted(fields)}
    )
    return campaign


@transaction.atomic
def cap_segment(
    campaign: Campaign, *, segment: Segment, units: int, per: str = "life", actor: Actor
) -> Campaign:
    """At most so many units for the members of a segment, in all or in each window; 0 lifts the cap. The
    other segments' budgets, proposed ones too, stay. Waits and raises like `revise`."""
    campaign = _locked(campaign)
    draft = campaign.versions.filter(published_at=None).first()
    proposed = draft.frame.get(frames.SEGMENTS) if draft is not None else None
    told = frames.segments_told(campaign) if proposed is None else proposed
    others = [cap for cap in told if cap["segment"] != segment.slug]
    asked = [{"segment": segment.slug, "units": units, "per": per}] if units else []
    return revise(campaign, actor=actor, **{frames.SEGMENTS: [*others, *asked]})


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
    version = _next_version(campaign)
    version.triggers, version.effects = triggers, effects
    version.conditions, version.limit = conditions or {}, limit or {}
    version.drafted_by = _person(actor)
    check_triggers(triggers)
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
    if campaign.state == State.SCHEDULED:
        raise IllegalMove(before=campaign.get_state_display(), after=State.DRAFT.label)
    return _move(campaign, to=State.DRAFT, actor=actor, reason=reason)


@transaction.atomic
def publish(campaign: Campaign, *, actor: Actor, confirms: bool = False) -> RuleVersion:
    """Put the draft version in force, with the frame it brings. The publisher is never its author.

    From now on its words are fixed; the version before it stays in force for what happened before
    this instant. The first version of a campaign also covers what happened earlier, within the
    campaign's own dates, because late activities count by when they occurred. A campaign whose start is to
    come is scheduled, and counts from that instant on.

    Raises GuardRails with what forbids it, and WarningsNotConfirmed with what should be thought about
    unless the publisher `confirms`.
    """
    campaign = _locked(campaign)
    version = campaign.versions.filter(published_at=None).select_for_update().first()
    if version is None:
        raise NothingToPublish()
    publisher = _person(actor)
    if actor.kind != "system" and publisher == version.drafted_by:
        raise SecondPersonNeeded()
    had_budget = campaign.budget_units is not None or campaign.budget_money is not None
    frames.apply(campaign, version.frame)
    _check_funding(campaign)
    if actor.kind != "system":
        guards.check(campaign, version, confirms=confirms)
    now = clock.now()
    starts_later = campaign.starts_at is not None and campaign.starts_at > now
    to = State.SCHEDULED if starts_later else State.LIVE
    is_running = campaign.state == State.LIVE
    if campaign.state != to and not is_running:
        campaign = _move(campaign, to=to, actor=actor)
    before = campaign.versions.filter(published_at__isnull=False, in_force_until=None).first()
    if before is not None:
        RuleVersion.objects.filter(pk=before.pk).update(in_force_until=now)
        version.in_force_from = now
    version.published_by, version.published_at = publisher, now
    version.frame = frames.stored(campaign)
    version.save()
    if not had_budget:
        budgets.recount(rulebook.compile_version(version, campaign, rulebook.catalogue()))
    rulebook.touch()
    audit.record(
        campaign,
        actor=actor,
        verb="campaigns.rule.published",
        after={"version": version.number},
    )
    return version


@transaction.atomic
def withdraw(campaign: Campaign, *, actor: Actor, reason: str) -> Campaign:
    """Take a scheduled campaign back before it starts: it is a draft again, and what was published never
    comes into force."""
    campaign = _locked(campaign)
    if campaign.state != State.SCHEDULED or campaign.starts_at is None:
        raise IllegalMove(before=campaign.get_state_display(), after=State.DRAFT.label)
    if campaign.starts_at <= clock.now():
        raise IllegalMove(before=State.LIVE.label, after=State.DRAFT.label)
    campaign = _move(campaign, to=State.DRAFT, actor=actor, reason=reason)
    for version in campaign.versions.filter(published_at__isnull=False, in_force_until=None):
        starts = version.in_force_from or datetime.fromisoformat(version.frame["starts_at"])
        RuleVersion.objects.filter(pk=version.pk).update(in_force_until=starts)
    return campaign


@transaction.atomic
def clone(campaign: Campaign, *, name: str, actor: Actor, slug: str = "") -> Campaign:
    """A new draft with the frame and the newest wording of this campaign; its dates are for its author to
    set, its budgets begin at nothing, and other members are held out."""
    kept = {
        name: getattr(campaign, name) for name in (*frames.KEPT, "group", "returns", "is_public")
    }
    kept |= {"description": campaign.description, "funded_by": campaign.funded_by}
    if campaign.funded_by is not None and campaign.funded_by.state == Fund.State.CLOSED:
        kept["funded_by"] = None
    kept[frames.SEGMENTS] = frames.segments_told(campaign)
    made = draft(name, actor=actor, slug=slug, **kept)
    last = campaign.versions.order_by("-number").first()
    if last is not None:
        write_rule(made, actor=actor, **_words(last))
    audit.record(made, actor=actor, verb="campaigns.campaign.cloned", after={"of": campaign.slug})
    return made


@transaction.atomic
def roll_back(campaign: Campaign, *, to: RuleVersion, actor: Actor, reason: str) -> RuleVersion:
    """Write the words and the frame of an earlier version, all but its dates, as the next one. It is a
    draft, and a second person publishes it like any other. What has passed since keeps its own version."""
    if to.campaign_id != campaign.pk or to.published_at is None:
        raise NothingToPublish()
    version = write_rule(campaign, actor=actor, **_words(to))
    campaign = _locked(campaign)
    earlier = frames.told(to, besides=frames.DATES)
    if campaign.state == State.DRAFT:
        frames.apply(campaign, earlier)
    else:
        version.frame = earlier
        version.save(update_fields=["frame"])
    audit.record(
        campaign,
        actor=actor,
        verb="campaigns.rule.rolled_back",
        after={"version": version.number, "to": to.number},
        reason=reason,
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
    """End a campaign for good. What happened before still counts when it is told late."""
    return _move(campaign, to=State.ENDED, actor=actor, ended_at=clock.now())


def begin(campaign: Campaign, *, actor: Actor) -> Campaign:
    """Say of a scheduled campaign whose start has come that it is live."""
    return _move(campaign, to=State.LIVE, actor=actor)


def run_out(campaign: Campaign, *, actor: Actor) -> Campaign:
    """Say of a campaign whose last instant has passed that it has ended, then."""
    return _move(campaign, to=State.ENDED, actor=actor, ended_at=campaign.ends_at)


@transaction.atomic
def _move(
    campaign: Campaign,
    *,
    to: str,
    actor: Actor,
    reason: str = "",
    ended_at: datetime | None = None,
) -> Campaign:
    campaign = _locked(campaign)
    before = State(campaign.state)
    if to not in Campaign.MOVES[before]:
        raise IllegalMove(before=before.label, after=State(to).label)
    campaign.state, campaign.ended_at = to, ended_at
    campaign.save(update_fields=["state", "ended_at"])
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


def _next_version(campaign: Campaign) -> RuleVersion:
    """The draft of the campaign's next version; with the words of the last one, when it is new."""
    last = campaign.versions.order_by("-number").first()
    if last is not None and last.published_at is None:
        return last
    if last is None:
        return RuleVersion(campaign=campaign, number=1)
    return RuleVersion(campaign=campaign, number=last.number + 1, **_words(last))


def _propose(campaign: Campaign, fields: Mapping[str, Any], *, actor: Actor) -> None:
    """Keep changes of the frame in the draft of the next version, checked as if they were made."""
    version = _next_version(campaign)
    if not version.triggers:
        raise NothingToPublish()
    version.frame = version.frame | frames.as_json(fields)
    version.drafted_by = _person(actor)
    frames.try_on(campaign, version.frame)
    version.save()


def _settle(campaign: Campaign, fields: Mapping[str, Any]) -> None:
    """What was proposed before the campaign was taken back, and is changed at once now, is proposed no
    more: publishing would put it above what was written since."""
    version = campaign.versions.filter(published_at=None).first()
    if version is not None and not fields.keys().isdisjoint(version.frame):
        version.frame = {name: kept for name, kept in version.frame.items() if name not in fields}
        version.save(update_fields=["frame"])


def _words(version: RuleVersion) -> dict[str, Any]:
    return {
        "triggers": version.triggers,
        "conditions": version.conditions,
        "effects": version.effects,
        "limit": version.limit,
    }


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


def check_triggers(triggers: list[str]) -> None:
    """Refuse a rule that nothing could set off. Raises BadRule."""
    known = set(ActivityKind.objects.filter(name__in=triggers).values_list("name", flat=True))
    unknown = [name for name in triggers if name not in known]
    if unknown or not triggers:
        raise BadRule(pointer="/triggers", why=f"no activity kind {', '.join(unknown) or '(none)'}")
