"""Exchanging points for rewards.

Everybody locks in one order: what a gate has about it, the reward (when it counts its stock), coupons that
are free, the gates, the member's household, holds, balances, the redemption, its own coupons.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from events_directory.operations import pools
from loyalty.rewards.domain.eligibility import last_instant
from loyalty.rewards.errors import (
    AlreadyUsed,
    CouponStillOut,
    InReview,
    SegmentNeeded,
    TooLate,
)
from loyalty.rewards.models import Coupon, Redemption, Reward
from loyalty.rewards.operations import entitlements, gates, standings
from loyalty.rewards.operations.steps import begin, move
from members import clock
from members.domain.actors import Actor
from members.domain.calendar import local_date
from members.domain.sentences import kept
from members.models import Entry, Member
from members.operations import corrections, credentials, holds, ledger, orders, purses, relations

UNDO = timedelta(minutes=10)
State = Redemption.State


@transaction.atomic
def redeem(
    member: Member,
    *,
    reward: Reward,
    key: str,
    actor: Actor,
    quantity: int = 1,
    order_id: str = "",
    order_source: str = "",
    from_household: bool = False,
) -> Redemption:
    """Exchange the member's points for `quantity` of a reward.

    The same `key` again returns the first redemption. `order_id` is the order it is used in, as
    `order_source` tells it: when all of that comes back, so do the points. `from_household` takes what the
    member lacks out of the purse of their household, in the same transaction. Raises what
    `standings.obstacle_for` answers (NotOnOffer, TierNeeded, OutOfStock, LimitReached, NotEnough, …),
    CoolingOff, AboveHouseholdLimit or OrderAmbiguous, and then nothing has changed.
    """
    current = _lock_offer(reward)
    known = Redemption.objects.filter(key=key).first()
    if known is not None:
        return known
    credentials.refuse_waiting(member, actor=actor)
    pooled = _check(member, current, quantity, from_household=from_household)
    order = {"order_id": order_id, "order_source": order_source}
    asked: dict[str, Any] = {"quantity": quantity, **order}
    caught = gates.ask(member, current, cost=current.cost * quantity)
    if caught:
        lacking = current.cost * quantity if from_household else 0
        return _set_aside(
            member, current, key, pooled, caught=caught, lacking=lacking, actor=actor, **asked
        )
    redemption, is_new = _create(member, current, key, state=State.CONFIRMED, **asked)
    if not is_new:
        return redemption
    if from_household:
        purses.draw_missing(
            member,
            unit=current.unit,
            amount=redemption.cost,
            key=draw_key(redemption),
            actor=actor,
        )
    redemption.entry = ledger.redeem(
        member,
        unit=current.unit,
        amount=redemption.cost,
        key=f"redemption:{redemption.pk}",
        reason=kept("Redeemed: %(reward)s") % {"reward": current.name},
        actor=actor,
        cause=("redemption", redemption.pk),
    )
    redemption.save(update_fields=["entry"])
    _settle(redemption, pooled, actor=actor)
    return redemption


@transaction.atomic
def reserve(
    member: Member,
    *,
    reward: Reward,
    key: str,
    actor: Actor,
    quantity: int = 1,
    order_id: str = "",
    order_source: str = "",
    lasts: timedelta = holds.USUAL,
) -> Redemption:
    """Set a reward and its points aside for `lasts`, while a checkout goes on.

    What it entitles to is given at `confirm`. Same key and refusals as `redeem`. What a gate catches
    waits for whoever stands there, and only they confirm it.
    """
    current = _lock_offer(reward)
    known = Redemption.objects.filter(key=key).first()
    if known is not None:
        return known
    credentials.refuse_waiting(member, actor=actor)
    pooled = _check(member, current, quantity)
    asked: dict[str, Any] = {"quantity": quantity}
    asked |= {"order_id": order_id, "order_source": order_source}
    caught = gates.ask(member, current, cost=current.cost * quantity)
    return _set_aside(
        member, current, key, pooled, caught=caught, lasts=lasts, actor=actor, **asked
    )


@transaction.atomic
def confirm(redemption: Redemption, *, actor: Actor, is_reviewed: bool = False) -> Redemption:
    """Spend the points that were set aside and give what they were for.

    Confirming again returns the redemption as it is. Raises HoldEnded when its time is over, and InReview
    while it waits at a gate, unless whoever stands there says that it `is_reviewed`.
    """
    current = Redemption.objects.select_related("hold", "reward").get(pk=redemption.pk)
    if current.hold is None or current.state != State.RESERVED:
        return current
    if current.in_review and not is_reviewed:
        raise InReview()
    hold = holds.capture(
        current.hold,
        actor=actor,
        reason=kept("Redeemed: %(reward)s") % {"reward": current.reward.name},
    )
    redemption = lock(current)
    if redemption.state != State.RESERVED:
        return redemption
    redemption.entry = Entry.objects.get(parent=hold.entry_id, kind=Entry.Kind.REDEMPTION)
    redemption.undo_until = clock.now() + UNDO
    redemption.expires_at = _good_until(redemption.member, redemption.reward)
    move(redemption, State.CONFIRMED, actor=actor)
    redemption.save(update_fields=["entry", "undo_until", "expires_at"])
    entitlements.open_for(redemption, entitlements.of(redemption), actor=actor)
    return redemption


@transaction.atomic
def cancel(
    redemption: Redemption,
    *,
    actor: Actor,
    reason: str = "",
    at_any_time: bool = False,
    by_rule: bool = False,
) -> Redemption:
    """Undo a redemption: its lots get back what they gave, the stock too; its codes are void. What
    had been drawn from the household for it goes back there, while the household lasts.

    Members have ten minutes; `at_any_time` is for staff, and not for themselves or their household;
    `by_rule` for what a rule gave and takes back.
    Raises TooLate, AlreadyUsed, SeatTaken, IllegalMove, NotForOneself or NotForHousehold.
    """
    found = Redemption.objects.select_related("hold", "reward__unit", "member")
    current = found.get(pk=redemption.pk)
    if at_any_time and not by_rule:
        relations.refuse_near(actor, current.member)
    if current.in_review:
        gates.lock(current)
        current = found.get(pk=redemption.pk)  # it may have been confirmed while we waited
    Reward.objects.filter(pk=current.reward_id, stock__isnull=False).select_for_update().first()
    drawn = purses.lock_draw(draw_key(current))
    if current.hold is not None and current.state == State.RESERVED:
        holds.release(current.hold, actor=actor, reason=reason)
    else:
        lock_wallet(current)
    redemption = lock(current)
    if redemption.state == State.CANCELLED:
        return redemption
    _check_cancel(redemption, at_any_time=at_any_time or by_rule)
    if redemption.in_review:
        gates.end(redemption, actor=actor, reason=reason)
    move(redemption, State.CANCELLED, actor=actor, reason=reason)
    entitlements.close(redemption, actor=actor)
    if redemption.entry is not None:
        corrections.restore(
            redemption.entry,
            key=f"redemption:{redemption.pk}:cancelled",
            reason=kept("Undone: %(reward)s") % {"reward": redemption.reward.name},
            actor=actor,
        )
    if drawn is not None:
        purses.give_back(drawn, actor=actor)
    Reward.objects.filter(pk=redemption.reward_id, stock__isnull=False).update(
        stock=F("stock") + redemption.quantity
    )
    return redemption


def _check_cancel(redemption: Redemption, *, at_any_time: bool) -> None:
    if redemption.state == State.RESERVED:
        return
    if not at_any_time and clock.now() >= redemption.undo_until:
        raise TooLate()
    if redemption.state == State.FULFILLED:  # only an order that comes back ends it now
        raise AlreadyUsed()


@transaction.atomic
def fulfil(redemption: Redemption, *, actor: Actor) -> Redemption:
    """Note that the reward was handed over; a donation reaches its pool. Raises CouponStillOut."""
    if redemption.reward.pool_id is not None:
        pools.lock(redemption.reward.pool_id)
    redemption = lock(redemption)
    if redemption.reward.has_codes:
        raise CouponStillOut()
    move(redemption, State.FULFILLED, actor=actor)
    entitlements.hand_over(redemption, actor=actor)
    return redemption


def lock(redemption: Redemption) -> Redemption:
    """The redemption as it is under its lock."""
    return (
        Redemption.objects.select_for_update(of=("self",))
        .select_related("member", "entry", "reward__unit", "reward__pool", "reward__micro_event")
        .get(pk=redemption.pk)
    )


def lock_wallet(redemption: Redemption) -> None:
    """Balances come before redemptions in the order of locks. While we waited for one, a merge may have
    handed the redemption over: then the other member's is locked."""
    owners = Member.objects.filter(redemptions=redemption.pk)
    owner = None
    while (now := owners.get()) != owner:
        owner = now
        ledger.lock(ledger.wallet(owner, redemption.reward.unit).pk)


