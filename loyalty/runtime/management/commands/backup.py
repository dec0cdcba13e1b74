"""`manage.py backup FILE`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError

from loyalty.runtime import backups
from loyalty.runtime.faults import Fault


class Command(BaseCommand):
    """Writes the database and the uploaded files into one file."""

    help = "Write the whole installation (database and uploads) into FILE, while it runs."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--replace", action="store_true", help="overwrite FILE when it exists")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        if file.exists() and not options["replace"]:
            raise CommandError(f"{file} exists already; name another file or add --replace.")
        try:
            size = backups.write(file)
        except (Fault, OSError, psycopg.Error) as fault:
            raise CommandError(f"No backup was written. {fault}") from fault
        self.stdout.write(f"{file}: {size / 2**20:.1f} MB")
