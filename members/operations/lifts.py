"""Giving a tier by hand, until a date and for a reason."""

from datetime import date, timedelta

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
