"""Write everything that is kept about a member into a ZIP file."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from members.domain.actors import Actor
from members.models import Member
from members.operations import audit, exports


class Command(BaseCommand):
    """`export_member REF [--to FILE]`."""

    help = "Write everything that is kept about a member into a ZIP file (JSON and CSV)."

    def add_arguments(self, parser: CommandParser) -> None:
        """REF and --to."""
        parser.add_argument("ref", help="the member's reference")
        parser.add_argument("--to", type=Path, default=None, help="the file (REF.zip, here)")

    def handle(self, *args, **options) -> None:
        """Write it; the file's name stands alone on the last line."""
        member = Member.objects.known_as(options["ref"]).first()
        if member is None:
            raise CommandError(f"No member has the reference {options['ref']}.")
        safe = "".join(c if c.isalnum() or c in "-_." else "_" for c in options["ref"]).strip(".")
        target = options["to"] or Path(f"{safe}.zip")
        target.write_bytes(exports.packed(member))
        actor = Actor.system("export_member")
        audit.record(member, actor=actor, verb="members.member.exported")
        self.stdout.write(str(target))
