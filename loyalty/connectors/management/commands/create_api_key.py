"""Create an API key and print it once, alone on the last line."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from loyalty.connectors.operations import keys
from members.domain.actors import Actor


class Command(BaseCommand):
    """`create_api_key NAME --scopes a,b`."""

    help = f"Create an API key. Scopes: {', '.join(keys.SCOPES)}."

    def add_arguments(self, parser: CommandParser) -> None:
        """NAME and --scopes."""
        parser.add_argument("name", help="what the key is for, such as the shop's name")
        parser.add_argument("--scopes", required=True, help="comma-separated")
        parser.add_argument("--partner", type=int, default=None, help="id of the partner it is for")

    def handle(self, *args, **options) -> None:
        """Create it."""
        scopes = [scope.strip() for scope in options["scopes"].split(",") if scope.strip()]
        try:
            key, text = keys.create(
                options["name"],
                scopes=scopes,
                actor=Actor.system("create_api_key"),
                partner_id=options["partner"],
            )
        except ValidationError as refusal:
            raise CommandError(refusal.messages[0]) from refusal
        self.stderr.write(f"Key {key.prefix}… for {', '.join(key.scopes)}; it is shown this once:")
        self.stdout.write(text)
