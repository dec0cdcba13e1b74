"""Defining achievements and streaks: drafted, active, archived; what they ask for is fixed when active."""

from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction

from members import clock
from members.domain.actors import Actor
from members.operations import audit
from recognition.errors import CriteriaFrozen
from recognition.models import Achievement, Streak
from recognition.operations.steps import move

#: An achievement or a streak.
Goal = TypeVar("Goal", Achievement, Streak)

#: What each asks for: fixed once somebody may have worked towards it.
PROMISED: dict[type, tuple[str, ...]] = {
    Achievement: ("criteria", "target", "period", "recurrence", "carries", "badge"),
    Streak: ("criteria", "every", "freezes", "freeze_period"),
}
#: What may be changed at any time.
WORDS: dict[type, tuple[str, ...]] = {
    Achievement: ("name", "step_words"),
    Streak: ("name", "milestones"),
}


@transaction.atomic
def define(
    kind: type[Goal], *, slug: str, actor: Actor, at: datetime | None = None, **fields: Any
) -> Goal:
    """A new achievement or streak in draft. A known slug returns that one unchanged."""
    known = kind.objects.filter(slug=slug).first()
    if known is not None:
        return known
    _only_editable(kind, fields)
    goal = kind(slug=slug, created_at=at or clock.now(), **fields)
    goal.full_clean()
    goal.save()
    audit.record(goal, actor=actor, verb=_verb(goal, "defined"), after={"slug": slug})
    return goal


@transaction.atomic
def edit(goal: Goal, *, actor: Actor, **fields: Any) -> Goal:
    """Change it. Raises CriteriaFrozen for what it asks for, once it has left draft."""
    _only_editable(type(goal), fields)
    goal = type(goal).objects.select_for_update().get(pk=goal.pk)
    changed = {name: value for name, value in fields.items() if getattr(goal, name) != value}
    if not changed:
        return goal
    if goal.state != goal.State.DRAFT and set(PROMISED[type(goal)]) & set(changed):
        raise CriteriaFrozen()
    before = {name: _plain(getattr(goal, name)) for name in changed}
    for name, value in changed.items():
        setattr(goal, name, value)
    goal.full_clean()
    goal.save(update_fields=list(changed))
    after = {name: _plain(value) for name, value in changed.items()}
    audit.record(goal, actor=actor, verb=_verb(goal, "edited"), before=before, after=after)
    return goal


@transaction.atomic
def activate(goal: Goal, *, actor: Actor) -> Goal:
    """From now on it can be worked towards."""
    goal = type(goal).objects.select_for_update().get(pk=goal.pk)
    move(goal, goal.State.ACTIVE, actor=actor, verb=_verb(goal, "activated"))
    return goal


@transaction.atomic
def archive(goal: Goal, *, actor: Actor) -> Goal:
    """From now on nothing counts towards it; what was reached stays."""
    goal = type(goal).objects.select_for_update().get(pk=goal.pk)
    move(goal, goal.State.ARCHIVED, actor=actor, verb=_verb(goal, "archived"))
    return goal


def _verb(goal: Achievement | Streak, verb: str) -> str:
    return f"recognition.{goal._meta.model_name}.{verb}"


def _plain(value: Any) -> Any:
    """A value as the trail keeps it."""
    return value.pk if hasattr(value, "pk") else value


def _only_editable(kind: type, fields: dict[str, Any]) -> None:
    unknown = set(fields) - {*PROMISED[kind], *WORDS[kind]}
    if unknown:
        raise TypeError(f"not editable: {', '.join(sorted(unknown))}")
