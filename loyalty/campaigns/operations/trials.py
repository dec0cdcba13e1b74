"""A rule tried on one member: what it would see, what it would give, and what would cut it.

A trial is a rehearsal: the rule is published and the activity told as in earnest, at the time that was
chosen, in a transaction that is rolled back. So it cannot differ from the real thing, and nothing of it
stays. Like the real thing it holds the member's accounts for as long as it takes.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from loyalty.audiences.domain.conditions import parse
from loyalty.campaigns.domain.ticks import Tick, ticks
from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.errors import AlreadyOver
from loyalty.campaigns.models import Campaign, Effect, Evaluation, RuleVersion
from loyalty.campaigns.operations import campaigns, intake, rulebook
from members import clock
from members.domain.actors import Actor
from members.models import Activity, Member

State = Campaign.State
REHEARSAL = Actor.system("rehearsal")
#: How many of a member's latest activities are offered.
RECENT = 10


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of it. `cut` is what took some or all of what was due; `others` what other live rules
    give for the same. `reason` says why the activity would not count at all."""

    told: Told
    member: Member
    is_running: bool
    ticks: tuple[Tick, ...]
    met: bool
    given: tuple[Effect, ...]
    cut: str = ""
    others: tuple[Effect, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Rehearsed:
    trace: Mapping[str, Any] | None
    effects: tuple[Effect, ...]
    reason: str = ""


def find(word: str) -> Member | None:
    """The member with this reference or number, whoever holds the membership now."""
    members = Member.objects.select_related("merged_into")
    found = members.filter(ref=word).first()
    if found is None and word.isascii() and word.isdigit() and len(word) < 19:
        found = members.filter(pk=int(word)).first()
    heir = found.heir if found is not None else None
    return heir if heir is not None and heir.erased_at is None else None


def recent(member: Member, kinds: Iterable[str]) -> list[Activity]:
    """The member's latest activities of these kinds, newest first."""
    own = Activity.objects.filter(member=member, kind__in=list(kinds))
    return list(own.filter(status=Activity.Status.ACCEPTED).order_by("-occurred_at")[:RECENT])


def attempt(version: RuleVersion, member: Member, *, told: Told) -> Trial:
    """Tell an activity of a member as if this version, stored or not, were live. The activity has to meet
    its schema. Raises BadRule when the version has a fault, AlreadyOver when its campaign has ended."""
    done = _rehearse(version, told)
    # What a rule's trace does not tell, because it was ruled out early, one that always holds tells.
    asked = done.trace or _rehearse(_always(version), told, without_dates=True).trace
    node = parse(version.conditions, rulebook.catalogue())
    lines = ticks(node, asked["tests"]) if asked else []
    met = bool(asked) and all(tick.held for tick in lines if tick.depth == 0)
    own = tuple(e for e in done.effects if e.campaign_id == version.campaign_id)
    return Trial(
        told,
        member,
        is_running=done.trace is not None or (bool(asked) and not met),
        ticks=tuple(lines),
        met=met,
        given=own,
        cut=done.trace["why"] if done.trace and met else "",
        others=tuple(e for e in done.effects if e.campaign_id != version.campaign_id),
        reason=done.reason,
    )


def _always(version: RuleVersion) -> RuleVersion:
    """The version with a condition that asks the same and always holds."""
    anyway: dict[str, Any] = {"any": [version.conditions or {"all": []}, {"all": []}]}
    return RuleVersion(
        campaign=version.campaign,
        triggers=version.triggers,
        conditions=anyway,
        effects=version.effects,
    )


def _rehearse(version: RuleVersion, told: Told, *, without_dates: bool = False) -> _Rehearsed:
    with _rolled_back(told):
        stored = _publish(version, without_dates=without_dates)
        [answer] = intake.take([told], actor=REHEARSAL, at=told.occurred_at)
        trace = _trace(told, stored)
        found = Effect.objects.filter(
            activity__source=told.source, activity__external_id=told.external_id
        )
        effects = tuple(found.select_related("campaign").order_by("pk"))
    return _Rehearsed(trace, effects, answer.reason)


@contextmanager
def _rolled_back(told: Told) -> Iterator[None]:
    """At the time that the activity names, and as if nothing had been."""
    with clock.standing_at(told.occurred_at), transaction.atomic():
        yield
        transaction.set_rollback(True)


def _publish(version: RuleVersion, *, without_dates: bool) -> RuleVersion:
    """Put these words in force, whatever state the campaign is in."""
    campaign = Campaign.objects.get(pk=version.campaign_id)
    if campaign.state == State.ENDED:
        raise AlreadyOver()
    if campaign.state == State.REVIEW:
        campaign = campaigns.send_back(campaign, actor=REHEARSAL, reason="")
    if campaign.state == State.DRAFT and without_dates:
        campaign = campaigns.revise(campaign, starts_at=None, ends_at=None, actor=REHEARSAL)
    campaigns.write_rule(
        campaign,
        triggers=version.triggers,
        conditions=version.conditions,
        effects=version.effects,
        limit=version.limit,
        actor=REHEARSAL,
    )
    if campaign.state == State.DRAFT:
        campaign = campaigns.submit(campaign, actor=REHEARSAL)
    return campaigns.publish(campaign, actor=REHEARSAL)


def _trace(told: Told, version: RuleVersion) -> Mapping[str, Any] | None:
    """What was noted of this version, if it was asked."""
    evaluation = Evaluation.objects.filter(
        activity__source=told.source, activity__external_id=told.external_id
    ).first()
    traces = evaluation.trace if evaluation is not None else []
    return next((trace for trace in traces if trace["rule"] == version.pk), None)
