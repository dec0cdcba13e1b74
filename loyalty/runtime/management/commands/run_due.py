"""One pass of everything that is due."""

from contextlib import nullcontext

from django.core.management.base import BaseCommand, CommandParser

from loyalty.measurement.management.commands.verify_ledger import instant
from members import clock
from members.operations import jobs, sweeps


class Command(BaseCommand):
    """`run_due [--at ISO]`."""

    help = "Decide everything that is due now (or at --at), and do the work it leaves."

    def add_arguments(self, parser: CommandParser) -> None:
        """--at."""
        parser.add_argument("--at", type=instant, help="as if it were this time")

    def handle(self, *args, **options) -> None:
        """Sweep, then work until nothing is left."""
        at, done = options["at"], 0
        with clock.standing_at(at) if at else nullcontext():
            chunks = sweeps.run_due(at=at)
            while worked := jobs.work_off():
                done += worked
        self.stdout.write(f"{chunks} sweeps run, {done} jobs done")
