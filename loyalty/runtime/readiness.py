"""Is this installation ready for people? Each check is a question with a limit."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from members import clock
from members.models import Heartbeat, Job

# The relay rings every 10 s and sends a pulse through the queue every 30 s (`loyalty/timetable.py`).
BACKLOG_LIMIT = timedelta(seconds=120)
BEAT_LIMIT = timedelta(seconds=60)
WORKER_LIMIT = timedelta(seconds=90)


@dataclass(frozen=True)
class Finding:
    """What a check found: whether all is well, and the age in seconds where it measured one."""

    is_well: bool
    seconds: int | None = None

    def as_json(self) -> dict[str, object]:
        """For the answer of `/readyz`: nothing in it tells of the machine or of a person."""
        told: dict[str, object] = {"ok": self.is_well}
        return told if self.seconds is None else told | {"seconds": self.seconds}


def database() -> Finding:
    """The database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Finding(is_well=True)


_migrated: list[bool] = []


def migrations() -> Finding:
    """Every migration of this code is applied. Asked until it is so, then known for the process."""
    if not _migrated:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return Finding(is_well=False)
        _migrated.append(True)
    return Finding(is_well=True)


def backlog() -> Finding:
    """No job has been waiting for long beyond its time."""
    now = clock.now()
    oldest = (
        Job.objects.filter(state=Job.State.READY, not_before__lte=now)
        .order_by("not_before", "id")
        .values_list("not_before", flat=True)
        .first()
    )
    return _within(BACKLOG_LIMIT, now - oldest if oldest else timedelta())


def beat() -> Finding:
    """Beat has rung lately."""
    return _alive("beat", BEAT_LIMIT)


def worker() -> Finding:
    """A worker has lately done a job that went through the queue."""
    return _alive("worker", WORKER_LIMIT)


def _alive(part: str, limit: timedelta) -> Finding:
    at = Heartbeat.objects.filter(part=part).values_list("at", flat=True).first()
    return _within(limit, clock.now() - at) if at else Finding(is_well=False)


def _within(limit: timedelta, age: timedelta) -> Finding:
    return Finding(is_well=age <= limit, seconds=max(0, int(age.total_seconds())))


CHECKS: dict[str, Callable[[], Finding]] = {
    "database": database,
    "migrations": migrations,
    "backlog": backlog,
    "beat": beat,
    "worker": worker,
}


def findings() -> dict[str, Finding]:
    """Every check's finding. A check that the database cannot answer is not well."""
    found = {}
    for name, check in CHECKS.items():
        try:
            found[name] = check()
        except DatabaseError:
            found[name] = Finding(is_well=False)
    return found
