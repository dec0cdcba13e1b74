"""Try a campaign's newest rule on what really happened."""

from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from loyalty.campaigns.domain.backtests import Tally
from loyalty.campaigns.models import Backtest, Campaign
from loyalty.campaigns.operations import backtests
from members.domain.actors import Actor
from members.domain.calendar import start_of_day


class Command(BaseCommand):
    """`backtest_campaign SLUG --since DAY --until DAY [--version N]`."""

    help = (
        "Try a campaign's newest rule, draft or not, on the activities of a time that is over. Nothing "
        "is written to anybody's points. Exit code 1 when a part could not be counted."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """SLUG, --since, --until and --rule-version."""
        parser.add_argument("slug")
        parser.add_argument("--since", required=True, help="a day or a time with its zone")
        parser.add_argument("--until", required=True, help="the first day or time left out")
        parser.add_argument(
            "--rule-version", type=int, help="the version to try; the newest if absent"
        )

    def handle(self, *args, **options) -> None:
        """Count it here, part by part."""
        campaign = Campaign.objects.filter(slug=options["slug"]).first()
        if campaign is None:
            raise CommandError(f"There is no campaign {options['slug']!r}.")
        number = options["rule_version"]
        version = campaign.versions.filter(number=number).first() if number else None
        if number and version is None:
            raise CommandError(f"{campaign} has no version {number}.")
        try:
            backtest = backtests.start(
                campaign,
                since=_instant(options["since"]),
                until=_instant(options["until"]),
                version=version,
                actor=Actor.system("backtest_campaign"),
            )
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal
        for part in tqdm(range(len(backtest.bounds)), unit=" parts", disable=None, leave=False):
            backtests.count_part(backtest.pk, part)
        backtest.refresh_from_db()
        self._tell(backtest)

    def _tell(self, backtest: Backtest) -> None:
        tally = Tally.of(backtest.result or {})
        say = self.stdout.write
        say(f"{backtest.campaign}, version {backtest.number}")
        say(f"activities  {tally.looked_at:>14,}")
        say(f"paid for    {tally.tried.hits:>14,}")
        say(f"members     {tally.tried.members:>14,}")
        for unit in sorted({*tally.tried.points, *tally.live.points}):
            say(f"{unit:<11} {tally.tried.points[unit]:>14,}")
            if backtest.live:
                more = tally.tried.points[unit] - tally.live.points[unit]
                say(f"  {'against v' + str(backtest.live_number):<9} {more:>+14,}")
            if tally.returned[unit]:
                say(f"  returned  {tally.returned[unit]:>14,}")
        for slug, times in tally.overlap.most_common():
            say(f"  also paid by {slug}: {times:,}")


def _instant(text: str) -> datetime:
    """A time with its zone, or the start of a day in the programme's."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text!r} is neither a day nor a time.") from error
    return at if at.tzinfo else start_of_day(at.date(), settings.PROGRAMME_TIME_ZONE)
