"""The units and the ladder a programme starts with. Staff change them in the console."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from members import clock
from members.domain.actors import Actor
from members.errors import LowestTier
from members.models import Account, Member, Tier, TierGroup, Unit
from members.operations import accounts, audit


@dataclass(frozen=True, slots=True)
class Step:
    """A tier to install: its slug, name, threshold in status points, and what it brings."""

    slug: str
    name: str
    threshold: int
    benefits: str = ""


STEPS = (
    Step("bronze", "Bronze", 0, "Points on every order"),
    Step("silver", "Silver", 150, "Early booking of events"),
    Step("gold", "Gold", 400, "Early booking, and bonus weeks"),
)


@transaction.atomic
def add_unit(
    code: str, *, name: str, purpose: str, actor: Actor, expires_after_months: int | None = None
) -> Unit:
    """A new unit, with the programme's accounts for it and a wallet for every member."""
    unit, is_new = Unit.objects.get_or_create(
        code=code,
        defaults={"name": name, "purpose": purpose, "expires_after_months": expires_after_months},
    )
    if is_new:
        for kind in Account.Kind.values:
            if kind not in Account.MEMBER_KINDS:
                accounts.programme_account(unit, kind)
        accounts.open_for(Member.objects.values_list("pk", flat=True), units=[unit.pk])
        audit.record(unit, actor=actor, verb="members.unit.added", after={"code": code})
    return unit


@transaction.atomic
def add_ladder(
    slug: str, *, name: str, unit: Unit, steps: tuple[Step, ...], actor: Actor
) -> TierGroup:
    """A ladder of tiers counted in `unit`; steps that exist already stay as they are."""
    group, is_new = TierGroup.objects.get_or_create(
        slug=slug, defaults={"name": name, "unit": unit}
    )
    for step in steps:
        Tier.objects.get_or_create(
            group=group,
            slug=step.slug,
            defaults={"name": step.name, "threshold": step.threshold, "benefits": step.benefits},
        )
    if is_new:
        audit.record(group, actor=actor, verb="members.tier_group.added", after={"slug": slug})
    return group


@transaction.atomic
def install(*, actor: Actor) -> dict[str, Unit]:
    """The usual start: points that live 12 months, status points, and three tiers."""
    points = add_unit(
        "points",
        name="Points",
        purpose=Unit.Purpose.SPENDABLE,
        actor=actor,
        expires_after_months=12,
    )
    status = add_unit("status", name="Status points", purpose=Unit.Purpose.STATUS, actor=actor)
    add_ladder("status", name="Status", unit=status, steps=STEPS, actor=actor)
    return {"points": points, "status": status}


#: What staff may change of a unit.
UNIT_FIELDS = (
    "name",
    "expiry",
    "expires_after_months",
    "expires_after_days",
    "expiry_rounded_to",
    "expires_on_mmdd",
    "active_kinds",
    "life_from",
    "late_life_days",
    "clawback",
    "restored_for_days",
    "debt_ends_after_months",
    "adjust_limit",
)


@transaction.atomic
def change_unit(unit: Unit, *, actor: Actor, **fields: Any) -> Unit:
    """Change a unit's name or its policies; they hold for what happens from now on.

    A yearly expiry that is switched on, or moved, ends nothing before a full year of its own.
    """
    if {"expiry", "expires_on_mmdd"} & set(fields):
        Unit.objects.filter(pk=unit.pk).update(expiry_since=clock.now())
    return _change(Unit, unit, UNIT_FIELDS, "members.unit.changed", actor, fields)


@transaction.atomic
def change_tier(tier: Tier, *, actor: Actor, **fields: Any) -> Tier:
    """Change a tier's name, benefits or threshold.

    Members are measured against a new threshold when their points next change, or at their review.
    Raises LowestTier when the lowest would no longer start at 0.
    """
    stored = Tier.objects.select_for_update().get(pk=tier.pk)
    if stored.threshold == 0 and fields.get("threshold", 0) != 0:
        raise LowestTier()
    return _change(
        Tier, tier, ("name", "benefits", "threshold"), "members.tier.changed", actor, fields
    )


def _change(
    model: Any, row: Any, editable: tuple[str, ...], verb: str, actor: Actor, fields: dict[str, Any]
) -> Any:
    unknown = set(fields) - set(editable)
    if unknown:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
    row = model.objects.select_for_update().get(pk=row.pk)
    before = {name: getattr(row, name) for name in fields}
    for name, value in fields.items():
        setattr(row, name, value)
    row.full_clean()
    row.save(update_fields=list(fields))
    audit.record(row, actor=actor, verb=verb, before=before, after=fields)
    return row
