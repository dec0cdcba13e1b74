"""Exchanging points for rewards."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from loyalty.rewards.errors import IllegalMove, LimitReached, NotOnOffer, OutOfStock, TooLate
from loyalty.rewards.models import Redemption, Reward
from members import clock
from members.domain.actors import Actor
from members.models import Member
from members.operations import audit, corrections, ledger

UNDO = timedelta(minutes=10)
State = Redemption.State


@transaction.atomic
def redeem(
    member: Member, *, reward: Reward, key: str, actor: Actor, quantity: int = 1
) -> Redemption:
    """Exchange the member's points for `quantity` of a reward.

    The same `key` again returns the first redemption. Locks the reward's stock, then the wallet.
    Raises NotOnOffer, OutOfStock, LimitReached or NotEnough, and then nothing has changed.
    """
    now = clock.now()
    offered = _lock_offer(reward, at=now)
    known = Redemption.objects.filter(key=key).first()
    if known is not None:
        return known
    current = _check_offer(offered, quantity)
    redemption, is_new = Redemption.objects.get_or_create(
        key=key,
        defaults={
            "member": member,
            "reward": current,
            "quantity": quantity,
            "cost": current.cost * quantity,
            "state": State.CONFIRMED,
            "redeemed_at": now,
            "undo_until": now + UNDO,
        },
    )
    if not is_new:
        return redemption
    redemption.entry = ledger.redeem(
        member,
        unit=current.unit,
        amount=redemption.cost,
        key=f"redemption:{redemption.pk}",
        reason=_("Redeemed: %(reward)s") % {"reward": current.name},
        actor=actor,
        cause=("redemption", redemption.pk),
    )
    redemption.save(update_fields=["entry"])
    _check_limit(redemption)
    if current.stock is not None:
        Reward.objects.filter(pk=current.pk).update(stock=F("stock") - quantity)
    audit.record(
        redemption,
        actor=actor,
        verb="rewards.redemption.confirmed",
        after={"reward": current.slug, "quantity": quantity},
    )
    return redemption


def _lock_offer(reward: Reward, *, at: datetime) -> Reward | None:
    """The reward as it is under the lock, for the stock may have gone while we waited for it."""
    offered = Reward.objects.on_offer(at).filter(pk=reward.pk)
    if reward.stock is not None:
        offered = offered.select_for_update(of=("self",))
    return offered.first()


def _check_offer(offered: Reward | None, quantity: int) -> Reward:
    if offered is None or quantity < 1:
        raise NotOnOffer()
    if offered.stock is not None and offered.stock < quantity:
        raise OutOfStock(left=offered.stock)
    return offered


@transaction.atomic
def cancel(
    redemption: Redemption, *, actor: Actor, reason: str = "", at_any_time: bool = False
) -> Redemption:
    """Undo a redemption: its lots get back what they gave, the stock too.

    Members have ten minutes; `at_any_time` is for staff. Raises TooLate or IllegalMove.
    """
    Reward.objects.select_for_update().get(pk=redemption.reward_id)
    redemption = Redemption.objects.select_for_update(of=("self",)).get(pk=redemption.pk)
    if redemption.state == State.CANCELLED:
        return redemption
    if not at_any_time and clock.now() >= redemption.undo_until:
        raise TooLate()
    _move(redemption, State.CANCELLED)
    assert (
        redemption.entry is not None
    )  # every redemption is posted in the transaction that made it
    corrections.restore(
        redemption.entry,
        key=f"redemption:{redemption.pk}:cancelled",
        reason=_("Undone: %(reward)s") % {"reward": redemption.reward.name},
        actor=actor,
    )
    Reward.objects.filter(pk=redemption.reward_id, stock__isnull=False).update(
        stock=F("stock") + redemption.quantity
    )
    audit.record(redemption, actor=actor, verb="rewards.redemption.cancelled", reason=reason)
    return redemption


@transaction.atomic
def fulfil(redemption: Redemption, *, actor: Actor) -> Redemption:
    """Note that the reward was handed over."""
    redemption = Redemption.objects.select_for_update(of=("self",)).get(pk=redemption.pk)
    _move(redemption, State.FULFILLED)
    audit.record(redemption, actor=actor, verb="rewards.redemption.fulfilled")
    return redemption


def _check_limit(redemption: Redemption) -> None:
    """Counted after the wallet is locked, so that two redemptions of one member see each other."""
    limit = redemption.reward.limit_per_member
    if limit is None:
        return
    taken = (
        Redemption.objects.live()
        .filter(member=redemption.member_id, reward=redemption.reward_id)
        .taken()
    )
    if taken > limit:
        raise LimitReached(limit=limit)


def _move(redemption: Redemption, to: str) -> None:
    before = State(redemption.state)
    if to not in Redemption.MOVES[before]:
        raise IllegalMove(before=before.label, after=State(to).label)
    redemption.state, redemption.ended_at = to, clock.now()
    redemption.save(update_fields=["state", "ended_at"])
