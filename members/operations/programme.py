"""The units and the ladder a programme starts with. Staff change them in the console."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from members import clock
from members.domain.actors import Actor
from members.errors import LowestTier
from members.models import Account, LadderVersion, Member, Tier, TierGroup, TierPeriod, Unit
from members.operations import accounts, audit, resettling


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
            if kind not in (*Account.MEMBER_KINDS, Account.Kind.PURSE):
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
    made = [
        Tier.objects.get_or_create(
            group=group,
            slug=step.slug,
            defaults={"name": step.name, "threshold": step.threshold, "benefits": step.benefits},
        )
        for step in steps
    ]
    if any(is_fresh for _, is_fresh in made):
        _write_version(group)
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


#: What may be set on a ladder; its slug and unit stay what they were.
LADDER_TERMS = (
    "name",
    "window",
    "window_months",
    "window_starts_on",
    "downgrade",
    "grace_days",
    "undo_days",
    "notice_days",
)


#: Which of them a version of the ladder keeps; the rest only names it or speaks of it.
VERSIONED = (
    "window",
    "window_months",
    "window_starts_on",
    "downgrade",
    "grace_days",
    "undo_days",
)


@transaction.atomic
def add_group(slug: str, *, name: str, unit: Unit, actor: Actor, **terms: Any) -> TierGroup:
    """A ladder without steps; it begins to count with its first tier (`add_tier`)."""
    _only(LADDER_TERMS, terms)
    group = TierGroup(slug=slug, name=name, unit=unit, **terms)
    group.full_clean()
    group.save()
    audit.record(
        group,
        actor=actor,
        verb="members.tier_group.added",
        after={"slug": slug, "name": name, "unit": unit.code, **_plain(terms)},
    )
    return group


@transaction.atomic
def change_group(group: TierGroup, *, actor: Actor, **fields: Any) -> TierGroup:
    """Change what counts towards a ladder and how it lets members down, from now on.

    Everybody is measured by it, by the worker: up at once, down at the review that was set before.
    What happened until now stays as it was.
    """
    row = _change(TierGroup, group, LADDER_TERMS, "members.tier_group.changed", actor, fields)
    _measure_anew(row)
    return row


@transaction.atomic
def add_tier(group: TierGroup, *, actor: Actor, **fields: Any) -> Tier:
    """A further step of a ladder. Raises LowestTier when the first does not start at 0."""
    group = TierGroup.objects.select_for_update().get(pk=group.pk)
    _only(("slug", "name", "threshold", "benefits", "reinstates_days"), fields)
    tier = Tier(group=group, **fields)
    tier.full_clean()
    if tier.threshold != 0 and not group.tiers.exists():
        raise LowestTier()
    tier.save()
    audit.record(tier, actor=actor, verb="members.tier.added", after=fields)
    _measure_anew(group)
    return tier


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
    """Change a tier's name, benefits, threshold, or for how long it reinstates expired points.

    A new threshold holds from now on, as a changed ladder does. Raises LowestTier when the lowest would
    no longer start at 0.
    """
    stored = Tier.objects.select_for_update().get(pk=tier.pk)
    if stored.threshold == 0 and fields.get("threshold", 0) != 0:
        raise LowestTier()
    row = _change(
        Tier,
        tier,
        ("name", "benefits", "threshold", "reinstates_days"),
        "members.tier.changed",
        actor,
        fields,
    )
    if "threshold" in fields:
        _measure_anew(row.group)
    return row


def _write_version(group: TierGroup) -> None:
    """Keep the ladder's terms as they are from now on; as if ever, while nobody stands on it yet."""
    is_used = TierPeriod.objects.filter(group=group).exists()
    LadderVersion.objects.create(
        group=group,
        starts_at=clock.now() if is_used else None,
        thresholds={str(tier.pk): tier.threshold for tier in group.tiers.all()},
        **{name: getattr(group, name) for name in VERSIONED},
    )


def _measure_anew(group: TierGroup) -> None:
    if group.tiers.exists():
        _write_version(group)
    resettling.resettle_everybody(cause=f"{group.slug}:{clock.now().isoformat()}")


def _only(known: tuple[str, ...], fields: dict[str, Any]) -> None:
    unknown = set(fields) - set(known)
    if unknown:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")


def _plain(fields: dict[str, Any]) -> dict[str, Any]:
    """As the audit trail keeps it."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in fields.items()
    }


def _change(
    model: Any, row: Any, editable: tuple[str, ...], verb: str, actor: Actor, fields: dict[str, Any]
) -> Any:
    _only(editable, fields)
    row = model.objects.select_for_update().get(pk=row.pk)
    before = {name: getattr(row, name) for name in fields}
    for name, value in fields.items():
        setattr(row, name, value)
    row.full_clean()
    row.save(update_fields=list(fields))
    audit.record(row, actor=actor, verb=verb, before=_plain(before), after=_plain(fields))
    return row
