"""Giving a tier by hand, until a date and for a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from members import clock
from members.domain.actors import Actor
from members.domain.calendar import start_of_day
from members.errors import DayPassed, NoTierForOneself, OverAlready, TierGiven
from members.models import Member, Tier, TierLift
from members.operations import audit, relations, tiers


@transaction.atomic
def give_tier(member: Member, *, tier: Tier, until: date, reason: str, actor: Actor) -> TierLift:
    """Lift the member to at least this tier through the day `until`, in the member's zone.

    What they earn goes on underneath. Raises NoTierForOneself, NotForHousehold, DayPassed, or
    TierGiven when the same was given before.
    """
    member = member.heir
    relations.refuse_near(actor, member, own=NoTierForOneself)
    now = clock.now()
    ends_at = start_of_day(until + timedelta(days=1), member.time_zone)
    if ends_at <= now:
        raise DayPassed(day=until)
    tiers.lock([member])
    if TierLift.objects.filter(member=member, tier=tier, ends_at=ends_at, ended_at=None).exists():
        raise TierGiven()
    lift = TierLift(
        member=member,
        tier=tier,
        group_id=tier.group_id,
        starts_at=now,
        ends_at=ends_at,
        reason=reason,
        given_by=actor.name[:150],
    )
    lift.full_clean()
    lift.save()
    audit.record(
        lift,
        actor=actor,
        verb="members.tier_lift.given",
        after={"member": member.pk, "tier": tier.slug, "until": until.isoformat()},
        reason=reason,
    )
    tiers.settle([member], actor=actor, at=now)
    return lift


@dataclass(frozen=True, slots=True)
class Lifted:
    """A tier for a member from `at` until `until`, and why."""

    member: Member
    tier: Tier
    at: datetime
    until: datetime
    reason: str


@transaction.atomic
def give_many(lifts: Sequence[Lifted], *, actor: Actor) -> None:
    """Lift members as rules have it; what a member was given before to the same end is left out.

    The members' accounts must be locked. Whoever calls settles their tiers afterwards (`tiers.settle`).
    """
    members = {lift.member.pk for lift in lifts}
    running = TierLift.objects.filter(member__in=members, ended_at=None)
    known = set(running.values_list("member_id", "tier_id", "ends_at"))
    rows: dict[tuple[int, int, datetime], TierLift] = {}
    for lift in lifts:
        key = (lift.member.pk, lift.tier.pk, lift.until)
        if key not in known and lift.until > lift.at:
            rows[key] = TierLift(
                member=lift.member,
                tier=lift.tier,
                group_id=lift.tier.group_id,
                starts_at=lift.at,
                ends_at=lift.until,
                reason=lift.reason[:300],
                given_by=actor.name[:150],
            )
    given = TierLift.objects.bulk_create(rows.values())
    audit.record_all(
        given,
        actor=actor,
        verb="members.tier_lift.given",
        after=[
            {"member": row.member_id, "tier": row.tier.slug, "until": row.ends_at.isoformat()}
            for row in given
        ],
        reasons=[row.reason for row in given],
    )


@transaction.atomic
def end_lift(lift: TierLift, *, reason: str, actor: Actor) -> TierLift:
    """End it now: the member stands where their points are. Raises NoTierForOneself, NotForHousehold
    or OverAlready."""
    relations.refuse_near(actor, lift.member, own=NoTierForOneself)
    now = clock.now()
    tiers.lock([lift.member])
    lift = TierLift.objects.select_for_update(of=("self",)).select_related("member").get(pk=lift.pk)
    if lift.ended_at is not None or lift.ends_at <= now:
        raise OverAlready()
    lift.ended_at = now
    lift.save(update_fields=["ended_at"])
    audit.record(
        lift,
        actor=actor,
        verb="members.tier_lift.ended",
        after={"member": lift.member_id, "ended_at": now.isoformat()},
        reason=reason,
    )
    tiers.settle([lift.member], actor=actor, at=now)
    return lift
