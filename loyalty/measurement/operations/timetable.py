"""Pausing a line of the timetable. What it would have done is caught up when it goes on."""

from django.db import transaction
from django_celery_beat.models import PeriodicTask

from members.domain.actors import Actor
from members.operations import audit


@transaction.atomic
def set_enabled(task: PeriodicTask, *, enabled: bool, actor: Actor) -> PeriodicTask:
    """Pause a line, or let it go on. Saving the row tells beat."""
    task = PeriodicTask.objects.select_for_update(of=("self",)).get(pk=task.pk)
    if task.enabled != enabled:
        task.enabled = enabled
        task.save()
        verb = "measurement.timetable.resumed" if enabled else "measurement.timetable.paused"
        audit.record(task, actor=actor, verb=verb, after={"name": task.name})
    return task
