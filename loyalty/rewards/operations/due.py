"""What falls due with rewards: reservations nobody confirmed, what hands itself over, old vouchers."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction

from loyalty.rewards.models import Coupon, Redemption, Reward
from loyalty.rewards.operations import coupons, guesses, redemptions, steps
from members.domain.actors import Actor
from members.domain.sentences import kept
from members.models import Hold
from members.operations.sweeps import Tally

CHUNK = 200
State = Redemption.State
#: Counts of wrong codes are kept this long, for people who look.
KEPT = timedelta(days=7)


def reservations(since: datetime, until: datetime) -> Tally:
    """Give up reservations whose hold is over: stock and codes are free again."""
    actor = Actor.system("sweep:reservations")
    over = Redemption.objects.filter(state=State.RESERVED, hold__expires_at__lte=until)
    lost = Redemption.objects.filter(state=State.RESERVED).exclude(hold__state=Hold.State.HELD)
    cancel = partial(redemptions.cancel, actor=actor, reason=kept("Not confirmed in time"))
    return _each((over | lost).order_by("pk")[:CHUNK], cancel, since, until)


def hand_overs(since: datetime, until: datetime) -> Tally:
    """Fulfil what needs nobody's hands, once it can no longer be undone."""
    actor = Actor.system("sweep:hand_overs")
    due = Redemption.objects.filter(
        state=State.CONFIRMED, undo_until__lte=until, reward__kind__in=Reward.BY_ITSELF
    ).exclude(reward__kind=Reward.Kind.DONATION, reward__pool=None)
    rows = due.select_related("reward").order_by("reward__pool", "pk")
    return _each(rows[:CHUNK], partial(redemptions.fulfil, actor=actor), since, until)


def endings(since: datetime, until: datetime) -> Tally:
    """Book the end of coupons, and of vouchers without one, whose time is over."""
    actor = Actor.system("sweep:vouchers")
    guesses.forget(until - KEPT)
    old = Coupon.objects.overdue(until).select_related("redemption")
    tally = _each(
        old.order_by("redemption_id", "pk")[:CHUNK],
        partial(coupons.expire, actor=actor),
        since,
        until,
    )
    bare = Redemption.objects.filter(
        state=State.CONFIRMED, expires_at__lte=until, reward__codes=Reward.Codes.NONE
    ).exclude(reward__kind__in=Reward.BY_ITSELF)
    rest = _each(bare.order_by("pk")[:CHUNK], partial(_expire, actor=actor), since, until)
    more = tally.more or rest.more
    return Tally(since if more else until, tally.due + rest.due, tally.done + rest.done, more=more)


def _expire(redemption: Redemption, *, actor: Actor) -> None:
    redemption = redemptions.lock(redemption)
    if redemption.state == State.CONFIRMED:
        steps.move(redemption, State.EXPIRED, actor=actor)


def _each(rows: Iterable, act: Callable[..., object], since: datetime, until: datetime) -> Tally:
    """Act on every row by itself: what one refuses holds up no other, and is tried again next time."""
    due = done = 0
    for row in rows:
        due += 1
        try:
            with transaction.atomic():
                act(row)
            done += 1
        except ValidationError:
            continue
    more = done >= CHUNK
    return Tally(since if more else until, due, done, more=more)
