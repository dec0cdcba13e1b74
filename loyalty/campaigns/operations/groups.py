"""Stacking groups: defined once, renamed, never made to stack otherwise."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction

from loyalty.campaigns.errors import BadRule
from loyalty.campaigns.models import StackingGroup
from members.domain.actors import Actor
from members.models import Unit
from members.operations import audit


@transaction.atomic
def define(name: str, *, actor: Actor, slug: str, **fields: Any) -> StackingGroup:
    """A new group: its `mode`, `priority` and `weights`. Raises BadRule for weights that are none."""
    group = StackingGroup(name=name, slug=slug, **fields)
    _check_weights(group.weights)
    group.full_clean()
    group.save()
    audit.record(
        group,
        actor=actor,
        verb="campaigns.stackinggroup.defined",
        after={"mode": group.mode, "priority": group.priority, "weights": group.weights},
    )
    return group


@transaction.atomic
def rename(group: StackingGroup, *, name: str, actor: Actor) -> StackingGroup:
    """Call it something else. How it stacks stays, for published campaigns rely on it."""
    group = StackingGroup.objects.select_for_update().get(pk=group.pk)
    before, group.name = group.name, name
    group.full_clean()
    group.save(update_fields=["name"])
    audit.record(
        group,
        actor=actor,
        verb="campaigns.stackinggroup.renamed",
        before={"name": before},
        after={"name": name},
    )
    return group


def _check_weights(weights: Any) -> None:
    if not isinstance(weights, dict):
        raise BadRule(pointer="/weights", why="expected a weight for each unit")
    units = set(Unit.objects.values_list("code", flat=True))
    for unit, text in weights.items():
        try:
            weight = Decimal(text) if isinstance(text, str) else Decimal("NaN")
        except InvalidOperation:
            weight = Decimal("NaN")
        if unit not in units or not weight.is_finite() or not 0 <= weight <= 10**6:
            raise BadRule(pointer=f"/weights/{unit}", why="expected a unit and a weight like 0.5")
