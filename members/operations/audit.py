"""The audit trail's only writer."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model

from members import clock
from members.domain.actors import Actor
from members.models import AuditRow


def record(
    subject: Model,
    *,
    actor: Actor,
    verb: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> AuditRow:
    """Write who did what to `subject`, inside the caller's transaction.

    `verb` is `app.noun.verbed`; `before` and `after` hold only what changed.
    """
    return AuditRow.objects.create(
        at=clock.now(),
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name[:150],
        verb=verb,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        before=before,
        after=after,
        reason=reason[:300],
    )


def record_all(
    subjects: Sequence[Model],
    *,
    actor: Actor,
    verb: str,
    after: Sequence[dict[str, Any]],
    reasons: Sequence[str],
) -> None:
    """Write one row per subject in one statement (batches)."""
    now = clock.now()
    AuditRow.objects.bulk_create(
        AuditRow(
            at=now,
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_name=actor.name[:150],
            verb=verb,
            subject_type=subject._meta.label_lower,
            subject_id=str(subject.pk),
            after=changed,
            reason=reason[:300],
        )
        for subject, changed, reason in zip(subjects, after, reasons, strict=True)
    )
