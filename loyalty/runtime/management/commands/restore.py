"""`manage.py restore FILE`."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError

from loyalty.runtime import backups
from loyalty.runtime.faults import Fault
from members.operations import erasures, seals


class Command(BaseCommand):
    """Puts the installation back to what a backup holds."""

    help = "Put the installation back to what FILE holds. Everything newer is lost."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--no-input", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        if sys.stdin.isatty() and not options["no_input"]:
            asked = input(f"Everything newer than {file} will be lost. Type 'restore' to go on: ")
            if asked.strip() != "restore":
                raise CommandError("Nothing was changed.")
        try:
            backups.read(file)
        except (Fault, OSError, psycopg.Error) as fault:
            raise CommandError(f"Nothing was changed. {fault}") from fault
        put_aside = seals.forget_outside()
        self.stdout.write(f"Restored from {file}.")
        if put_aside:
            self.stdout.write(f"The seals of what was lost are kept in {put_aside}.")
        if again := erasures.erase_again():
            self.stdout.write(f"Erased again, as they had been since the backup: {again}.")
