"""Birthdays and joining anniversaries: yearly days that begin at each member's own midnight."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from members import clock
from members.domain.actors import Actor
from members.domain.calendar import local_date, mmdd_in, start_of_day
from members.models import Member
from members.operations import activities
from members.operations.sweeps import Tally

#: Sweeps look at a day at a time, so that an outage is caught up oldest first.
DAY = timedelta(days=1)
#: A birthday told less than this before its day waits until next year.
NOTICE = timedelta(days=30)

_DECIDE = """
WITH midnight AS (
    SELECT * FROM unnest(%(zones)s::text[], %(mmdds)s::int[], %(years)s::int[],
                         %(instants)s::timestamptz[]) AS t(zone, mmdd, year, at)
), due AS (
    SELECT m.id, m.ref, n.year, n.at, n.year - EXTRACT(YEAR FROM m.joined_on)::int AS years,
           {holds} AS holds
    FROM midnight n
    JOIN members_member m ON m.{column} = n.mmdd AND m.time_zone = n.zone
    WHERE m.erased_at IS NULL AND m.merged_into_id IS NULL AND {applies}
), decided AS (
    INSERT INTO members_decision (member_id, kind, occurrence, decided_at, outcome)
    SELECT id, %(kind)s, year::text, %(now)s, CASE WHEN holds THEN 'recorded' ELSE 'told_late' END
    FROM due ORDER BY id
    ON CONFLICT (member_id, kind, occurrence) DO NOTHING
    RETURNING member_id, occurrence, outcome
)
SELECT due.id, due.ref, due.year, due.at, due.years, decided.outcome
FROM decided JOIN due ON due.id = decided.member_id AND due.year::text = decided.occurrence
"""


def birthdays(since: datetime, until: datetime) -> Tally:
    """Record `birthday.reached` for everybody whose birthday began in (since, until]."""
    return _yearly(
        since,
        until,
        kind="birthday",
        column="birthday_mmdd",
        holds="m.birthday_set_at IS NULL OR m.birthday_set_at <= n.at - %(notice)s::interval",
        applies="true",
    )


def anniversaries(since: datetime, until: datetime) -> Tally:
    """Record `anniversary.reached` for everybody who joined on this day of an earlier year."""
    return _yearly(
        since,
        until,
        kind="anniversary",
        column="joined_mmdd",
        holds="true",
        applies="n.year > EXTRACT(YEAR FROM m.joined_on)",
    )


def _yearly(
    since: datetime, until: datetime, *, kind: str, column: str, holds: str, applies: str
) -> Tally:
    upto = min(until, since + DAY)
    midnights = _midnights(since, upto)
    if not midnights:
        return Tally(upto, more=upto < until)
    zones, mmdds, years, instants = zip(*midnights, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            _DECIDE.format(column=column, holds=holds, applies=applies),
            {
                "zones": list(zones),
                "mmdds": list(mmdds),
                "years": list(years),
                "instants": list(instants),
                "kind": kind,
                "now": clock.now(),
                "notice": f"{NOTICE.days} days",
            },
        )
        decided = cursor.fetchall()
    due = [row for row in decided if row[5] == "recorded"]
    activities.record_many(
        [_fact(kind, *row[:5]) for row in due], actor=Actor.system(f"sweep:{kind}")
    )
    late = len(decided) - len(due)
    return Tally(upto, len(decided), len(due), {"told_late": late} if late else {}, upto < until)


def _midnights(since: datetime, upto: datetime) -> list[tuple[str, int, int, datetime]]:
    """Every local midnight in (since, upto], by zone: (zone, mmdd, year, instant).

    28 February also stands for the 29th in years that have none.
    """
    zones = Member.objects.active().values_list("time_zone", flat=True).distinct()
    found: list[tuple[str, int, int, datetime]] = []
    for zone in zones:
        day = local_date(since, zone)
        while (instant := start_of_day(day, zone)) <= upto:
            if instant > since:
                found.append((zone, day.month * 100 + day.day, day.year, instant))
                if (day.month, day.day) == (2, 28) and mmdd_in(day.year, 229) == day:
                    found.append((zone, 229, day.year, instant))
            day += DAY
    return found


def _fact(
    kind: str, member_id: int, ref: str, year: int, at: datetime, years: int
) -> dict[str, Any]:
    return {
        "kind": f"{kind}.reached",
        "member_id": member_id,
        "subject": ref,
        "source": "laurel",
        "external_id": f"{kind}:{year}:{member_id}",
        "occurred_at": at,
        "payload": {"years": years} if kind == "anniversary" else {},
    }
