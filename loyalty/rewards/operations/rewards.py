"""The catalogue's verbs."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction

from loyalty.audiences.models import Segment
from loyalty.rewards.errors import Misfit
from loyalty.rewards.models import Reward
from loyalty.rewards.operations.misfits import (
    misfits_of_kind,
    misfits_of_segments,
    misfits_of_terms,
)
from members.domain.actors import Actor
from members.models import Unit
from members.operations import audit

EDITABLE = (
    "name",
    "description",
    "kind",
    "cost",
    "codes",
    "stock",
    "low_at",
    "limit_per_member",
    "limit_window",
    "since",
    "until",
    "good_for_days",
    "tier",
    "badge",
    "partner",
    "worth",
    "currency",
    "pool",
    "micro_event",
    "access_name",
)


@transaction.atomic
def offer(
    slug: str, *, unit: Unit, actor: Actor, segments: Collection[Segment] = (), **fields: Any
) -> Reward:
    """Put a new reward on offer, to all or to some segments. A known slug returns that reward
    unchanged. Raises Misfit."""
    known = Reward.objects.filter(slug=slug).first()
    if known is not None:
        return known
    reward = Reward(slug=slug, unit=unit, state=Reward.State.ACTIVE, **fields)
    _check(reward, segments)
    reward.save()
    reward.segments.set(segments)
    after = {"kind": reward.kind, "cost": reward.cost, "worth": reward.worth}
    audit.record(
        reward,
        actor=actor,
        verb="rewards.reward.offered",
        after=after | ({"segments": _slugs(segments)} if segments else {}),
    )
    return reward


@transaction.atomic
def change(reward: Reward, *, actor: Actor, **fields: Any) -> Reward:
    """Change what is offered from now on; what was redeemed keeps its price. Raises Misfit."""
    segments = fields.pop("segments", None)
    unknown = set(fields) - {*EDITABLE, "state"}
    if unknown:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
    reward = Reward.objects.select_for_update().get(pk=reward.pk)
    before: dict[str, Any] = {name: str(getattr(reward, name)) for name in fields}
    after: dict[str, Any] = {name: str(value) for name, value in fields.items()}
    for name, value in fields.items():
        setattr(reward, name, value)
    _check(reward, segments or ())
    reward.save(update_fields=list(fields))
    if segments is not None:
        before["segments"], after["segments"] = _slugs(reward.segments.all()), _slugs(segments)
        reward.segments.set(segments)
    audit.record(reward, actor=actor, verb="rewards.reward.changed", before=before, after=after)
    return reward


def _check(reward: Reward, segments: Collection[Segment]) -> None:
    """What its kind needs, and what any reward needs."""
    reward.currency = reward.currency.upper()
    faults = (
        *misfits_of_kind(reward),
        *misfits_of_terms(reward),
        *misfits_of_segments(segments),
    )
    for sentence in faults:
        raise Misfit(str(sentence))
    reward.full_clean()


def _slugs(segments: Iterable[Segment]) -> list[str]:
    return sorted(segment.slug for segment in segments)
