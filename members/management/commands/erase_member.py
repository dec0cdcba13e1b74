"""Erase a person; or, after a backup was put back, everybody who had been erased since."""

import sys

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from members.domain.actors import Actor
from members.models import Member
from members.operations import erasures, references


class Command(BaseCommand):
    """`erase_member REF [--no-input]` or `erase_member --again`."""

    help = "Erase a person. Their points end; the books keep their sums. It cannot be undone."

    def add_arguments(self, parser: CommandParser) -> None:
        """REF, --no-input, --again."""
        parser.add_argument("ref", nargs="?", help="the member's reference")
        parser.add_argument("--no-input", action="store_true", help="do not ask")
        parser.add_argument(
            "--again",
            action="store_true",
            help="after a restore: erase again whoever was erased since the backup was made",
        )

    def handle(self, *args, **options) -> None:
        """Say what becomes of the points, ask, and erase."""
        if options["again"]:
            self.stdout.write(f"{erasures.erase_again()} erased again")
        elif options["ref"]:
            self._erase(options["ref"], may_ask=not options["no_input"])
        else:
            raise CommandError("Name the member's reference, or --again.", returncode=2)

    def _erase(self, ref: str, *, may_ask: bool) -> None:
        member = Member.objects.known_as(ref).first()
        if member is None and references.erased([ref]):
            self.stdout.write(f"{ref} is erased already")
            return
        if member is None:
            raise CommandError(f"No member has the reference {ref}.")
        seen = erasures.foresee(member)
        for unit, amount in seen.points:
            self.stdout.write(f"{amount} {unit} will end")
        if seen.keeps_sign_in:
            self.stdout.write("the sign-in stays, for it opens a desk")
        if may_ask and sys.stdin.isatty() and not self._is_typed(ref):
            raise CommandError("Nothing was changed.")
        try:
            erasures.erase(member, actor=Actor.system("erase_member"))
        except ValidationError as refusal:
            raise CommandError(refusal.messages[0]) from refusal
        self.stdout.write(f"{ref} is erased")

    def _is_typed(self, ref: str) -> bool:
        return input("Type the reference once more to go on: ").strip() == ref
