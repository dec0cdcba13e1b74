"""Check every invariant of the books."""

from argparse import ArgumentTypeError
from datetime import datetime

from django.core.management.base import BaseCommand, CommandParser

from loyalty.measurement.operations.verification import verify


def instant(text: str) -> datetime:
    """A time with its zone, from the command line."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a time such as 2026-03-14T00:00:00Z") from error
    if at.tzinfo is None:
        raise ArgumentTypeError(f"{text!r} needs its zone, such as Z or +01:00")
    return at


class Command(BaseCommand):
    """`verify_ledger [--since ISO]`."""

    help = "Check every invariant; one line each. Exit code 1 when one does not hold."

    def add_arguments(self, parser: CommandParser) -> None:
        """--since."""
        parser.add_argument("--since", type=instant, help="only rows recorded since this time")

    def handle(self, *args, **options) -> None:
        """Ask them all."""
        is_sound = True
        for finding in verify(since=options["since"]):
            verdict = "ok  " if not finding.rows else "FAIL"
            self.stdout.write(f"{verdict} {finding.check.code:<4} {finding.check.says}")
            for row in finding.rows:
                is_sound = False
                self.stderr.write(f"     {', '.join(str(value) for value in row)}")
        if not is_sound:
            raise SystemExit(1)
