"""Writing a batch: activities first, then what the rules made of them, each set in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from loyalty.campaigns.domain.evaluate import Uses
from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.models import BudgetUse
from loyalty.campaigns.operations.people import Company, Person
from members.domain.actors import Actor
from members.models import Activity
from members.operations import activities

_LIMITS = """
INSERT INTO campaigns_limituse AS u (member_id, campaign_id, "window", times, units)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::int[], %s::bigint[])
ON CONFLICT (member_id, campaign_id, "window")
DO UPDATE SET times = excluded.times, units = excluded.units
"""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An activity about to be written: whose it is, and whether it counts."""

    told: Told
    person: Person | None
    status: str
    reason: str = ""

    @property
    def digest(self) -> bytes:
        """The hash of what was said."""
        told = self.told
        return activities.body_hash(told.kind, told.subject, told.occurred_at, dict(told.payload))


def record(
    arrivals: Sequence[Arrival], *, actor: Actor, at: datetime
) -> dict[tuple[str, str], int]:
    """Write the activities that are new; answers their ids by key. Known keys are left alone."""
    facts = [
        {
            "source": arrival.told.source,
            "external_id": arrival.told.external_id,
            "kind": arrival.told.kind,
            "subject": arrival.told.subject,
            "member_id": arrival.person.member.pk if arrival.person else None,
            "occurred_at": arrival.told.occurred_at,
            "payload": dict(arrival.told.payload),
            "status": arrival.status,
            "status_reason": arrival.reason,
        }
        for arrival in arrivals
    ]
    return activities.insert(facts, at=at, by=f"{actor.kind}:{actor.name}")


def known(keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Activity]:
    """The stored activities under these keys, with their evaluation and effects."""
    sources = {source for source, _ in keys}
    found = (
        Activity.objects.filter(source__in=sources, external_id__in={ext for _, ext in keys})
        .select_related("evaluation")
        .prefetch_related("effects__campaign", "effects__rule_version")
    )
    return {(row.source, row.external_id): row for row in found}


def save_uses(company: Company, touched: Mapping[int, Uses], before: Mapping[int, int]) -> None:
    """Write back the limits of the members that were given something, and the budgets drawn on."""
    rows = [
        (member_id, campaign_id, window, times, units)
        for member_id, uses in touched.items()
        for (campaign_id, window), (times, units) in uses.limits.items()
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_LIMITS, [list(column) for column in zip(*sorted(rows), strict=True)])
    for campaign_id, units in company.budgets.items():
        if before.get(campaign_id) != units:
            BudgetUse.objects.filter(pk=campaign_id).update(units=units)
