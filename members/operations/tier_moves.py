"""Telling that members have moved on a ladder: in the audit trail, and as a fact that rules see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from members.domain.actors import Actor
from members.domain.tiers import Period
from members.models import AuditRow, Member
from members.operations import activities

#: Moves of longer ago are not recorded as `tier.changed`: they come from history being brought in.
NEWS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Move:
    """Who moved on which ladder (its slug), from which tier to which, and whether up."""

    member_id: int
    group: str
    before: str
    after: str
    period: Period
    is_up: bool


def tell(
    moves: Sequence[Move], members: Mapping[int, Member], *, actor: Actor, at: datetime
) -> None:
    """Write the trail of these moves, and record those that are news as `tier.changed`: each once, also
    when a replay finds it again."""
    AuditRow.objects.bulk_create((_trail_row(move, actor, at) for move in moves), batch_size=2000)
    activities.record_many(
        [
            {
                "kind": "tier.changed",
                "source": "laurel",
                "external_id": f"tier:{move.group}:{move.member_id}:"
                f"{move.period.starts_at.isoformat()}:{move.after}",
                "subject": members[move.member_id].ref,
                "member_id": move.member_id,
                "occurred_at": move.period.starts_at,
                "payload": {
                    "tier": move.after,
                    "previous": move.before,
                    "group": move.group,
                    "direction": "up" if move.is_up else "down",
                },
            }
            for move in moves
            if at - NEWS < move.period.starts_at <= at
        ],
        actor=actor,
    )


def _trail_row(move: Move, actor: Actor, at: datetime) -> AuditRow:
    return AuditRow(
        at=at,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        verb="members.tier.moved",
        subject_type="members.member",
        subject_id=str(move.member_id),
        before={"tier": move.before},
        after={"tier": move.after},
        reason=move.period.cause,
    )
