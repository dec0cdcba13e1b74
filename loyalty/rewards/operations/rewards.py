"""The catalogue's verbs."""

from typing import Any

from django.db import transaction

from loyalty.rewards.models import Reward
from members.domain.actors import Actor
from members.models import Unit
from members.operations import audit

EDITABLE = ("name", "description", "kind", "cost", "stock", "limit_per_member", "until")


@transaction.atomic
def offer(slug: str, *, unit: Unit, actor: Actor, **fields: Any) -> Reward:
    """Put a new reward on offer. A known slug returns that reward unchanged."""
    known = Reward.objects.filter(slug=slug).first()
    if known is not None:
        return known
    reward = Reward(slug=slug, unit=unit, state=Reward.State.ACTIVE, **fields)
    reward.full_clean()
    reward.save()
    audit.record(reward, actor=actor, verb="rewards.reward.offered", after={"cost": reward.cost})
    return reward


@transaction.atomic
def change(reward: Reward, *, actor: Actor, **fields: Any) -> Reward:
    """Change what is offered from now on; what was redeemed keeps its price."""
    unknown = set(fields) - {*EDITABLE, "state"}
    if unknown:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
    reward = Reward.objects.select_for_update().get(pk=reward.pk)
    before = {name: getattr(reward, name) for name in fields}
    for name, value in fields.items():
        setattr(reward, name, value)
    reward.full_clean()
    reward.save(update_fields=list(fields))
    audit.record(
        reward,
        actor=actor,
        verb="rewards.reward.changed",
        before={name: str(value) for name, value in before.items()},
        after={name: str(value) for name, value in fields.items()},
    )
    return reward
