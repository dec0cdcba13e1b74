"""The work queue's writer and its bell.

A job is a row in the transaction of its cause. After the commit somebody rings; if the bell is lost,
the relay rings again (`loyalty/timetable.py`), so nothing depends on the broker.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction

from members import clock
from members.domain.actors import Actor
from members.models import Job
from members.operations import audit

log = structlog.get_logger(__name__)

Work = Callable[[dict[str, Any]], None]

#: What to do for each kind of job. Apps add theirs with `@does("app.verb")`.
WORK: dict[str, Work] = {}
#: Kinds that speak to the outside world, and so must not run inside a transaction.
OUTSIDE: set[str] = set()

#: Wakes a worker after the commit. `members.apps` connects the broker's bell; tests ring their own.
bell: list[Callable[[], None]] = []

#: Covers only the moment between claiming and locking: work in progress holds its row's lock, which
#: other workers skip, and a worker that dies lets go of it at once.
LEASE = timedelta(seconds=15)
#: Work outside a transaction holds no lock, so its lease must outlast it.
LEASE_OUTSIDE = timedelta(minutes=2)
ATTEMPTS = 5


def does(kind: str, *, outside: bool = False) -> Callable[[Work], Work]:
    """Declares the function that does jobs of `kind`; it must be idempotent.

    It runs inside the transaction that ends the job, so its effect and "done" are one commit. Work
    that sends mail or calls other machines says `outside`: it runs without one, and keeps its own
    record of what it has sent.
    """

    def declare(work: Work) -> Work:
        WORK[kind] = work
        if outside:
            OUTSIDE.add(kind)
        return work

    return declare


def enqueue(
    kind: str, *, key: str, arguments: dict[str, Any], not_before: datetime | None = None
) -> None:
    """Write a job in the caller's transaction. The same `key` again is the same job."""
    enqueue_all([(kind, key, arguments)], not_before=not_before)


def enqueue_all(
    jobs: Iterable[tuple[str, str, dict[str, Any]]], *, not_before: datetime | None = None
) -> None:
    """Write many jobs at once: (kind, key, arguments) each."""
    now = clock.now()
    Job.objects.bulk_create(
        [
            Job(
                kind=kind,
                key=key,
                arguments=arguments,
                not_before=not_before or now,
                created_at=now,
            )
            for kind, key, arguments in jobs
        ],
        ignore_conflicts=True,
    )
    transaction.on_commit(_ring, robust=True)


def _ring() -> None:
    """Tell a worker there is work. Failing to is harmless: the relay will."""
    for ring in bell:
        ring()


def work_off(limit: int = 50) -> int:
    """Do up to `limit` ready jobs; returns how many were done. Safe to run anywhere, any number."""
    done = 0
    for _ in range(limit):
        claimed = _claim()
        if claimed is None:
            break
        done += _do(claimed)
    return done


@transaction.atomic
def _claim() -> Job | None:
    """Take the oldest ready job that nobody holds, with a lease.

    One whose every attempt ended without a word took its worker with it each time: it is given up.
    """
    now = clock.now()
    Job.objects.filter(
        pk__in=Job.objects.select_for_update(skip_locked=True)
        .filter(state=Job.State.READY, attempts__gte=ATTEMPTS, leased_until__lte=now)
        .values("pk")
    ).update(
        state=Job.State.DEAD, leased_until=None, fault="Its worker ended without a word every time."
    )
    job = (
        Job.objects.select_for_update(skip_locked=True)
        .filter(state=Job.State.READY, not_before__lte=now)
        .exclude(leased_until__gt=now)
        .order_by("not_before", "id")
        .first()
    )
    if job is not None:
        job.attempts += 1
        job.fence += 1
        job.leased_until = now + (LEASE_OUTSIDE if job.kind in OUTSIDE else LEASE)
        job.save(update_fields=["attempts", "fence", "leased_until"])
    return job


def _do(job: Job) -> int:
    """Do a claimed job: its effect and its end are one commit, or it is tried again later."""
    begun = clock.now()
    try:
        if job.kind in OUTSIDE:
            WORK[job.kind](job.arguments)
        with transaction.atomic():
            if not _still_ours(job):
                return 0
            if job.kind not in OUTSIDE:
                WORK[job.kind](job.arguments)
            Job.objects.filter(pk=job.pk).update(
                state=Job.State.DONE,
                done_at=clock.now(),
                took_ms=_since(begun),
                leased_until=None,
                fault="",
            )
    except Exception as fault:
        # Whatever went wrong in one job must not stop the queue; the row keeps what it was.
        log.exception("job_failed", job=job.pk, kind=job.kind, attempt=job.attempts)
        _give_back(job, f"{type(fault).__name__}: {fault}", took_ms=_since(begun))
        return 0
    return 1


def _still_ours(job: Job) -> bool:
    """Lock the job; False when another worker has taken it over since."""
    return (
        Job.objects.select_for_update()
        .filter(pk=job.pk, fence=job.fence, state=Job.State.READY)
        .exists()
    )


def _since(begun: datetime) -> int:
    """Whole milliseconds; a clock that was set back makes none."""
    return max(0, (clock.now() - begun) // timedelta(milliseconds=1))


def _give_back(job: Job, fault: str, *, took_ms: int) -> None:
    """After a failure: later, with growing pauses, or into the dead letters."""
    dead = job.attempts >= ATTEMPTS
    Job.objects.filter(pk=job.pk, fence=job.fence).update(
        state=Job.State.DEAD if dead else Job.State.READY,
        not_before=clock.now() + timedelta(seconds=10 * 3 ** (job.attempts - 1)),
        leased_until=None,
        took_ms=took_ms,
        fault=fault[:2000],
    )


@transaction.atomic
def retry(job: Job, *, actor: Actor) -> Job:
    """Put a dead job back on the queue with fresh attempts."""
    job = Job.objects.select_for_update().get(pk=job.pk)
    if job.state == Job.State.DEAD:
        job.state, job.attempts, job.not_before = Job.State.READY, 0, clock.now()
        job.save(update_fields=["state", "attempts", "not_before"])
        audit.record(job, actor=actor, verb="members.job.retried")
        transaction.on_commit(_ring, robust=True)
    return job
