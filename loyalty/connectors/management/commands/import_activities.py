"""Import a file of activities, streamed, with a report of every fault."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from loyalty.connectors.domain.orderfile import FileFault, read_csv, read_jsonl
from loyalty.connectors.operations import imports
from members.domain.actors import Actor

SHOWN = 50


class Command(BaseCommand):
    """`import_activities FILE [--dry-run] [--source S]`."""

    help = (
        "Import activities from CSV (rows of one id are the lines of one order) or JSON Lines of "
        "CloudEvents. Importing the same file again changes nothing. Exit code 1 when rows had faults."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """FILE, --dry-run and --source."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="report faults, write nothing")
        parser.add_argument("--source", default="import", help="the source the ids belong to")

    def handle(self, *args, **options) -> None:
        """Import it."""
        file: Path = options["file"]
        read = read_csv if file.suffix.lower() == ".csv" else read_jsonl
        try:
            size = sum(1 for _ in file.open(encoding="utf-8-sig"))
            with (
                file.open(encoding="utf-8-sig", newline="") as lines,
                tqdm(total=size, unit=" rows", disable=None, leave=False) as bar,
            ):
                report = imports.run(
                    read(lines),
                    source=options["source"],
                    actor=Actor.system("import_activities"),
                    dry_run=options["dry_run"],
                    on_progress=bar.update,
                )
        except (OSError, UnicodeDecodeError, FileFault) as fault:
            raise CommandError(f"{file}: {fault}") from fault
        self._tell(report, dry_run=options["dry_run"])

    def _tell(self, report: imports.Report, *, dry_run: bool) -> None:
        for fault in report.faults[:SHOWN]:
            self.stderr.write(str(fault))
        if len(report.faults) > SHOWN:
            self.stderr.write(f"… and {len(report.faults) - SHOWN} more faults")
        said = ", ".join(f"{times} {status}" for status, times in sorted(report.statuses.items()))
        mood = "would be read" if dry_run else "read"
        self.stdout.write(
            f"{report.read} activities {mood}: {said or 'none'}; {report.members} new members; "
            f"{len(report.faults)} faults"
        )
        if report.faults:
            raise SystemExit(1)
