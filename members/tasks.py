"""Celery's doors to the ground floor. The only place that speaks to the broker."""

import time

import structlog
from celery import shared_task
from kombu.exceptions import OperationalError

from members.operations import jobs

log = structlog.get_logger(__name__)

#: After an unheard bell nobody waits for the broker again for so many seconds; the relay rings anyway.
SILENCE = 15.0
_silent_until = 0.0


@shared_task(name="members.work_off")
def work_off() -> int:
    """Do what is ready; ring again when there may be more."""
    done = jobs.work_off()
    if done:
        ring()
    return done


def ring() -> None:
    """Wake a worker. A broker that is away is no fault, and must not make anybody wait twice."""
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        work_off.apply_async(retry=False, ignore_result=True)
    except (OperationalError, OSError) as fault:
        _silent_until = time.monotonic() + SILENCE
        log.warning("bell_unheard", reason=type(fault).__name__)
