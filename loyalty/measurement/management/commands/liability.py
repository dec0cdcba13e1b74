"""`manage.py liability --since 2026-01-01 --until 2026-02-01`."""

import csv
from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from loyalty.measurement.operations import liability
from members.domain.sheets import cell


def day(text: str) -> date:
    """A date, from the command line."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a date such as 2026-03-14") from error


class Command(BaseCommand):
    """The liability report as CSV."""

    help = (
        "What the programme owes in points and in money, from the start of one day to the start of"
        " another, by unit and month of earning, as CSV. Exit code 1 when it differs from the accounts."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """--since and --until."""
        parser.add_argument("--since", type=day, required=True)
        parser.add_argument("--until", type=day, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it, and say when the two sides differ."""
        report = liability.roll_forward(options["since"], options["until"])
        rows = ([cell(value) for value in row] for row in liability.as_rows(report))
        csv.writer(self.stdout, lineterminator="\n").writerows(rows)
        wrong = {unit: amount for unit, amount in report.differences.items() if amount}
        for unit, amount in wrong.items():
            self.stderr.write(f"{unit}: the accounts differ by {amount}")
        if wrong:
            raise SystemExit(1)
