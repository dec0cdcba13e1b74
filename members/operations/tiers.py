"""Keeping tier periods true to the status points in the ledger."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce

from members import clock
from members.domain.actors import Actor
from members.domain.calendar import start_of_day
from members.domain.lifts import Lift, lifted
from members.domain.projections import Projection, project
from members.domain.returned import Return, spread
from members.domain.tiers import Period, Rules, Rung, replay
from members.domain.windows import Rolling, Status, Terms, Undone, Window
from members.models import AuditRow, Member, Tier, TierGroup, TierLift, TierPeriod
from members.shipped import RETURNS

#: What was earned and when; and what was taken back of it, when it had been earned, and when it was
#: taken: a return counts from when it happened, however late it was told. Spending, expiry and gifts
#: move no status, and neither does repaying or forgiving a debt. What members earned who were merged
#: into these is theirs.
_EVENTS = """
WITH who AS (
    SELECT id, id AS heir FROM unnest(%(members)s::bigint[]) AS t(id)
    UNION ALL
    SELECT id, merged_into_id FROM members_member WHERE merged_into_id = ANY(%(members)s)
)
SELECT w.heir, a.unit_id, e.occurred_at, e.amount, NULL::timestamptz, NULL::text
FROM who w
JOIN members_account a ON a.member_id = w.id
JOIN members_entry e ON e.credit_id = a.id AND e.credit_seq IS NOT NULL
LEFT JOIN members_entry o ON o.id = e.reverses_id
WHERE a.unit_id = ANY(%(units)s) AND a.kind = 'wallet'
  AND (e.kind IN ('accrual', 'activation', 'adjustment')
       OR (e.kind = 'reversal' AND o.kind = 'adjustment'))
UNION ALL
SELECT w.heir, a.unit_id, coalesce(p.occurred_at, o.occurred_at, e.occurred_at), -e.amount,
       CASE WHEN o.id IS NOT NULL THEN coalesce(v.occurred_at, e.occurred_at) END,
       CASE WHEN v.kind = ANY(%(returns)s) THEN v.payload->>'order_id' END
FROM who w
JOIN members_account a ON a.member_id = w.id
JOIN members_entry e ON e.debit_id = a.id AND e.debit_seq IS NOT NULL
LEFT JOIN members_entry o ON o.id = e.reverses_id
LEFT JOIN members_entry p ON p.parent_id = o.id AND p.kind = 'activation'
LEFT JOIN members_activity v ON v.id = e.cause_id AND e.cause_kind = 'activity'
WHERE a.unit_id = ANY(%(units)s)
  AND ((a.kind = 'wallet' AND e.kind = 'adjustment')
       OR (a.kind IN ('wallet', 'debt') AND e.kind = 'reversal'
           AND (o.id IS NULL OR o.kind IN ('accrual', 'activation', 'adjustment'))))
"""

#: The orders of these names, and what came back of them.
_ORDERS = """
SELECT member_id, payload->>'order_id', kind, occurred_at, payload->'lines' FROM members_activity
WHERE member_id = ANY(%s) AND kind = ANY(%s) AND status = 'accepted'
  AND payload->>'order_id' = ANY(%s) ORDER BY id DESC
