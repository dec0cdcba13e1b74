"""Rewards that are given for nothing: many at once, by rules. Stock is respected; what a reward asks of
members who pay for it (points, tier, limit) is not asked."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from loyalty.rewards.domain.eligibility import last_instant
from loyalty.rewards.errors import AlreadyUsed, SeatTaken
from loyalty.rewards.models import Coupon, Redemption, RedemptionStep, Reward
from loyalty.rewards.operations import entitlements, redemptions
from members import clock
from members.domain.actors import Actor
from members.domain.calendar import local_date
from members.models import Member
from members.operations import accesses, audit
from members.operations.accesses import Door

State = Redemption.State


@dataclass(frozen=True, slots=True)
class Present:
    """One piece of a reward (its slug) for a member, for the cause `key`."""

    member: Member
    reward: str
    key: str


def lock(slugs: Collection[str]) -> dict[str, Reward]:
    """Lock the rewards of these slugs, in order, as they are under the lock. They come before accounts."""
    rows = Reward.objects.filter(slug__in=slugs)
    held = list(rows.select_for_update().order_by("pk").values_list("pk", flat=True))
    return {row.slug: row for row in Reward.objects.filter(pk__in=held).with_terms()}


def is_on_offer(reward: Reward, at: datetime) -> bool:
    """Whether it can be given at this instant, apart from its stock."""
    has_begun = reward.since is None or reward.since <= at
    is_over = reward.until is not None and reward.until <= at
    return reward.is_offered and has_begun and not is_over


@transaction.atomic
def give(
    presents: Sequence[Present], *, rewards: Mapping[str, Reward], actor: Actor
) -> dict[str, Redemption]:
    """Give presents of rewards that are locked (`lock`); answers the new redemptions by key.

    A key that was given before, and what no coupon is left for, is left out.
    """
    known = set(
        Redemption.objects.filter(key__in=[each.key for each in presents]).values_list(
            "key", flat=True
        )
    )
    wanted = [each for each in presents if each.key not in known]
    pools = {slug: _pooled(rewards[slug], wanted) for slug in {each.reward for each in wanted}}
    rows: list[Redemption] = []
    coupons: list[tuple[Redemption, Coupon]] = []
    for each in wanted:
        reward = rewards[each.reward]
        row = _redemption(each, reward)
        if reward.codes == Reward.Codes.POOL:
            if not pools[each.reward]:
                continue
            coupons.append((row, pools[each.reward].pop()))
        rows.append(row)
    Redemption.objects.bulk_create(rows)
    _begin(rows, actor=actor)
    _entitle(rows, coupons, actor=actor)
    _count(rows)
    return {row.key: row for row in rows}


def _redemption(present: Present, reward: Reward) -> Redemption:
    now = clock.now()
    ends_at = None
    if reward.good_for_days is not None:
        zone = present.member.time_zone
        ends_at = last_instant(days=reward.good_for_days, today=local_date(now, zone), zone=zone)
    return Redemption(
        member=present.member,
        reward=reward,
        quantity=1,
        cost=0,
        state=State.CONFIRMED,
        key=present.key,
        redeemed_at=now,
        undo_until=now,
        expires_at=ends_at,
    )


def _pooled(reward: Reward, wanted: Sequence[Present]) -> list[Coupon]:
    """Free coupons, locked, as many as there are. Those that others are just taking are theirs: nobody
    waits for them here, for accounts are locked already."""
    if reward.codes != Reward.Codes.POOL:
        return []
    many = sum(each.reward == reward.slug for each in wanted)
    free = Coupon.objects.free(reward.pk).select_for_update(skip_locked=True)[:many]
    return list(free)[::-1]


def _begin(rows: Sequence[Redemption], *, actor: Actor) -> None:
    """Remember how they came about."""
    RedemptionStep.objects.bulk_create(
        RedemptionStep(
            redemption=row,
            before="",
            after=row.state,
            at=row.redeemed_at,
            actor_kind=actor.kind,
            actor_id=actor.id,
        )
        for row in rows
    )
    audit.record_all(
        rows,
        actor=actor,
        verb="rewards.redemption.given",
        after=[{"reward": row.reward.slug, "quantity": 1} for row in rows],
        reasons=["" for _ in rows],
    )


def _entitle(
    rows: Sequence[Redemption], pooled: Sequence[tuple[Redemption, Coupon]], *, actor: Actor
) -> None:
    """Give what they are for: coupons, and doors."""
    for row, coupon in pooled:
        ends = [at for at in (coupon.expires_at, row.expires_at) if at is not None]
        coupon.redemption, coupon.state = row, Coupon.State.ASSIGNED
        coupon.expires_at = min(ends, default=None)
    Coupon.objects.bulk_update(
        [coupon for _, coupon in pooled], ["redemption", "state", "expires_at"]
    )
    Coupon.objects.bulk_create(
        entitlements.new_coupon(row) for row in rows if row.reward.codes == Reward.Codes.GENERATED
    )
    doors = [
        Door(
            row.member, row.reward.door, entitlements.cause_of(row), row.redeemed_at, row.expires_at
        )
        for row in rows
        if row.reward.door
    ]
    accesses.grant_many(doors, actor=actor)


def _count(rows: Sequence[Redemption]) -> None:
    """Take them out of the stock of rewards that have one."""
    gone = Counter(row.reward_id for row in rows if row.reward.stock is not None)
    by_number: dict[int, list[int]] = defaultdict(list)
    for pk, pieces in gone.items():
        by_number[pieces].append(pk)
    for pieces, ids in by_number.items():
        Reward.objects.filter(pk__in=ids).update(stock=F("stock") - pieces)


def withdraw(key: str, *, reason: str, actor: Actor) -> Redemption | None:
    """Take back a present that has not been used; one that has stays, and so does one that was withdrawn.

    The same key again changes nothing. Locks the reward first, so nobody may hold accounts.
    """
    given = Redemption.objects.filter(key=key, cost=0).first()
    if given is None or given.state != State.CONFIRMED:
        return given
    try:
        return redemptions.cancel(given, actor=actor, reason=reason, by_rule=True)
    except (AlreadyUsed, SeatTaken):
        return given
