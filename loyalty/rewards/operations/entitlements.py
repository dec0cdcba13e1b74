"""What a redemption entitles to: coupons, an open door, money for a pool, or a thing over the counter."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from events_directory.models import Booking
from events_directory.operations import pools
from loyalty.rewards.domain.codes import new_code
from loyalty.rewards.errors import AlreadyUsed, NoneLeft, OutOfStock, SeatTaken
from loyalty.rewards.models import Coupon, Redemption, Reward
from loyalty.rewards.operations import sealing, steps
from members import clock
from members.domain.actors import Actor
from members.operations import accesses

State = Coupon.State


def take_from_pool(reward: Reward, quantity: int) -> list[Coupon]:
    """Lock so many free coupons, the oldest first. The reward is locked before. Raises OutOfStock.

    Without that lock a coupon could go to somebody else between being found free and being locked, and
    would stay locked by us all the same: whoever then undoes that redemption would wait for us, holding
    the wallet that we may be waiting for.
    """
    taken = list(Coupon.objects.free(reward.pk).select_for_update()[:quantity])
    if len(taken) < quantity:
        raise OutOfStock(left=len(taken)) if taken else NoneLeft()
    return taken


def set_aside(redemption: Redemption, pooled: Sequence[Coupon]) -> None:
    """Keep coupons that nobody has seen for a checkout."""
    for coupon in pooled:
        coupon.redemption, coupon.state = redemption, State.HELD
        coupon.save(update_fields=["redemption", "state"])


def open_for(redemption: Redemption, pooled: Sequence[Coupon], *, actor: Actor) -> None:
    """Give what the redemption entitles to. `pooled` are the coupons that were locked for it."""
    reward = redemption.reward
    for coupon in pooled:
        coupon.redemption, coupon.state = redemption, State.ASSIGNED
        ends = [at for at in (coupon.expires_at, redemption.expires_at) if at is not None]
        coupon.expires_at = min(ends, default=None)
        coupon.save(update_fields=["redemption", "state", "expires_at"])
    if reward.codes == Reward.Codes.GENERATED:
        Coupon.objects.bulk_create(_generated(redemption) for _ in range(redemption.quantity))
    if reward.door:
        accesses.grant(
            redemption.member,
            name=reward.door,
            cause=cause_of(redemption),
            until=redemption.expires_at,
            actor=actor,
        )


def close(redemption: Redemption, *, actor: Actor) -> None:
    """Take back what has not been used. Raises AlreadyUsed or SeatTaken."""
    for coupon in of(redemption):
        if coupon.state == State.BURNT:
            raise AlreadyUsed()
        if coupon.state == State.HELD:
            coupon.redemption, coupon.state = None, State.FREE
            coupon.save(update_fields=["redemption", "state"])
        elif coupon.state == State.ASSIGNED:
            steps.end(coupon, State.VOID)
    if redemption.reward.door:
        event_id = redemption.reward.micro_event_id
        if event_id is not None and _is_seated(redemption, event_id):
            raise SeatTaken()
        close_door(redemption, actor=actor)


def close_door(redemption: Redemption, *, actor: Actor) -> None:
    """End the access that the redemption opened, if it opened one, when the redemption ended."""
    accesses.close(cause_of(redemption), at=redemption.ended_at, actor=actor)


def of(redemption: Redemption) -> list[Coupon]:
    """The redemption's coupons, locked; the redemption is locked before."""
    return list(Coupon.objects.filter(redemption=redemption).select_for_update().order_by("pk"))


def hand_over(redemption: Redemption, *, actor: Actor) -> None:
    """Do what fulfilment does besides being noted: a donation reaches its pool."""
    reward = redemption.reward
    if reward.pool is not None and reward.worth is not None:
        pools.deposit(
            reward.pool,
            amount=reward.worth * redemption.quantity,
            key=cause_of(redemption),
            note=_("Given by a member: %(reward)s") % {"reward": reward.name},
            actor=actor,
        )


def cause_of(redemption: Redemption) -> str:
    """The name under which other rooms know this redemption."""
    return f"redemption:{redemption.pk}"


def _generated(redemption: Redemption) -> Coupon:
    code = new_code()
    return Coupon(
        reward=redemption.reward,
        redemption=redemption,
        digest=sealing.digest(code),
        sealed=sealing.seal(code),
        state=State.ASSIGNED,
        minted_at=clock.now(),
        expires_at=redemption.expires_at,
    )


def _is_seated(redemption: Redemption, event_id: int) -> bool:
    booked = Booking.objects.live().filter(
        member=redemption.member_id, occurrence__micro_event=event_id
    )
    return booked.filter(booked_at__gte=redemption.redeemed_at).exists()
