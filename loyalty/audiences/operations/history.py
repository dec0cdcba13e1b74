"""What members did before: as of an instant, for one or for thousands, in one query.

An activity sees what occurred before it, whenever that was told; of two of the same instant the one that
was told first comes first. A window of days is counted back in hours from the instant that is asked.
What orders are worth is net: what came back within the same window is taken off, never below zero.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection

from loyalty.audiences.domain.conditions import Node, tests
from loyalty.audiences.domain.fields import Scope
from members.domain.money import exponent
from members.shipped import ORDERS, RETURNS

#: What the fields of the history count that say no scope of their own.
PLAIN = {
    "history.orders": Scope("order.placed"),
    "history.refills": Scope("refill.confirmed"),
}
#: How often the activity's own kind was done before.
SAME_KIND = "history.same_kind"
#: After every activity of the same instant.
LAST = 2**63 - 1

_PAST = """
SELECT q.place - 1, s.place - 1, p.times, p.worth, p.last
FROM unnest(%(ids)s::bigint[], %(members)s::bigint[], %(ats)s::timestamptz[])
     WITH ORDINALITY AS q(id, member_id, at, place)
CROSS JOIN unnest(%(kinds)s::text[], %(hours)s::int[]) WITH ORDINALITY AS s(kind, hours, place)
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE a.kind = s.kind) AS times,
           greatest(coalesce(sum(a.worth), 0), 0) AS worth,
           max(a.occurred_at) FILTER (WHERE a.kind = s.kind) AS last
    FROM members_activity a
    WHERE a.member_id = q.member_id AND a.status = 'accepted'
      AND a.kind = ANY(CASE WHEN s.kind = ANY(%(orders)s::text[]) THEN s.kind || %(returns)s::text[]
                            ELSE ARRAY[s.kind] END)
      AND (a.occurred_at, a.id) < (q.at, q.id)
      AND a.occurred_at > coalesce(q.at - make_interval(hours => s.hours), '-infinity')
) p
WHERE p.times > 0
"""


@dataclass(frozen=True, slots=True)
class Ask:
    """Whose past, as of when; `activity_id` is the activity that asks (LAST: nobody, count all of then)."""

    member_id: int
    at: datetime
    activity_id: int = LAST


@dataclass(frozen=True, slots=True)
class Past:
    """How often something was done, what it was worth in minor units, and when last."""

    times: int = 0
    worth: int = 0
    last: datetime | None = None


def scopes_of(nodes: Iterable[Node], kinds: Collection[str] = ()) -> set[Scope]:
    """What of the past these conditions ask about; `kinds` are those of the activities that ask."""
    found: set[Scope] = set()
    for node in nodes:
        for test in tests(node):
            if test.of is not None:
                found.add(test.of)
            elif test.field.name in PLAIN:
                found.add(PLAIN[test.field.name])
            elif test.field.name == SAME_KIND:
                found |= {Scope(kind) for kind in kinds}
    return found


def pasts(asks: Sequence[Ask], scopes: Collection[Scope]) -> list[dict[Scope, Past]]:
    """For each that asks what there is in each scope (none where nothing is); one query, or none."""
    found: list[dict[Scope, Past]] = [{} for _ in asks]
    listed = list(scopes)
    if not asks or not listed:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            _PAST,
            {
                "ids": [ask.activity_id for ask in asks],
                "members": [ask.member_id for ask in asks],
                "ats": [ask.at for ask in asks],
                "kinds": [scope.kind for scope in listed],
                "orders": list(ORDERS),
                "returns": sorted(RETURNS),
                "hours": [scope.days and scope.days * 24 for scope in listed],
            },
        )
        for place, scope, times, worth, last in cursor.fetchall():
            found[place][listed[scope]] = Past(times, int(worth), last)
    return found


def facts_as_of(asks: Sequence[Ask], scopes: Collection[Scope]) -> list[dict[str, Any]]:
    """The values of the fields of the history for each that asks; one query for thousands."""
    return [
        facts_of_past(past, scopes, ask.at)
        for ask, past in zip(asks, pasts(asks, scopes), strict=True)
    ]


def facts_of_past(
    past: Mapping[Scope, Past], scopes: Collection[Scope], at: datetime
) -> dict[str, Any]:
    """The values of the fields of the history in these scopes, as seen at an instant."""
    facts: dict[str, Any] = {}
    for scope in scopes:
        found = past.get(scope, _NOTHING)
        facts[scope.key("history.count")] = found.times
        facts[scope.key("history.sum")] = money(found.worth)
        if found.last is not None:
            facts[scope.key("history.days_since")] = (at - found.last).days
    for name, scope in PLAIN.items():
        if scope in scopes:
            facts[name] = past.get(scope, _NOTHING).times
    return facts


def money(worth: int) -> Decimal:
    """Minor units of the programme's currency as an amount."""
    return Decimal(worth).scaleb(-exponent(settings.PROGRAMME_CURRENCY))


_NOTHING = Past()
