"""What a rule would have given in the last days: an honest count through its tree, over a sample."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from loyalty.campaigns.domain.caps import Uses
from loyalty.campaigns.domain.evaluate import evaluate
from loyalty.campaigns.domain.rules import Rule
from loyalty.campaigns.operations import rulebook
from loyalty.campaigns.operations.hindsight import Hindsight
from members import clock
from members.models import Activity


@dataclass(frozen=True, slots=True)
class Forecast:
    """Units and members in the days looked at. `looked_at` of `activities` were asked, the newest; the
    units are scaled up from them."""

    activities: int = 0
    looked_at: int = 0
    members: int = 0
    units: int = 0


def forecast(rule: Rule, *, days: int) -> Forecast:
    """What the rule would have given over the last `days` days, beside the rules that are in force now.

    The history is that of the time, tiers are those of today, and no budget, fund, limit, holdout or other
    campaign stands in its way: it tells the size of a campaign, not its cost to the point.
    """
    since = clock.now() - timedelta(days=days)
    found = Activity.objects.filter(
        kind__in=rule.triggers,
        status=Activity.Status.ACCEPTED,
        occurred_at__gte=since,
        member__isnull=False,
        member__merged_into=None,
        member__erased_at=None,
    )
    count = found.count()
    rows = list(found.select_related("member").order_by("-occurred_at")[: settings.FORECAST_SAMPLE])
    if not rows:
        return Forecast()
    free, book = rulebook.unlimited(rule), rulebook.current()
    units, members = 0, set()
    for act in Hindsight(rows, [rule.condition], rule.triggers, is_counting=True).acts():
        outcome = evaluate(
            [free, *book.earning(act.told.kind, besides=rule.campaign_id)],
            facts=act.facts,
            order=act.order,
            at=act.told.occurred_at,
            day=act.day,
            uses=Uses(),
        )
        given = sum(
            item.amount or 0
            for item in outcome.given
            if item.rule is free and item.kind == "points"
        )
        units += given
        if given:
            members.add(act.person.member.pk)
    return Forecast(count, len(rows), len(members), units * count // len(rows))
