"""Coupons at the till: is this one good, and using it up.

Whoever asks is a partner (its people, its keys) or the programme itself (`partner_id` None). A code that
does not exist and a code that another partner takes are answered by the same query with the same words.
"""

from django.db import transaction

from loyalty.rewards.errors import (
    CouponExpired,
    CouponUsed,
    CouponVoid,
    UnknownCoupon,
)
from loyalty.rewards.models import Coupon, Redemption
from loyalty.rewards.operations import guesses, sealing, steps
from loyalty.rewards.operations.redemptions import lock
from members import clock
from members.domain.actors import Actor
from members.operations import audit, orders

State = Coupon.State


def check(code: str, *, partner_id: int | None, actor: Actor) -> Coupon:
    """The coupon with this code, whatever its state. Raises UnknownCoupon or TooManyGuesses."""
    with transaction.atomic():
        guesses.admit(actor)
        coupon = _find(code, partner_id)
        if coupon is None:
            guesses.note_miss(actor)
    if coupon is None:
        raise UnknownCoupon()
    return coupon


def burn(
    code: str,
    *,
    partner_id: int | None,
    actor: Actor,
    order_id: str = "",
    order_source: str = "",
) -> Coupon:
    """Use the coupon up, once and for all; its redemption is fulfilled with its last coupon.

    `order_id` is the order it was used in, as `order_source` tells it: when all of that comes back, so do
    the points of this piece.
    Burning again for the same order answers the same. Raises UnknownCoupon, TooManyGuesses,
    CouponUsed, CouponExpired, CouponVoid or OrderAmbiguous.
    """
    with transaction.atomic():
        guesses.admit(actor)
        coupon = _find(code, partner_id)
        if coupon is None:
            guesses.note_miss(actor)
        else:
            coupon = _burn(coupon, order=(order_id, order_source), actor=actor)
    if coupon is None:
        raise UnknownCoupon()
    return coupon


def expire(coupon: Coupon, *, actor: Actor) -> None:
    """Book that a coupon's time is over; with its last one the redemption has expired."""
    redemption, coupon = _locked(coupon)
    if coupon.state == State.ASSIGNED:
        steps.end(coupon, State.EXPIRED)
        _close_if_done(redemption, actor=actor)


def _find(code: str, partner_id: int | None) -> Coupon | None:
    """One look-up by hash, whether the code is unknown, foreign or ours."""
    return (
        Coupon.objects.accepted_by(partner_id)
        .filter(digest__in=sealing.digests(code))
        .select_related("reward", "redemption")
        .first()
    )


def _locked(coupon: Coupon) -> tuple[Redemption, Coupon]:
    assert coupon.redemption is not None  # only coupons that were given out come this far
    redemption = lock(coupon.redemption)
    held = Coupon.objects.select_for_update(of=("self",)).select_related("reward")
    return redemption, held.get(pk=coupon.pk)


def _burn(coupon: Coupon, *, order: tuple[str, str], actor: Actor) -> Coupon:
    redemption, coupon = _locked(coupon)
    if coupon.state == State.BURNT:
        if order[0] and coupon.order_id == order[0] and order[1] in ("", coupon.order_source):
            return coupon
        raise CouponUsed()
    if coupon.state == State.VOID:
        raise CouponVoid()
    if not coupon.is_good(clock.now()):
        raise CouponExpired()
    shop = orders.source_of(redemption.member, order_id=order[0], named=order[1])
    steps.end(coupon, State.BURNT, order=(order[0], shop))
    audit.record(
        coupon, actor=actor, verb="rewards.coupon.burnt", after={"reward": coupon.reward.slug}
    )
    _close_if_done(redemption, actor=actor)
    return coupon


def _close_if_done(redemption: Redemption, *, actor: Actor) -> None:
    """The redemption ends with its last open coupon: used when any was, else expired."""
    states = set(Coupon.objects.filter(redemption=redemption).values_list("state", flat=True))
    if State.ASSIGNED in states or redemption.state != Redemption.State.CONFIRMED:
        return
    was_used = State.BURNT in states
    to = Redemption.State.FULFILLED if was_used else Redemption.State.EXPIRED
    steps.move(redemption, to, actor=actor)
