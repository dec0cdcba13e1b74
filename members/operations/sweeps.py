"""Time-driven work: what falls due is found by a sweep, decided once, and caught up after an outage.

Beat is only an alarm clock. A sweep computes what is due between its watermark and now, in chunks
that are jobs of their own: each chunk moves the watermark in the transaction of its effects, so a
crash anywhere loses nothing and repeats nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F

from members import clock
from members.models import SweepRun, Watermark
from members.operations import jobs


@dataclass(slots=True)
class Tally:
    """What one chunk did. `upto` is the instant up to which everything due is now decided."""

    upto: datetime
    due: int = 0
    done: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    more: bool = False


Step = Callable[[datetime, datetime], Tally]


@dataclass(frozen=True, slots=True)
class Sweep:
    """A named sweep. `step(since, until)` decides one chunk of what fell due in (since, until].

    `every` minutes the alarm rings; a first run looks back `first` from its own time.
    """

    name: str
    title: str
    step: Step
    every: int
    first: timedelta = timedelta(days=1)


#: The sweeps of the programme; `loyalty.timetable` fills it.
SWEEPS: dict[str, Sweep] = {}


def ring(name: str, *, at: datetime | None = None) -> None:
    """Write the job for this sweep's current turn. Two alarms in one turn are one job."""
    at = at or clock.now()
    turn = at - timedelta(
        minutes=at.minute % SWEEPS[name].every, seconds=at.second, microseconds=at.microsecond
    )
    jobs.enqueue(
        "sweep",
        key=f"sweep:{name}:{turn.isoformat()}",
        arguments={"sweep": name, "until": at.isoformat(), "chunk": 0},
    )


@jobs.does("sweep")
def do_chunk(arguments: dict) -> None:
    """One chunk of a sweep, and the job for the next one when there is more."""
    sweep, until = SWEEPS[arguments["sweep"]], datetime.fromisoformat(arguments["until"])
    chunk = arguments["chunk"]
    if sweep_once(sweep, until=until):
        jobs.enqueue(
            "sweep",
            key=f"sweep:{sweep.name}:{until.isoformat()}:{chunk + 1}",
            arguments={**arguments, "chunk": chunk + 1},
        )


class SweepBusyError(RuntimeError):
    """Another runner has this sweep. The job is tried again in a moment, so no turn is lost to a
    runner that was killed but whose database session has not noticed yet."""


@transaction.atomic
def sweep_once(sweep: Sweep, *, until: datetime, waits: bool = False) -> bool:
    """Decide one chunk; True when there is more to do. A sweep has one runner at a time: the second
    waits for the first to end its chunk, or raises SweepBusyError."""
    try_or_wait = "pg_advisory_xact_lock" if waits else "pg_try_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {try_or_wait}(hashtext('laurel.sweep'), hashtext(%s))::text", [sweep.name]
        )
        [(got,)] = cursor.fetchall()
    if got == "false":
        raise SweepBusyError(sweep.name)
    mark, _ = Watermark.objects.select_for_update().get_or_create(
        sweep=sweep.name, defaults={"upto": until - sweep.first}
    )
    if mark.upto >= until:
        return False
    run, _ = SweepRun.objects.get_or_create(
        sweep=sweep.name,
        covers_until=until,
        defaults={"covers_from": mark.upto, "started_at": clock.now()},
    )
    tally = sweep.step(mark.upto, until)
    Watermark.objects.filter(pk=sweep.name).update(upto=tally.upto)
    skipped = dict(run.skipped)
    for reason, times in tally.skipped.items():
        skipped[reason] = skipped.get(reason, 0) + times
    SweepRun.objects.filter(pk=run.pk).update(
        due=F("due") + tally.due, done=F("done") + tally.done, skipped=skipped, ended_at=clock.now()
    )
    return tally.more or tally.upto < until


def run_due(*, at: datetime | None = None, names: list[str] | None = None) -> int:
    """One pass of everything that is due, here and now; returns how many chunks were decided."""
    until, chunks = at or clock.now(), 0
    for name in names or list(SWEEPS):
        while True:
            more = sweep_once(SWEEPS[name], until=until, waits=True)
            chunks += 1
            if not more:
                break
    return chunks
