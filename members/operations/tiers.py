"""Keeping tier periods true to the status points in the ledger."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction

from members import clock
from members.domain.actors import Actor
from members.domain.calendar import start_of_day
from members.domain.tiers import Period, Rung, Status, replay
from members.models import AuditRow, Member, Tier, TierGroup, TierPeriod

#: Status points by the instant they were earned; a reversal counts back at that same instant. Points that
#: expired or were spent were earned all the same: the window alone lets go of them.
_EVENTS = """
SELECT a.member_id, coalesce(o.occurred_at, e.occurred_at), e.amount
FROM members_account a
JOIN members_entry e ON e.credit_id = a.id AND e.credit_seq IS NOT NULL
LEFT JOIN members_entry o ON o.id = e.reverses_id
WHERE a.unit_id = %(unit)s AND a.kind = 'wallet' AND a.member_id = ANY(%(members)s)
  AND e.kind IN ('accrual', 'activation', 'adjustment', 'reversal')
UNION ALL
SELECT a.member_id, coalesce(o.occurred_at, e.occurred_at), -e.amount
FROM members_account a
JOIN members_entry e ON e.debit_id = a.id AND e.debit_seq IS NOT NULL
LEFT JOIN members_entry o ON o.id = e.reverses_id
WHERE a.unit_id = %(unit)s AND a.kind = 'wallet' AND a.member_id = ANY(%(members)s)
  AND e.kind IN ('accrual', 'activation', 'adjustment', 'reversal')
"""


@dataclass(slots=True)
class Ladder:
    """A tier group as the arithmetic needs it."""

    group: TierGroup
    rungs: list[Rung]
    slugs: dict[int, str]


@dataclass(slots=True)
class Standing:
    """A member's status points in one ladder, and where they put them."""

    zone: str
    joined_at: datetime
    events: list[tuple[datetime, int]] = field(default_factory=list)

    def periods(self, ladder: Ladder, until: datetime) -> list[Period]:
        """The tier periods that these points make."""
        status = Status(self.events, months=ladder.group.window_months, zone=self.zone)
        return replay(status, ladder.rungs, joined_at=self.joined_at, until=until)


def ladders() -> list[Ladder]:
    """Every ladder of the programme, with its rungs in order."""
    tiers: dict[int, list[Tier]] = defaultdict(list)
    for tier in Tier.objects.order_by("threshold"):
        tiers[tier.group_id].append(tier)
    return [
        Ladder(
            group,
            [Rung(tier.threshold, tier.pk) for tier in tiers[group.pk]],
            {tier.pk: tier.slug for tier in tiers[group.pk]},
        )
        for group in TierGroup.objects.order_by("pk")
        if tiers[group.pk]
    ]


def standings(ladder: Ladder, members: Collection[Member]) -> dict[int, Standing]:
    """The status points of these members, in one query."""
    found = {
        member.pk: Standing(member.time_zone, start_of_day(member.joined_on, member.time_zone))
        for member in members
    }
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS, {"unit": ladder.group.unit_id, "members": list(found)})
        for member_id, at, amount in cursor.fetchall():
            found[member_id].events.append((at, amount))
    return found


@transaction.atomic
def settle(members: Collection[Member], *, actor: Actor, at: datetime | None = None) -> int:
    """Bring the stored tier periods of these members up to `at`. Returns how many members moved.

    The members' balances must be locked or nobody else may be earning for them.
    """
    at = at or clock.now()
    return sum(
        _settle(ladder, standings(ladder, members), actor=actor, at=at) for ladder in ladders()
    )


def _settle(ladder: Ladder, found: dict[int, Standing], *, actor: Actor, at: datetime) -> int:
    stored: dict[int, list[TierPeriod]] = defaultdict(list)
    for period in TierPeriod.objects.filter(member_id__in=found, group=ladder.group).order_by(
        "starts_at"
    ):
        stored[period.member_id].append(period)
    fresh: list[TierPeriod] = []
    trail: list[AuditRow] = []
    moved: list[int] = []
    for member_id, standing in found.items():
        wanted = standing.periods(ladder, at)
        if [_as_domain(row) for row in stored[member_id]] == wanted:
            continue
        moved.append(member_id)
        fresh += [
            TierPeriod(
                member_id=member_id,
                group=ladder.group,
                tier_id=period.tier_id,
                starts_at=period.starts_at,
                ends_at=period.ends_at,
                review_at=period.review_at,
                cause=period.cause,
            )
            for period in wanted
        ]
        # Everybody starts on the lowest rung; standing there is no move.
        before = stored[member_id][-1].tier_id if stored[member_id] else ladder.rungs[0].tier_id
        if before != wanted[-1].tier_id:
            trail.append(_trail_row(ladder, member_id, before, wanted[-1], actor, at))
    TierPeriod.objects.filter(member_id__in=moved, group=ladder.group).delete()
    TierPeriod.objects.bulk_create(fresh, batch_size=2000)
    AuditRow.objects.bulk_create(trail, batch_size=2000)
    return len(moved)


def _as_domain(row: TierPeriod) -> Period:
    return Period(row.tier_id, row.starts_at, row.ends_at, row.review_at, row.cause)


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
