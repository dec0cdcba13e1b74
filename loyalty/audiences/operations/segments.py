"""The life of a segment: defined, revised, active, archived."""

from typing import Any

from django.db import transaction
from django.utils.text import slugify

from loyalty.audiences.errors import IllegalMove, NoCondition, SegmentIsArchived
from loyalty.audiences.models import Segment, SegmentVersion
from loyalty.audiences.operations import membership
from loyalty.audiences.operations.belonging import read
from members import clock
from members.domain.actors import Actor
from members.operations import audit

State = Segment.State


@transaction.atomic
def define(
    name: str,
    *,
    actor: Actor,
    slug: str = "",
    description: str = "",
    conditions: dict[str, Any] | None = None,
) -> Segment:
    """A new segment, a draft. Raises BadCondition naming the place of a fault."""
    segment = Segment(
        slug=slug or slugify(name)[:60],
        name=name,
        description=description,
        created_at=clock.now(),
    )
    segment.full_clean()
    segment.save()
    audit.record(segment, actor=actor, verb="audiences.segment.defined", after={"name": name})
    if conditions is not None:
        revise(segment, conditions=conditions, actor=actor)
    return segment


@transaction.atomic
def revise(segment: Segment, *, conditions: dict[str, Any], actor: Actor) -> SegmentVersion:
    """Write the next version of whom it describes; an active segment goes by it at once.

    The same condition again returns the version in force. Whom another one describes is taken as they are:
    nobody has entered or left by it. Raises BadCondition, SegmentIsArchived.
    """
    current = _locked(segment)
    if current.state == State.ARCHIVED:
        raise SegmentIsArchived()
    node = read(conditions)
    last = current.versions.order_by("-number").first()
    if last is not None and last.conditions == conditions:
        return last
    version = SegmentVersion.objects.create(
        segment=current,
        number=last.number + 1 if last else 1,
        conditions=conditions,
        written_at=clock.now(),
        actor_kind=actor.kind,
        actor_id=actor.id,
    )
    audit.record(
        current,
        actor=actor,
        verb="audiences.segment.revised",
        before={"conditions": last.conditions} if last else None,
        after={"version": version.number, "conditions": conditions},
    )
    if current.state == State.ACTIVE:
        membership.take_as_they_are(current, node, at=version.written_at)
    return version


@transaction.atomic
def rename(segment: Segment, *, actor: Actor, **fields: str) -> Segment:
    """Change the name or the description."""
    unknown = set(fields) - {"name", "description"}
    if unknown:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
    current = _locked(segment)
    before = {name: getattr(current, name) for name in fields}
    for name, value in fields.items():
        setattr(current, name, value)
    current.full_clean()
    current.save(update_fields=list(fields))
    audit.record(
        current, actor=actor, verb="audiences.segment.renamed", before=before, after=dict(fields)
    )
    return current


@transaction.atomic
def activate(segment: Segment, *, actor: Actor) -> Segment:
    """From now on it has members; those of this instant are taken as they are and have not entered.
    Raises NoCondition, IllegalMove, BadCondition (a field is gone)."""
    current = _locked(segment)
    last = current.versions.order_by("-number").first()
    if last is None:
        raise NoCondition()
    node, was = read(last.conditions), current.state
    moved = _move(segment, State.ACTIVE, actor=actor)
    if was != State.ACTIVE:
        membership.take_as_they_are(moved, node, at=clock.now())
    return moved


@transaction.atomic
def archive(segment: Segment, *, actor: Actor, reason: str = "") -> Segment:
    """From now on nobody belongs to it, and nobody has left."""
    moved = _move(segment, State.ARCHIVED, actor=actor, reason=reason)
    membership.forget(moved)
    return moved


def _move(segment: Segment, to: State, *, actor: Actor, reason: str = "") -> Segment:
    current = _locked(segment)
    if to == current.state:
        return current
    if to not in Segment.MOVES[State(current.state)]:
        raise IllegalMove(before=current.get_state_display(), after=to.label)
    before, current.state = current.state, to
    current.save(update_fields=["state"])
    audit.record(
        current,
        actor=actor,
        verb=f"audiences.segment.{'activated' if to == State.ACTIVE else 'archived'}",
        before={"state": before},
        after={"state": to},
        reason=reason,
    )
    return current


def _locked(segment: Segment) -> Segment:
    return Segment.objects.select_for_update().get(pk=segment.pk)
