"""Add a webhook and print its secret once, alone on the last line."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from loyalty.connectors.operations import webhooks
from members.domain.actors import Actor


class Command(BaseCommand):
    """`add_webhook NAME URL --topics a,b`."""

    help = "Add a system that is told of what happens, signed as Standard Webhooks are."

    def add_arguments(self, parser: CommandParser) -> None:
        """NAME, URL and --topics."""
        parser.add_argument("name", help="whose it is")
        parser.add_argument("url", help="where it listens, with https")
        parser.add_argument("--topics", default="", help="comma-separated; none: everything")

    def handle(self, *args, **options) -> None:
        """Add it."""
        topics = [topic.strip() for topic in options["topics"].split(",") if topic.strip()]
        try:
            endpoint, secret = webhooks.add(
                options["name"],
                url=options["url"],
                topics=topics,
                actor=Actor.system("add_webhook"),
            )
        except ValidationError as refusal:
            raise CommandError(refusal.messages[0]) from refusal
        self.stderr.write(f"Webhook {endpoint.pk} for {endpoint.url}; its secret, shown this once:")
        self.stdout.write(secret)
