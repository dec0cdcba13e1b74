"""The catalogue's verbs."""

from typing import Any

from django.db import transaction

from loyalty.rewards.errors import Misfit
from loyalty.rewards.models import Reward
from loyalty.rewards.operations.misfits import misfits_of_kind, misfits_of_terms
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
def offer(slug: str, *, unit: Unit, actor: Actor, **fields: Any) -> Reward:
    """Put a new reward on offer. A known slug returns that reward unchanged. Raises Misfit."""
    known = Reward.objects.filter(slug=slug).first()
    if known is not None:
        return known
    reward = Reward(slug=slug, unit=unit, state=Reward.State.ACTIVE, **fields)
    _check(reward)
    reward.save()
    audit.record(
        reward,
        actor=actor,
        verb="rewards.reward.offered",
        after={"kind": reward.kind, "cost": reward.cost, "worth": reward.worth},
    )
    return reward


@transaction.atomic
def change(reward: Reward, *, actor: Actor, **fields: Any) -> Reward:
    """Change what is offered from now on; what was redeemed keeps its price. Raises Misfit."""
    unknown = set(fields) - {*EDITABLE, "state"}
    if unknown:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
    reward = Reward.objects.select_for_update().get(pk=reward.pk)
    before = {name: getattr(reward, name) for name in fields}
    for name, value in fields.items():
        setattr(reward, name, value)
    _check(reward)
    reward.save(update_fields=list(fields))
    audit.record(
        reward,
        actor=actor,
        verb="rewards.reward.changed",
        before={name: str(value) for name, value in before.items()},
        after={name: str(value) for name, value in fields.items()},
    )
    return reward


def _check(reward: Reward) -> None:
    """What its kind needs, and what any reward needs."""
    reward.currency = reward.currency.upper()
    for sentence in (*misfits_of_kind(reward), *misfits_of_terms(reward)):
        raise Misfit(str(sentence))
    reward.full_clean()
