"""The gate that redemptions pass: rewards ask, and the rules for looking first answer."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from loyalty.campaigns.domain import reviews as rules
from loyalty.campaigns.domain.reviews import SPEND, Doubt, Watch
from loyalty.campaigns.models import ReviewCase
from loyalty.campaigns.operations import reviews, rulebook
from loyalty.rewards.models import Redemption, Reward
from members import clock
from members.domain.actors import Actor
from members.models import Member
from members.operations import audit


class SpendGate:
    """What `loyalty.rewards.operations.gates` asks of a gate."""

    def doubts(self, member: Member, reward: Reward, cost: int) -> list[dict[str, Any]]:
        """What is doubtful about a redemption that is about to be. Two of one member wait for each
        other here, so that each sees the one before; without a rule for it nothing is locked or asked."""
        watches = [each for each in rulebook.current().watches if each.watches(SPEND, reward.slug)]
        if not watches:
            return []
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtext('laurel.spend'), hashint8(%s))", [member.pk]
            )
        now = clock.now()
        earlier = _earlier(member, now, watches)
        found = [each for watch in watches for each in _ask(watch, earlier, reward, cost, now)]
        return [each.compact() for each in found]

    def caught(self, redemption: Redemption, doubts: list[dict[str, Any]], *, actor: Actor) -> None:
        """Have a person look at it."""
        case = ReviewCase.objects.create(
            redemption=redemption,
            member_id=redemption.member_id,
            reasons=doubts,
            opened_at=clock.now(),
        )
        audit.record(
            case,
            actor=actor,
            verb="campaigns.review_case.opened",
            after={"redemption": redemption.pk, "reasons": doubts},
        )

    def lock(self, redemption: Redemption) -> None:
        """Its case comes before everything that cancelling locks."""
        locked = ReviewCase.objects.select_for_update(no_key=True)
        locked.filter(redemption=redemption).first()

    def ended(self, redemption: Redemption, *, actor: Actor, reason: str) -> None:
        """It was cancelled before anybody decided."""
        reviews.close_cancelled(redemption, actor=actor, reason=reason)


def _earlier(
    member: Member, now: datetime, watches: list[Watch]
) -> list[tuple[datetime, str, str, int]]:
    """The member's redemptions that still count, the newest first: when, what, in which unit, for how
    much. As far back as any of these looks."""
    rows = Redemption.objects.live().filter(member=member, redeemed_at__lte=now)
    windows = [watch.window for watch in watches if watch.window is not None]
    found = rows.order_by("-redeemed_at", "-pk").values_list(
        "redeemed_at", "reward__slug", "reward__unit__code", "cost", "pk"
    )
    recent = found.filter(redeemed_at__gt=now - max(windows, default=timedelta(0)))
    last = [watch.last for watch in watches if watch.factor is not None]
    return list(
        {row[-1]: row[:-1] for row in (*recent, *(found[: max(last)] if last else ()))}.values()
    )


def _ask(
    watch: Watch,
    earlier: list[tuple[datetime, str, str, int]],
    reward: Reward,
    cost: int,
    now: datetime,
) -> list[Doubt]:
    alike = sorted((row for row in earlier if watch.watches(SPEND, row[1])), reverse=True)
    window = watch.window or timedelta(0)
    lately = [row for row in alike if row[0] > now - window]
    spent = sum(units for _, _, unit, units in lately if unit == watch.unit)
    own = cost if reward.unit.code == watch.unit else 0
    usual = [Decimal(units) for _, _, unit, units in alike if unit == reward.unit.code]
    found = (
        rules.too_many(watch, [row[0] for row in lately], now),
        rules.too_much(watch, spent + own) if own else None,
        rules.unusual(watch, Decimal(cost), usual),
    )
    return [each for each in found if each is not None]
