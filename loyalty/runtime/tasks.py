"""Celery's doors to the timetable."""

from celery import shared_task

from loyalty import timetable  # noqa: F401 (fills the table of sweeps)
from members.operations import jobs, pulse, sweeps


@shared_task(name="loyalty.ring")
def ring(sweep: str) -> None:
    """Beat says that a sweep's turn has come."""
    sweeps.ring(sweep)


@shared_task(name="loyalty.relay")
def relay() -> int:
    """Beat lives; send a pulse through the queue, and do what an unheard bell left behind."""
    pulse.beat()
    return jobs.work_off()
