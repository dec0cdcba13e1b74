"""What a redemption entitles to: coupons, an open door, money for a pool, or a thing over the counter."""

from collections.abc import Sequence

from django.db import transaction
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
    """Lock so many free coupons, the oldest first. Raises OutOfStock.

    Those that others are just taking are stepped over; when that leaves too few, wait for the others to
    make up their minds, for some of them may yet let go.
    """
    free = Coupon.objects.free(reward.pk)
    while True:
        before = transaction.savepoint()
        taken = list(free.select_for_update(skip_locked=True)[:quantity])
        if len(taken) == quantity:
            transaction.savepoint_commit(before)
            return taken
        # Nobody waits while they keep coupons from others.
        transaction.savepoint_rollback(before)
        left = list(free[:quantity])
        if len(left) < quantity:
            raise OutOfStock(left=len(left)) if left else NoneLeft()
        others = {coupon.pk for coupon in taken}
        _wait_for(next(coupon for coupon in left if coupon.pk not in others))


def _wait_for(coupon: Coupon) -> None:
    """Wait until whoever holds it has made up their mind."""
    before = transaction.savepoint()
    Coupon.objects.filter(pk=coupon.pk).select_for_update().first()
    # PostgreSQL locks what it waited for even where that is no longer free; its owner may want it back.
    transaction.savepoint_rollback(before)


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
        Coupon.objects.bulk_create(new_coupon(redemption) for _ in range(redemption.quantity))
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


def new_coupon(redemption: Redemption) -> Coupon:
    """A fresh coupon for one piece, not yet written."""
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
