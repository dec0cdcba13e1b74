"""What a rule would have given in the last days: an honest count through its tree, over a sample."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from loyalty.audiences.operations import profiles
from loyalty.campaigns.domain.caps import Uses
from loyalty.campaigns.domain.evaluate import evaluate
from loyalty.campaigns.domain.orders import read_order
from loyalty.campaigns.domain.rules import Rule
from loyalty.campaigns.operations import people, rulebook
from loyalty.campaigns.operations.matching import told_of
from loyalty.campaigns.operations.people import Company, Person
from loyalty.campaigns.operations.rates import Rates
from loyalty.campaigns.operations.schemas import ORDERS
from loyalty.campaigns.operations.trying import Asking
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
    persons = {row.member.pk: Person(row.member) for row in rows if row.member is not None}
    every = profiles.read(persons, [rule.condition])
    asking = [Asking(row.pk, told_of(row), persons[row.member_id or 0]) for row in rows]
    people.read_pasts(asking, every, set(rule.triggers), is_counting=True)
    rates, company = Rates(each.told for each in asking), Company({})
    free = rulebook.unlimited(rule)
    units, members = 0, set()
    for each in asking:
        told, person = each.told, each.person
        order = read_order(told.payload, rates.of(told)) if told.kind in ORDERS else None
        outcome = evaluate(
            [free, *rulebook.current().earning(told.kind, besides=rule.campaign_id)],
            facts=people.facts_of(told, person, order, company),
            order=order,
            at=told.occurred_at,
            day=person.day(told.occurred_at),
            uses=Uses(),
        )
        given = sum(
            item.amount or 0
            for item in outcome.given
            if item.rule is free and item.kind == "points"
        )
        units += given
        if given:
            members.add(person.member.pk)
    return Forecast(count, len(rows), len(members), units * count // len(rows))