def _lock_offer(reward: Reward) -> Reward:
    """The reward as it is under the lock, for the stock may have gone while we waited for it."""
    rows = Reward.objects.filter(pk=reward.pk)
    if reward.stock is not None:
        rows.select_for_update().first()
    return rows.with_terms().get()


def draw_key(redemption: Redemption) -> str:
    """Under which the household's part of it was drawn; what was set aside had it drawn before it was
    written."""
    if redemption.hold_id is not None:
        return f"redemption:{_digest(redemption.key)}"
    return f"redemption:{redemption.pk}"


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _set_aside(
    member: Member,
    reward: Reward,
    key: str,
    pooled: list[Coupon],
    *,
    caught: Sequence[tuple[gates.Gate, gates.Doubts]],
    actor: Actor,
    quantity: int,
    lacking: int = 0,
    lasts: timedelta = gates.PATIENCE,
    **order: str,
) -> Redemption:
    """Hold the points for it, with what the household adds to have `lacking` of them, and tell the gates
    that caught it."""
    name = f"redemption:{_digest(key)}"
    if lacking:
        purses.draw_missing(member, unit=reward.unit, amount=lacking, key=name, actor=actor)
    hold = holds.place(
        member,
        unit=reward.unit,
        amount=reward.cost * quantity,
        key=name,
        lasts=gates.PATIENCE if caught else lasts,
        actor=actor,
    )
    asked: dict[str, Any] = {"quantity": quantity, "hold": hold, **order}
    asked["in_review"] = bool(caught)
    redemption, is_new = _create(member, reward, key, state=State.RESERVED, **asked)
    if is_new:
        _settle(redemption, pooled, actor=actor)
        gates.catch(redemption, caught, actor=actor)
    return redemption


