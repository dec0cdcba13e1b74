"""One way for a row with a `STEPS` table to move from state to state."""

from typing import Any

from members.domain.actors import Actor
from members.operations import audit
from recognition.errors import StepNotAllowed


def move(row: Any, target: str, *, actor: Actor, verb: str, reason: str = "") -> None:
    """Move a locked row to `target`, audited. Raises StepNotAllowed when its table forbids it."""
    before = row.state
    if target not in row.STEPS[before]:
        labels = dict(row.State.choices)
        raise StepNotAllowed(state=labels[before], target=labels[target])
    row.state = target
    row.save(update_fields=["state"])
    audit.record(
        row,
        actor=actor,
        verb=verb,
        before={"state": str(before)},
        after={"state": str(target)},
        reason=reason,
    )
