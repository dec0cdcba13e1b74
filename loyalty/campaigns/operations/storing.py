"""Writing a batch: activities first, then what the rules made of them, each set in one statement."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from loyalty.campaigns.domain.caps import Uses
from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.models import Campaign, Effect, RuleVersion
from loyalty.campaigns.operations.people import Person
from loyalty.campaigns.operations.rates import worths_of
from members.domain.actors import Actor
from members.models import Activity
from members.operations import activities

_LIMITS = """
INSERT INTO campaigns_limituse AS u (member_id, campaign_id, "window", times, units)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::int[], %s::bigint[])
ON CONFLICT (member_id, campaign_id, "window")
DO UPDATE SET times = excluded.times, units = excluded.units
"""

_EFFECTS = """
INSERT INTO campaigns_effect (activity_id, campaign_id, rule_version_id, place, kind, unit_code, amount,
                              state, entry_id, reverses_id, why)
SELECT activity_id, campaign_id, rule_version_id, place, kind, unit_code, amount, state, entry_id,
       reverses_id, why
FROM jsonb_to_recordset(%s::jsonb) AS t(
    activity_id bigint, campaign_id bigint, rule_version_id bigint, place int, kind text,
    unit_code text, amount bigint, state text, entry_id bigint, reverses_id bigint, why text)
RETURNING activity_id, rule_version_id, place, kind, id
"""

_EVALUATIONS = """
INSERT INTO campaigns_evaluation (activity_id, evaluated_at, trace, ruled_out, rate)
SELECT activity_id, %s, trace, ruled_out, rate
FROM jsonb_to_recordset(%s::jsonb) AS t(activity_id bigint, trace jsonb, ruled_out bigint[], rate numeric)
"""


@dataclass(slots=True)
class NewEffect:
    """An effect about to be written. It reads like the row it becomes, at a fraction of the cost:
    a batch makes thousands."""

    activity_id: int
    rule_version: RuleVersion
    place: int
    kind: str
    unit_code: str
    amount: int | None
    state: str
    why: str
    entry_id: int | None = None
    reverses_id: int | None = None

    @property
    def campaign(self) -> Campaign:
        """Whose rule it is."""
        return self.rule_version.campaign

    @property
    def key(self) -> tuple[int, int, int, str]:
        """What makes it unique (`effect_once`), unless it takes another one back."""
        return self.activity_id, self.rule_version.pk, self.place, self.kind

    def as_row(self) -> dict[str, object]:
        """The JSON object that becomes its row."""
        return {
            "activity_id": self.activity_id,
            "campaign_id": self.rule_version.campaign_id,
            "rule_version_id": self.rule_version.pk,
            "place": self.place,
            "kind": self.kind,
            "unit_code": self.unit_code,
            "amount": self.amount,
            "state": self.state,
            "entry_id": self.entry_id,
            "reverses_id": self.reverses_id,
            "why": self.why,
        }


def reversal(
    effect: Effect,
    *,
    by: int,
    why: str,
    amount: int | None,
    entry_id: int | None = None,
) -> NewEffect:
    """That the activity `by` takes `amount` of an effect back (None: it has none)."""
    return NewEffect(
        activity_id=by,
        rule_version=effect.rule_version,
        place=effect.place,
        kind="reversal",
        unit_code=effect.unit_code,
        amount=None if amount is None else -amount,
        state=Effect.State.ACTIVE,
        why=why[:300],
        entry_id=entry_id,
        reverses_id=effect.pk,
    )


@dataclass(frozen=True, slots=True)
class Arrival:
    """An activity about to be written: whose it is, whether it counts, and who told the order it speaks of.
    `settles_at` is when the last of that order went out, where that is known by this one; `note` what else
    there is to say of it, `worth` what it takes off that order's. `is_awaited`: something that speaks of this
    order was told before it."""

    told: Told
    person: Person | None
    status: str
    reason: str = ""
    shop: str = ""
    settles_at: datetime | None = None
    note: str = ""
    worth: int | None = None
    is_awaited: bool = False

    @property
    def digests(self) -> list[bytes]:
        """The hash of what was said; more than one where secrets were changed, the one in use first."""
        told = self.told
        said = [dict(told.payload)]
        if told.keys:
            by_secret = zip(*(key.digests for key in told.keys), strict=True)
            said = [dict(told.payload) | {"customer": self._named(each)} for each in by_secret]
        return [
            activities.body_hash(told.kind, told.subject, told.occurred_at, each) for each in said
        ]

    def _named(self, digests: Sequence[bytes]) -> dict[str, str]:
        kinds = [key.kind for key in self.told.keys]
        return {kind: digest.hex() for kind, digest in zip(kinds, digests, strict=True)}


def record(
    arrivals: Sequence[Arrival], versions: Mapping[str, int], *, actor: Actor, at: datetime
) -> dict[tuple[str, str], int]:
    """Write the activities that are new, with the `versions` of their kinds that they were checked against;
    answers their ids by key. Known keys are left alone."""
    worths = worths_of([arrival.told for arrival in arrivals])
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
            "body_hash": arrival.digests[0],
            "worth": worths.get(arrival.told.key, arrival.worth),
            "kind_version": versions.get(arrival.told.kind),
        }
        for arrival in arrivals
    ]
    fresh = activities.insert(facts, at=at, by=f"{actor.kind}:{actor.name}")
    activities.name_keys(
        {
            fresh[arrival.told.key]: arrival.told.key_ids
            for arrival in arrivals
            if arrival.status == Activity.Status.PARKED
            and arrival.person is None
            and arrival.told.key in fresh
        }
    )
    return fresh


def known(keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Activity]:
    """The stored activities under these keys, with their evaluation and effects."""
    sources = {source for source, _ in keys}
    found = (
        Activity.objects.filter(source__in=sources, external_id__in={ext for _, ext in keys})
        .select_related("evaluation")
        .prefetch_related("effects__campaign", "effects__rule_version")
    )
    return {(row.source, row.external_id): row for row in found}


def save_effects(effects: Sequence[NewEffect]) -> dict[tuple[int, int, int, str], int]:
    """Write the effects; answers their ids by key."""
    if not effects:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_EFFECTS, [json.dumps([effect.as_row() for effect in effects])])
        return {tuple(key): pk for *key, pk in cursor.fetchall()}


def save_evaluations(rows: Sequence[dict[str, object]], *, at: datetime) -> None:
    """Write that activities were evaluated: `activity_id`, `trace`, `ruled_out`, and the `rate` as text."""
    with connection.cursor() as cursor:
        cursor.execute(_EVALUATIONS, [at, json.dumps(rows)])


def save_uses(touched: Mapping[int, Uses]) -> None:
    """Write back the limits of the members that were given something."""
    rows = [
        (member_id, campaign_id, window, times, units)
        for member_id, uses in touched.items()
        for (campaign_id, window), (times, units) in uses.limits.items()
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_LIMITS, [list(column) for column in zip(*sorted(rows), strict=True)])
