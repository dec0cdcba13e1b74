"""Writing a batch: activities first, then what the rules made of them, each set in one statement."""

import json
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
from members.operations.activities import body_hash

_RECORD = """
INSERT INTO members_activity (source, external_id, kind, subject, member_id, occurred_at, received_at,
                              payload, body_hash, status, status_reason, recorded_by)
SELECT source, external_id, kind, subject, member_id, occurred_at, %(at)s, payload,
       decode(body_hash, 'hex'), status, status_reason, %(by)s
FROM jsonb_to_recordset(%(rows)s::jsonb) AS t(
    source text, external_id text, kind text, subject text, member_id bigint,
    occurred_at timestamptz, payload jsonb, body_hash text, status text, status_reason text)
ORDER BY source, external_id
ON CONFLICT (source, external_id) DO NOTHING
RETURNING id, source, external_id
"""

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
        return body_hash(told.kind, told.subject, told.occurred_at, dict(told.payload))


def record(
    arrivals: Sequence[Arrival], *, actor: Actor, at: datetime
) -> dict[tuple[str, str], int]:
    """Write the activities that are new; answers their ids by key. Known keys are left alone."""
    rows = [
        {
            "source": arrival.told.source,
            "external_id": arrival.told.external_id,
            "kind": arrival.told.kind,
            "subject": arrival.told.subject,
            "member_id": arrival.person.member.pk if arrival.person else None,
            "occurred_at": arrival.told.occurred_at.isoformat(),
            "payload": arrival.told.payload,
            "body_hash": arrival.digest.hex(),
            "status": arrival.status,
            "status_reason": arrival.reason,
        }
        for arrival in arrivals
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            _RECORD, {"rows": json.dumps(rows), "at": at, "by": f"{actor.kind}:{actor.name}"[:120]}
        )
        return {(source, external): pk for pk, source, external in cursor.fetchall()}


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