"""

_LOCK = """
SELECT 1 FROM members_balance b JOIN members_account a ON a.id = b.account_id
WHERE a.member_id = ANY(%s) AND a.unit_id = ANY(%s) ORDER BY a.id FOR UPDATE OF b
"""


@dataclass(slots=True)
class Ladder:
    """A tier group as the arithmetic needs it."""

    group: TierGroup
    rungs: list[Rung]
    slugs: dict[int, str]
    rules: Rules

    def window(self, joined_on: date) -> Window:
        """The qualifying window of somebody who joined on this day."""
        kinds, months = TierGroup.Window, self.group.window_months
        if self.group.window == kinds.ANNIVERSARY:
            return Terms(joined_on)
        if self.group.window == kinds.CALENDAR:
            return Terms(date(joined_on.year, 1, 1))
        if self.group.window == kinds.FIXED and self.group.window_starts_on is not None:
            return Terms(self.group.window_starts_on, months)
        return Rolling(months)


@dataclass(slots=True)
class Standing:
    """A member's status points in one ladder, what lifts them, and where it puts them."""

    zone: str
    joined_on: date
    events: list[tuple[datetime, int]] = field(default_factory=list)
    undone: list[Undone] = field(default_factory=list)
    lifts: list[Lift] = field(default_factory=list)

    def status(self, ladder: Ladder) -> Status:
        """The points, to be asked at any instant."""
        window = ladder.window(self.joined_on)
        return Status(self.events, window=window, zone=self.zone, undone=self.undone)

    def periods(self, ladder: Ladder, until: datetime) -> list[Period]:
        """The tier periods that these points and lifts make."""
        joined_at = start_of_day(self.joined_on, self.zone)
        earned = replay(
            self.status(ladder), ladder.rungs, joined_at=joined_at, until=until, rules=ladder.rules
        )
        return lifted(earned, ladder.rungs, self.lifts, until=until) if self.lifts else earned

    def known_at(self, at: datetime) -> "Standing":
        """The same, as if nothing had happened after this instant."""
        return Standing(
            self.zone,
            self.joined_on,
            [event for event in self.events if event[0] <= at],
            [undone for undone in self.undone if undone[2] <= at],
            [lift for lift in self.lifts if lift.starts_at <= at],
        )

    def projection(self, ladder: Ladder, at: datetime) -> Projection:
        """What lies ahead at an instant, if nothing more happens."""
        known = self.known_at(at)
        return project(
            known.status(ladder),
            ladder.rungs,
            ladder.rules,
            at=at,
            periods_until=lambda until: known.periods(ladder, until),
        )


#: By the ladder's group, then by member.
Standings = dict[int, dict[int, Standing]]


def ladders() -> list[Ladder]:
    """Every ladder of the programme, with its rungs in order; the first is the programme's main one."""
    tiers: dict[int, list[Tier]] = defaultdict(list)
    for tier in Tier.objects.order_by("threshold"):
        tiers[tier.group_id].append(tier)
    return [
        Ladder(
            group,
            [Rung(tier.threshold, tier.pk) for tier in tiers[group.pk]],
            {tier.pk: tier.slug for tier in tiers[group.pk]},
            Rules(group.downgrade == TierGroup.Downgrade.STEP, group.grace_days, group.undo_days),
        )
        for group in TierGroup.objects.order_by("pk")
        if tiers[group.pk]
    ]


def standings(of: Sequence[Ladder], members: Collection[Member]) -> Standings:
    """Where these members stand on each ladder, in two queries."""
    found: Standings = {
        ladder.group.pk: {m.pk: Standing(m.time_zone, m.joined_on) for m in members}
        for ladder in of
    }
    counting: dict[int, list[dict[int, Standing]]] = defaultdict(list)
    for ladder in of:
        counting[ladder.group.unit_id].append(found[ladder.group.pk])
    ids = [member.pk for member in members]
    back: dict[tuple[int, int, datetime, str], int] = defaultdict(int)
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, {"units": list(counting), "members": ids, "returns": list(RETURNS)})
        for member_id, unit_id, at, amount, undone_at, order_id in cursor.fetchall():
            if order_id is not None:
                back[member_id, unit_id, at, order_id] -= amount
                continue
            for standing in (each[member_id] for each in counting[unit_id]):
                if undone_at is None:
                    standing.events.append((at, amount))
                else:
                    standing.undone.append((at, -amount, undone_at))
    for (member_id, unit_id, at), amount, undone_at in _returned(back):
        for standing in (each[member_id] for each in counting[unit_id]):
            standing.undone.append((at, amount, undone_at))
    given = TierLift.objects.filter(
        Q(member__in=ids) | Q(member__merged_into__in=ids), group_id__in=list(found)
    )
    for row in given.annotate(heir=Coalesce("member__merged_into", "member")):
        lift = Lift(row.tier_id, row.starts_at, row.ended_at or row.ends_at)
        whose = row.heir if row.heir in found[row.group_id] else row.member_id
        found[row.group_id][whose].lifts.append(lift)
    return found


