"""Evaluate stored activities again and compare."""

from django.core.management.base import BaseCommand, CommandParser

from loyalty.campaigns.operations.replays import replay
from loyalty.measurement.management.commands.verify_ledger import instant


class Command(BaseCommand):
    """`replay_activities [--since ISO] [--until ISO]`."""

    help = (
        "Evaluate stored activities again, with the rule versions, frames and facts that are stored;"
        " writes nothing. Exit code 1 when an amount is not what its rule says."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """--since and --until."""
        parser.add_argument("--since", type=instant, help="only what occurred from this time on")
        parser.add_argument("--until", type=instant, help="only what occurred before this time")

    def handle(self, *args, **options) -> None:
        """All of them, one line for each difference."""
        done = replay(since=options["since"], until=options["until"])
        for each in done.differences:
            self.stderr.write(
                f"FAIL activity {each.activity_id}, rule version {each.rule_version},"
                f" effect {each.place}: given {each.given}, reckoned again {each.again}"
            )
        self.stdout.write(f"{done.activities} activities, {done.effects} effects reckoned again")
        if done.differences:
            raise SystemExit(1)
