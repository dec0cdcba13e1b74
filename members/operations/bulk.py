"""Bulk runs: chosen, confirmed, and taken row by row, each row a commit of its own."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from members import clock
from members.domain.actors import Actor
from members.errors import TooManyRows
from members.models import BulkRow, BulkRun, User
from members.operations import audit, jobs

#: So many are taken while the person waits; more go into the background.
AT_ONCE = 50
#: More than these nobody has looked through.
MOST = 10_000
#: So long after it was begun a run that was taken at once is over, or was cut off.
CUT_OFF = timedelta(minutes=2)
#: Rows in one job: well within its lease.
PART = 100

#: What a step does to one row: raises ValidationError when it is refused; answers the row's name.
Take = Callable[[int], str]


@transaction.atomic
def choose(label: str, *, step: str, ids: Iterable[int], by: User, actor: Actor) -> BulkRun:
    """Remember what was chosen, before anything is done to it. Raises TooManyRows."""
    chosen = sorted(set(ids))
    if len(chosen) > MOST:
        raise TooManyRows(most=MOST)
    run = BulkRun.objects.create(
        label=label, step=step, count=len(chosen), asked_by=by, chosen_at=clock.now()
    )
    BulkRow.objects.bulk_create(
        (BulkRow(run=run, subject_id=pk) for pk in chosen), batch_size=1_000
    )
    told = {"list": label, "step": step, "rows": run.count}
    audit.record(run, actor=actor, verb="members.bulk_run.chosen", after=told)
    return run


@transaction.atomic
def begin(run: BulkRun, *, asked: str, actor: Actor) -> bool:
    """Confirm it with what the form asked; False when it had been begun before."""
    run = BulkRun.objects.select_for_update().get(pk=run.pk)
    if run.state != BulkRun.State.CHOSEN:
        return False
    run.state, run.asked = BulkRun.State.RUNNING, asked
    run.save(update_fields=["state", "asked"])
    told = {"list": run.label, "step": run.step, "rows": run.count}
    audit.record(run, actor=actor, verb="members.bulk_run.begun", after=told)
    # What is taken at once goes on in the background if whoever waits for it is cut off.
    _enqueue(run, after=timedelta(0) if run.count > AT_ONCE else CUT_OFF)
    return True


def _enqueue(run: BulkRun, *, after: timedelta = timedelta(0)) -> None:
    key = f"bulk:{run.pk}:{run.done + run.refused}"
    jobs.enqueue("bulk.take", key=key, arguments={"run": run.pk}, not_before=clock.now() + after)


def take(pk: int, step: Take, *, most: int) -> None:
    """Take the step on the next rows. Whoever comes second waits for the row and takes the one after, so a
    worker that is killed, or thought to be, leaves nothing out and takes nothing twice."""
    for _turn in range(most):
        if not _take_one(pk, step):
            return
    with transaction.atomic():
        run = BulkRun.objects.select_for_update().get(pk=pk)
        if run.state == BulkRun.State.RUNNING:
            _enqueue(run)


@transaction.atomic
def _take_one(pk: int, step: Take) -> bool:
    """The next row, its effect and its outcome in one commit; False when there is none."""
    run = BulkRun.objects.select_for_update().get(pk=pk)
    row = run.rows.filter(outcome=BulkRow.Outcome.WAITING).order_by("pk").first()
    if run.state != BulkRun.State.RUNNING or row is None:
        if run.state == BulkRun.State.RUNNING:
            run.state, run.ended_at = BulkRun.State.DONE, clock.now()
            run.save(update_fields=["state", "ended_at"])
        return False
    changed: dict[str, Any] = {"outcome": BulkRow.Outcome.DONE}
    try:
        with transaction.atomic():
            changed["name"] = step(row.subject_id)[:150]
        run.done += 1
    except ValidationError as refusal:
        why = " ".join(refusal.messages)[:300]
        changed = {"outcome": BulkRow.Outcome.REFUSED, "why": why}
        run.refused += 1
    BulkRow.objects.filter(pk=row.pk).update(**changed)
    run.save(update_fields=["done", "refused"])
    return True