def _returned(
    back: dict[tuple[int, int, datetime, str], int],
) -> Iterator[tuple[tuple[int, int, datetime], int, datetime]]:
    """What returns took back, and when each part of it was returned; one query, or none."""
    if not back:
        return
    ordered: dict[tuple[int, str], list[dict[str, Any]]] = {}
    returns: dict[tuple[int, str], list[Return]] = defaultdict(list)
    ids, names = {key[0] for key in back}, {key[3] for key in back}
    with connection.cursor() as cursor:
        cursor.execute(_ORDERS, [list(ids), [*RETURNS, "order.placed"], list(names)])
        for member_id, order_id, kind, at, lines in cursor.fetchall():
            if kind in RETURNS:
                returns[member_id, order_id].append(Return(at, json.loads(lines or "[]")))
            else:
                ordered[member_id, order_id] = json.loads(lines or "[]")
    for (member_id, unit_id, at, order_id), amount in back.items():
        key = member_id, order_id
        told = returns[key] or [Return(at, [])]
        for returned_at, part in spread(amount, ordered.get(key, []), told):
            yield (member_id, unit_id, at), part, returned_at


def lock(members: Collection[Member]) -> None:
    """Be the only one who earns for these members in any unit that a ladder counts."""
    units = list(TierGroup.objects.values_list("unit_id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [[member.pk for member in members], units])


@transaction.atomic
def settle(members: Collection[Member], *, actor: Actor, at: datetime | None = None) -> int:
    """Bring the stored tier periods of these members up to `at`. Returns how many moved, on how many
    ladders.

    The members' balances must be locked (`lock`), or nobody else may be earning for them. The number
    of queries depends neither on the members nor on the ladders.
    """
    at = at or clock.now()
    known = ladders()
    found = standings(known, members)
    stored: dict[tuple[int, int], list[TierPeriod]] = defaultdict(list)
    for row in TierPeriod.objects.filter(member__in=members).order_by("starts_at"):
        stored[row.member_id, row.group_id].append(row)
    stale: list[int] = []
    fresh: list[TierPeriod] = []
    trail: list[AuditRow] = []
    moved = 0
    for ladder in known:
        for member_id, standing in found[ladder.group.pk].items():
            rows, wanted = stored[member_id, ladder.group.pk], standing.periods(ladder, at)
            if [_as_domain(row) for row in rows] == wanted:
                continue
            moved += 1
            stale += [row.pk for row in rows]
            fresh += [_as_row(period, ladder, member_id) for period in wanted]
            # Everybody starts on the lowest rung; standing there is no move.
            before = rows[-1].tier_id if rows else ladder.rungs[0].tier_id
            if before != wanted[-1].tier_id:
                trail.append(_trail_row(ladder, member_id, before, wanted[-1], actor, at))
    TierPeriod.objects.filter(pk__in=stale).delete()
    TierPeriod.objects.bulk_create(fresh, batch_size=2000)
    AuditRow.objects.bulk_create(trail, batch_size=2000)
    return moved


def _as_domain(row: TierPeriod) -> Period:
    return Period(row.tier_id, row.starts_at, row.ends_at, row.review_at, row.cause, row.grace_from)


def _as_row(period: Period, ladder: Ladder, member_id: int) -> TierPeriod:
    return TierPeriod(
        member_id=member_id,
        group=ladder.group,
        tier_id=period.tier_id,
        starts_at=period.starts_at,
        ends_at=period.ends_at,
        review_at=period.review_at,
        grace_from=period.grace_from,
        cause=period.cause,
    )


def _trail_row(
    ladder: Ladder, member_id: int, before: int, now: Period, actor: Actor, at: datetime
) -> AuditRow:
    return AuditRow(
        at=at,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        verb="members.tier.moved",
        subject_type="members.member",
        subject_id=str(member_id),
        before={"tier": ladder.slugs[before]},
        after={"tier": ladder.slugs[now.tier_id]},
        reason=now.cause,
    )
