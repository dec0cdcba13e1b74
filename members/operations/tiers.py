"""Keeping tier periods true to the status points in the ledger."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from members import clock
from members.domain.actors import Actor
from members.domain.calendar import start_of_day
from members.domain.lifts import Lift, lifted
from members.domain.projections import Projection, project
from members.domain.returned import Return, Turn, shop_then, spread
from members.domain.tiers import Period, Rules, Rung, Version, replay, version_at
from members.domain.windows import Rolling, Status, Terms, Undone, Window
from members.models import (
    LadderVersion,
    Member,
    Tier,
    TierGroup,
    TierLift,
    TierPeriod,
)
from members.operations import tier_moves
from members.operations.tier_moves import Move
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
SELECT w.heir, a.unit_id, e.occurred_at, e.amount, NULL::timestamptz, NULL::text, NULL::text
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
       CASE WHEN v.kind = ANY(%(returns)s) THEN v.payload->>'order_id' END, s.source
FROM who w
JOIN members_account a ON a.member_id = w.id
JOIN members_entry e ON e.debit_id = a.id AND e.debit_seq IS NOT NULL
LEFT JOIN members_entry o ON o.id = e.reverses_id
LEFT JOIN members_entry p ON p.parent_id = o.id AND p.kind = 'activation'
LEFT JOIN members_activity v ON v.id = e.cause_id AND e.cause_kind = 'activity'
LEFT JOIN members_activity s ON s.id = o.cause_id AND o.cause_kind = 'activity'
WHERE a.unit_id = ANY(%(units)s)
  AND ((a.kind = 'wallet' AND e.kind = 'adjustment')
       OR (a.kind IN ('wallet', 'debt') AND e.kind = 'reversal'
           AND (o.id IS NULL OR o.kind IN ('accrual', 'activation', 'adjustment'))))
"""

#: The orders of these names, and what came back of them.
_ORDERS = """
SELECT member_id, payload->>'order_id', kind, occurred_at, payload->'lines', source,
       payload->>'order_source', received_at, id FROM members_activity
WHERE member_id = ANY(%s) AND kind = ANY(%s) AND status = 'accepted'
  AND payload->>'order_id' = ANY(%s) ORDER BY id DESC
"""

_LOCK = """
SELECT 1 FROM members_balance b JOIN members_account a ON a.id = b.account_id
WHERE a.member_id = ANY(%s) AND a.unit_id = ANY(%s) ORDER BY a.id FOR UPDATE OF b
"""


@dataclass(slots=True)
class Ladder:
    """A tier group as the arithmetic needs it: `rungs` are today's, `versions` all it ever had."""

    group: TierGroup
    rungs: list[Rung]
    slugs: dict[int, str]
    versions: list[LadderVersion]


def _window(terms: LadderVersion, joined_on: date) -> Window:
    """The qualifying window of somebody who joined on this day."""
    kinds = TierGroup.Window
    if terms.window == kinds.ANNIVERSARY:
        return Terms(joined_on)
    if terms.window == kinds.CALENDAR:
        return Terms(date(joined_on.year, 1, 1))
    if terms.window == kinds.FIXED and terms.window_starts_on is not None:
        return Terms(terms.window_starts_on, terms.window_months)
    return Rolling(terms.window_months)


@dataclass(slots=True)
class Standing:
    """A member's status points in one ladder, what lifts them, and where it puts them."""

    zone: str
    joined_on: date
    events: list[tuple[datetime, int]] = field(default_factory=list)
    undone: list[Undone] = field(default_factory=list)
    lifts: list[Lift] = field(default_factory=list)

    def versions(self, ladder: Ladder) -> list[Version]:
        """The ladder as it was and is for this member."""
        return [self._version(terms) for terms in ladder.versions]

    def status(self, ladder: Ladder, at: datetime) -> Status:
        """The points as they count at an instant."""
        versions = self.versions(ladder)
        return versions[version_at(versions, at)].status

    def _version(self, terms: LadderVersion) -> Version:
        window = _window(terms, self.joined_on)
        return Version(
            sorted((Rung(points, int(pk)) for pk, points in terms.thresholds.items()), key=_height),
            Status(self.events, window=window, zone=self.zone, undone=self.undone),
            Rules(terms.downgrade == TierGroup.Downgrade.STEP, terms.grace_days, terms.undo_days),
            terms.starts_at,
        )

    def periods(self, ladder: Ladder, until: datetime) -> list[Period]:
        """The tier periods that these points and lifts make."""
        joined_at = start_of_day(self.joined_on, self.zone)
        earned = replay(self.versions(ladder), joined_at=joined_at, until=until)
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
        versions = known.versions(ladder)
        return project(
            versions[version_at(versions, at)],
            at=at,
            periods_until=lambda until: known.periods(ladder, until),
        )


