"""Orders that come back and had used a reward: their last part voids it and restores its points."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import F, Q

from loyalty.rewards.models import Coupon, Redemption
from loyalty.rewards.operations import entitlements, steps
from loyalty.rewards.operations.redemptions import draw_key, lock, lock_wallet
from members.domain.actors import Actor
from members.domain.sentences import kept
from members.models import HouseholdMove, Member
from members.operations import corrections, jobs, purses

State = Redemption.State
STANDING = (State.CONFIRMED, State.FULFILLED)


def rewarded(numbers: Collection[tuple[int, str]]) -> set[tuple[int, str]]:
    """Those of these orders (whose, which) that had used a reward which can still go back."""
    order_ids = {order_id for _member, order_id in numbers}
    standing = Redemption.objects.filter(
        Q(order_id__in=order_ids) | Q(coupons__order_id__in=order_ids),
        member__in={member_id for member_id, _order in numbers},
        state__in=STANDING,
        reward__pool=None,
    )
    return {
        (member_id, order_id)
        for member_id, *named in standing.values_list("member", "order_id", "coupons__order_id")
        for order_id in named
    } & set(numbers)


@transaction.atomic
def give_back(
    member: Member,
    *,
    order_id: str,
    shop: str = "",
    is_only: bool = True,
    actor: Actor,
    cause: tuple[str, int | None],
) -> list[Redemption]:
    """Void what `order_id`, told by `shop`, had used, now that all of it came back; answers the
    redemptions it changed. What names no shop is of it where it `is_only` one of that number.

    A redemption made for the order goes as a whole; of several coupons, the pieces used in the order.
    Money that was donated stays given. Stock does not grow: what was used is not there again. The
    same order again changes nothing.
    """
    if not order_id:
        return []
    shops = frozenset({shop, ""} if is_only else {shop})
    named = Redemption.objects.filter(
        Q(order_id=order_id, order_source__in=shops)
        | Q(coupons__order_id=order_id, coupons__order_source__in=shops),
        member=member,
        state__in=STANDING,
        reward__pool=None,
    ).select_related("member", "reward__unit")
    changed = []
    for redemption in named.distinct().order_by("pk"):
        lock_wallet(redemption)
        changed += _void(lock(redemption), (order_id, shops), actor=actor, cause=cause)
    return changed


def _void(
    redemption: Redemption,
    order: tuple[str, frozenset[str]],
    *,
    actor: Actor,
    cause: tuple[str, int | None],
) -> list[Redemption]:
    is_whole = _is_of(redemption, order)
    coupons = [
        coupon
        for coupon in entitlements.of(redemption)
        if (is_whole and coupon.state == Coupon.State.ASSIGNED)
        or (coupon.state == Coupon.State.BURNT and (is_whole or _is_of(coupon, order)))
    ]
    left = redemption.quantity - redemption.returned
    pieces = left if is_whole else min(len(coupons), left)
    if redemption.state not in STANDING or redemption.entry is None or not pieces:
        return []
    for coupon in coupons:
        steps.end(coupon, Coupon.State.VOID)
    corrections.restore(
        redemption.entry,
        amount=redemption.unit_cost * pieces,
        key=f"redemption:{redemption.pk}:order:{redemption.returned}",
        reason=kept("Order %(order)s came back: %(reward)s")
        % {"order": order[0], "reward": redemption.reward.name},
        actor=actor,
        cause=cause,
    )
    Redemption.objects.filter(pk=redemption.pk).update(returned=F("returned") + pieces)
    redemption.returned += pieces
    if redemption.returned == redemption.quantity:
        reason = kept("Order %(order)s came back") % {"order": order[0]}
        steps.move(redemption, State.CANCELLED, actor=actor, reason=reason)
        entitlements.close_door(redemption, actor=actor)
        if HouseholdMove.objects.filter(key=draw_key(redemption), undone_at=None).exists():
            jobs.enqueue(
                "redemption.purse_back",
                key=f"redemption.purse_back:{redemption.pk}",
                arguments={"redemption": redemption.pk},
            )
    return [redemption]


def _is_of(used: Redemption | Coupon, order: tuple[str, frozenset[str]]) -> bool:
    """Whether it was used in this order: its number, and who may tell it."""
    number, shops = order
    return used.order_id == number and used.order_source in shops


@transaction.atomic
def give_purse_back(redemption_id: int, *, actor: Actor) -> None:
    """Give the household what it had paid of a redemption that an order's return undid, while it lasts
    and nobody has used it. A household is locked before any balance, so this comes after the return."""
    redemption = Redemption.objects.get(pk=redemption_id)
    drawn = purses.lock_draw(draw_key(redemption))
    if drawn is not None and redemption.state == State.CANCELLED:
        purses.give_back(drawn, actor=actor)
