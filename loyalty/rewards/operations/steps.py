"""The moves of redemptions and coupons: each checked against its table, each remembered."""

from loyalty.rewards.errors import IllegalMove
from loyalty.rewards.models import Coupon, Redemption, RedemptionStep
from members import clock
from members.domain.actors import Actor
from members.operations import audit

State = Redemption.State
ENDS = (State.FULFILLED, State.EXPIRED, State.CANCELLED)


def begin(redemption: Redemption, *, actor: Actor) -> None:
    """Remember how a new redemption came about."""
    _remember(redemption, "", actor, "")
    audit.record(
        redemption,
        actor=actor,
        verb=f"rewards.redemption.{redemption.state}",
        after={"reward": redemption.reward.slug, "quantity": redemption.quantity},
    )


def move(redemption: Redemption, to: str, *, actor: Actor, reason: str = "") -> None:
    """Take a locked redemption one step on. Raises IllegalMove."""
    before = State(redemption.state)
    if to not in Redemption.MOVES[before]:
        raise IllegalMove(before=before.label, after=State(to).label)
    redemption.state, redemption.in_review = to, False
    fields = ["state", "in_review"]
    if to in ENDS:
        redemption.ended_at = clock.now()
        fields.append("ended_at")
    redemption.save(update_fields=fields)
    _remember(redemption, before, actor, reason)
    audit.record(redemption, actor=actor, verb=f"rewards.redemption.{to}", reason=reason)


def end(coupon: Coupon, to: str, *, order: tuple[str, str] = ("", "")) -> None:
    """End a locked coupon, used in an order (its number, who tells it) if in any. The table is kept by the
    database as well."""
    if to not in Coupon.MOVES[coupon.state]:
        raise IllegalMove(before=Coupon.State(coupon.state).label, after=Coupon.State(to).label)
    coupon.state, coupon.ended_at = to, clock.now()
    if order[0]:
        coupon.order_id, coupon.order_source = order
    coupon.save(update_fields=["state", "ended_at", "order_id", "order_source"])


def _remember(redemption: Redemption, before: str, actor: Actor, reason: str) -> None:
    RedemptionStep.objects.create(
        redemption=redemption,
        before=before,
        after=redemption.state,
        at=clock.now(),
        actor_kind=actor.kind,
        actor_id=actor.id,
        reason=reason[:300],
    )
