"""The rules for looking first: who wrote what is in the audit trail."""

from typing import Any

from django.db import transaction

from loyalty.campaigns.errors import UnknownSubject
from loyalty.campaigns.models import ReviewRule
from loyalty.campaigns.operations import rulebook
from loyalty.rewards.models import Reward
from members.domain.actors import Actor
from members.models import ActivityKind
from members.operations import audit

State = ReviewRule.State
TERMS = (
    "name",
    "side",
    "subjects",
    "window_hours",
    "most_times",
    "most_units",
    "unit",
    "factor",
    "last",
    "least",
)


@transaction.atomic
def define(slug: str, *, actor: Actor, **terms: Any) -> ReviewRule:
    """A new rule, paused until somebody activates it. Raises ValidationError or UnknownSubject."""
    rule = ReviewRule(slug=slug, **_known(terms))
    _check(rule)
    rule.save()
    audit.record(rule, actor=actor, verb="campaigns.review_rule.defined", after=_told(terms))
    return rule


@transaction.atomic
def change(rule: ReviewRule, *, actor: Actor, **terms: Any) -> ReviewRule:
    """Change what is given of its terms; what waits already goes on waiting."""
    rule = _locked(rule)
    terms = {name: value for name, value in _known(terms).items() if getattr(rule, name) != value}
    before = {name: getattr(rule, name) for name in terms}
    if not terms:
        return rule
    for name, value in terms.items():
        setattr(rule, name, value)
    _check(rule)
    rule.save()
    rulebook.touch()
    audit.record(
        rule,
        actor=actor,
        verb="campaigns.review_rule.changed",
        before=_told(before),
        after=_told(terms),
    )
    return rule


def activate(rule: ReviewRule, *, actor: Actor) -> ReviewRule:
    """Ask it from now on."""
    return _turn(rule, State.ACTIVE, actor=actor)


def pause(rule: ReviewRule, *, actor: Actor) -> ReviewRule:
    """Ask it no more; what waits goes on waiting for a person."""
    return _turn(rule, State.PAUSED, actor=actor)


@transaction.atomic
def _turn(rule: ReviewRule, state: str, *, actor: Actor) -> ReviewRule:
    rule = _locked(rule)
    if rule.state == state:
        return rule
    rule.state = state
    rule.save(update_fields=["state"])
    rulebook.touch()
    verb = "activated" if state == State.ACTIVE else "paused"
    audit.record(rule, actor=actor, verb=f"campaigns.review_rule.{verb}")
    return rule


def _locked(rule: ReviewRule) -> ReviewRule:
    return ReviewRule.objects.select_for_update().get(pk=rule.pk)


def _check(rule: ReviewRule) -> None:
    """Raise ValidationError, or UnknownSubject for what it would look at and nobody knows."""
    rule.full_clean()
    if rule.side == ReviewRule.Side.EARN:
        kinds = ActivityKind.objects.filter(name__in=rule.subjects)
        known = set(kinds.values_list("name", flat=True))
    else:
        offered = Reward.objects.filter(slug__in=rule.subjects)
        known = set(offered.values_list("slug", flat=True))
    unknown = sorted(set(rule.subjects) - known)
    if unknown:
        raise UnknownSubject(name=unknown[0])


def _known(terms: dict[str, Any]) -> dict[str, Any]:
    unknown = set(terms) - set(TERMS)
    if unknown:
        raise TypeError(f"no terms: {', '.join(sorted(unknown))}")
    return terms


def _told(terms: dict[str, Any]) -> dict[str, Any]:
    """What the audit trail keeps of them."""
    plain = (int, str, list, type(None))
    return {
        name: value if isinstance(value, plain) else getattr(value, "code", str(value))
        for name, value in terms.items()
    }