def _height(rung: Rung) -> int:
    return rung.threshold


#: An order's number, and who told it.
Order = tuple[str, str]
#: By the ladder's group, then by member.
Standings = dict[int, dict[int, Standing]]


def ladders() -> list[Ladder]:
    """Every ladder of the programme, with its rungs in order; the first is the programme's main one.
    Two queries."""
    tiers: dict[int, list[Tier]] = defaultdict(list)
    for tier in Tier.objects.order_by("threshold"):
        tiers[tier.group_id].append(tier)
    versions: dict[int, list[LadderVersion]] = defaultdict(list)
    ever = F("starts_at").asc(nulls_first=True)
    for terms in LadderVersion.objects.select_related("group").order_by("group", ever, "pk"):
        versions[terms.group_id].append(terms)
    return [
        Ladder(
            held[-1].group,
            [Rung(tier.threshold, tier.pk) for tier in tiers[group_id]],
            {tier.pk: tier.slug for tier in tiers[group_id]},
            held,
        )
        for group_id, held in versions.items()
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
    back: dict[tuple[int, int, datetime, Order], int] = defaultdict(int)
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, {"units": list(counting), "members": ids, "returns": list(RETURNS)})
        for member_id, unit_id, at, amount, undone_at, order_id, shop in cursor.fetchall():
            if order_id is not None:
                back[member_id, unit_id, at, (order_id, shop or "")] -= amount
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
    back: dict[tuple[int, int, datetime, Order], int],
) -> Iterator[tuple[tuple[int, int, datetime], int, datetime]]:
    """What returns took back, and when each part of it was returned; one query, or none."""
    if not back:
        return
    ordered: dict[tuple[int, str], dict[str, list[dict[str, Any]]]] = defaultdict(dict)
    since: dict[tuple[int, str], dict[str, Turn]] = defaultdict(dict)
    told: list[tuple[tuple[int, str], str, str | None, Turn, Return]] = []
    ids, numbers = {key[0] for key in back}, {key[3][0] for key in back}
    with connection.cursor() as cursor:
        cursor.execute(_ORDERS, [list(ids), [*RETURNS, "order.placed"], list(numbers)])
        for member_id, number, kind, at, raw, source, named, *turn in cursor.fetchall():
            told_at, pk = turn
            lines = json.loads(raw or "[]")
            if kind in RETURNS:
                told.append(((member_id, number), source, named, (told_at, pk), Return(at, lines)))
            else:
                ordered[member_id, number][source] = lines
                since[member_id, number][source] = told_at, pk
    returns: dict[tuple[int, Order], list[Return]] = defaultdict(list)
    for (member_id, number), source, named, turn, each in told:
        shop = shop_then(source, named, since[member_id, number], turn)
        returns[member_id, (number, shop or "")].append(each)
    for (member_id, unit_id, at, order), amount in back.items():
        lines = ordered[member_id, order[0]].get(order[1], [])
        parts = returns[member_id, order] or [Return(at, [])]
        for returned_at, part in spread(amount, lines, parts):
            yield (member_id, unit_id, at), part, returned_at


def lock(members: Collection[Member]) -> None:
    """Be the only one who earns for these members in any unit that a ladder counts."""
    units = list(TierGroup.objects.values_list("unit_id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [[member.pk for member in members], units])


@transaction.atomic
def settle(
    members: Collection[Member],
    *,
    actor: Actor,
    at: datetime | None = None,
    known: Sequence[Ladder] | None = None,
) -> int:
    """Bring the stored tier periods of these members up to `at`. Returns how many moved, on how many
    ladders.

    The members' balances must be locked (`lock`), or nobody else may be earning for them. The number
    of queries depends neither on the members nor on the ladders, which the caller may have `known`.
    """
    at = at or clock.now()
    known = ladders() if known is None else known
    found = standings(known, members)
    stored: dict[tuple[int, int], list[TierPeriod]] = defaultdict(list)
    for row in TierPeriod.objects.filter(member__in=members).order_by("starts_at"):
        stored[row.member_id, row.group_id].append(row)
    stale: list[int] = []
    fresh: list[TierPeriod] = []
    moves: list[Move] = []
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
                moves.append(_move(ladder, member_id, before, wanted[-1]))
    TierPeriod.objects.filter(pk__in=stale).delete()
    TierPeriod.objects.bulk_create(fresh, batch_size=2000)
    tier_moves.tell(moves, {member.pk: member for member in members}, actor=actor, at=at)
    return moved


def _move(ladder: Ladder, member_id: int, before: int, now: Period) -> Move:
    height = {rung.tier_id: place for place, rung in enumerate(ladder.rungs)}
    return Move(
        member_id,
        ladder.group.slug,
        ladder.slugs[before],
        ladder.slugs[now.tier_id],
        now,
        is_up=height[now.tier_id] > height[before],
    )


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