def _check(
    member: Member, reward: Reward, quantity: int, *, from_household: bool = False
) -> list[Coupon]:
    """Refuse what cannot be before anything is written; answers the coupons locked for it."""
    standing = standings.standings(member, [reward], with_household=from_household)[reward.pk]
    refusal = standings.obstacle_for(member, reward, quantity=quantity, standing=standing)
    if refusal is not None:
        raise refusal
    if reward.codes != Reward.Codes.POOL:
        return []
    return entitlements.take_from_pool(reward, quantity)


def _create(
    member: Member, reward: Reward, key: str, *, quantity: int, state: str, **fields: Any
) -> tuple[Redemption, bool]:
    now = clock.now()
    is_confirmed = state == State.CONFIRMED
    number, named = fields["order_id"], fields["order_source"]
    fields["order_source"] = orders.source_of(member, order_id=number, named=named)
    return Redemption.objects.get_or_create(
        key=key,
        defaults={
            "member": member,
            "reward": reward,
            "quantity": quantity,
            "cost": reward.cost * quantity,
            "state": state,
            "redeemed_at": now,
            "undo_until": now + UNDO if is_confirmed else now,
            "expires_at": _good_until(member, reward) if is_confirmed else None,
            **fields,
        },
    )


def _settle(redemption: Redemption, pooled: Sequence[Coupon], *, actor: Actor) -> None:
    """With the wallet locked: count the limit, take the stock, give what it is for."""
    reward = redemption.reward
    _check_limit(redemption)
    _check_segments(redemption)
    if reward.stock is not None:
        Reward.objects.filter(pk=reward.pk).update(stock=F("stock") - redemption.quantity)
    begin(redemption, actor=actor)
    if redemption.state == State.CONFIRMED:
        entitlements.open_for(redemption, pooled, actor=actor)
    else:
        entitlements.set_aside(redemption, pooled)


def _check_limit(redemption: Redemption) -> None:
    """Counted after the wallet is locked, so that two redemptions of one member see each other."""
    reward = redemption.reward
    if reward.limit_per_member is None:
        return
    taken = standings.pieces_taken(redemption.member, [reward])
    if taken.get(reward.pk, 0) > reward.limit_per_member:
        raise standings.limit_reached(reward)


def _check_segments(redemption: Redemption) -> None:
    """Asked once more with the wallet locked: what a member does counts under the same lock, so an
    order or a return that was just being told is seen."""
    segments = frozenset(redemption.reward.segment_ids)  # type: ignore[attr-defined] # annotated
    missing = standings.missing_for(redemption.member, segments)
    if segments and all(missing.values()):
        raise SegmentNeeded(missing=min(missing.values(), key=len))


def _good_until(member: Member, reward: Reward) -> datetime | None:
    if reward.good_for_days is None:
        return None
    today = local_date(clock.now(), member.time_zone)
    return last_instant(days=reward.good_for_days, today=today, zone=member.time_zone)


def hand_over(source: Member, target: Member) -> list[int]:
    """Have what `source` exchanged be `target`'s, who is the same person; answers which."""
    own = Redemption.objects.filter(member=source).order_by("pk")
    ids = list(own.values_list("pk", flat=True))
    Redemption.objects.filter(pk__in=ids).update(member=target)
    return ids


def hand_back(source: Member, target: Member, ids: Sequence[int]) -> None:
    """Have what `hand_over` moved be `source`'s again."""
    Redemption.objects.filter(pk__in=ids, member=target).update(member=source)
