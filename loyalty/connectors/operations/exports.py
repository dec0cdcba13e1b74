"""Exports: asked for, written part by part in the background, fetched by who asked, deleted after a day."""

from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils.translation import get_language

from loyalty.connectors import private_files
from loyalty.connectors.models import Export
from members import clock
from members.domain.actors import Actor
from members.models import User
from members.operations import audit, jobs

KEPT = timedelta(days=1)


@transaction.atomic
def ask(
    label: str, *, title: str, query: str, total: int, last_row: int, by: User, actor: Actor
) -> Export:
    """Have the rows of a list written up to `last_row`: what is added afterwards is not part of it. Heads and
    words are in the language that is spoken now."""
    now = clock.now()
    export = Export.objects.create(
        label=label,
        title=title,
        query=query,
        total=total,
        last_row=last_row,
        asked_by=by,
        folder=uuid4(),
        language=get_language() or settings.LANGUAGE_CODE,
        asked_at=now,
        ends_at=now + KEPT,
    )
    told = {"list": label, "filters": query, "rows": total}
    audit.record(export, actor=actor, verb="connectors.export.asked", after=told)
    _enqueue(export, after=0)
    return export


def _enqueue(export: Export, *, after: int) -> None:
    jobs.enqueue(
        "export.write",
        key=f"export:{export.pk}:{export.parts}",
        arguments={"export": export.pk, "part": export.parts, "after": after},
    )


@transaction.atomic
def note_part(export: Export, *, rows: int, reached: int, is_last: bool) -> None:
    """A part has been written; the next one follows, or it is ready."""
    export.rows += rows
    export.parts += 1
    if is_last:
        # What was deleted meanwhile is not there to be written.
        export.state, export.total = Export.State.READY, export.rows
    else:
        _enqueue(export, after=reached)
    export.save(update_fields=["rows", "parts", "state", "total"])


@transaction.atomic
def fail(export: Export, *, why: str) -> None:
    """It cannot be written any more: the list or the right to see it is gone."""
    export.state, export.fault = Export.State.FAILED, why[:200]
    export.save(update_fields=["state", "fault"])


@transaction.atomic
def fetched(export: Export, *, actor: Actor) -> None:
    """Somebody takes the file."""
    told = {"list": export.label, "rows": export.rows}
    audit.record(export, actor=actor, verb="connectors.export.fetched", after=told)


def forget(export: Export) -> None:
    """Delete the file; that it was asked for stays."""
    Export.objects.filter(pk=export.pk).update(state=Export.State.GONE)
    private_files.remove(export.folder)
