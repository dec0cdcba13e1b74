"""Celery's doors to the ground floor. The only place that speaks to the broker."""

import structlog
from celery import shared_task
from kombu.exceptions import OperationalError

from members.operations import jobs

log = structlog.get_logger(__name__)


@shared_task(name="members.work_off")
def work_off() -> int:
    """Do what is ready; ring again when there may be more."""
    done = jobs.work_off()
    if done:
        ring()
    return done


def ring() -> None:
    """Wake a worker. A broker that is away is no fault: the relay rings every few seconds."""
    try:
        work_off.apply_async(retry=False, ignore_result=True)
    except (OperationalError, OSError) as fault:
        log.warning("bell_unheard", reason=type(fault).__name__)
