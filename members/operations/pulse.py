"""Proof of life: beat proves itself by ringing, the worker by doing a job that went through the queue."""

from members import clock
from members.models import Heartbeat
from members.operations import jobs


def beat() -> None:
    """Beat has rung: note it, and send a pulse through the queue (at most one every half minute)."""
    now = clock.now()
    _note("beat")
    half_minute = now.replace(second=now.second // 30 * 30, microsecond=0)
    jobs.enqueue("pulse", key=f"pulse:{half_minute.isoformat()}", arguments={})


@jobs.does("pulse")
def pulse(arguments: dict) -> None:
    """The queue moves."""
    _note("worker")


def _note(part: str) -> None:
    Heartbeat.objects.update_or_create(part=part, defaults={"at": clock.now()})
