"""What orders were paid with, given back with what comes back of them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import Sum

from loyalty.rewards.operations import order_returns
from members.domain.actors import Actor
from members.domain.sentences import kept
from members.models import Entry, Hold, Member
from members.operations import corrections

#: What is said when points that paid may be of several shops' orders.
UNCLEAR = (
    "Several shops told an order of this number, and what was paid with points names none of them."
)


@dataclass(frozen=True, slots=True)
class Refund:
    """That `share` of the value of a member's order, told by a `shop`, has come back in all, and what says
    so. `is_only`: no other shop told an order of that number, so what names nobody is of this one."""

    member: Member
    order_id: str
    shop: str
    share: Fraction
    key: str
    cause: tuple[str, int | None]
    is_only: bool = True

    @property
    def number(self) -> tuple[int, str]:
        """Whose order, under which number."""
        return self.member.pk, self.order_id


def give_back(refunds: Sequence[Refund], *, actor: Actor) -> list[Refund]:
    """Restore, in proportion, the points that orders were paid with; with an order's last part, those
    of the rewards it used. What was captured for no order in particular belongs to none, and what may be
    of several shops' orders to none by a guess: those of which there is such are answered.

    Giving back again gives no more. Two queries where nothing was paid with points.
    """
    unclear: list[Refund] = []
    named = [refund for refund in refunds if refund.order_id]
    if not named:
        return unclear
    holds: dict[tuple[int, str], list[Hold]] = defaultdict(list)
    captured = Hold.objects.filter(
        member__in={refund.member.pk for refund in named},
        reference__in={refund.order_id for refund in named},
        state=Hold.State.CAPTURED,
    )
    for hold in captured.select_related("entry").order_by("pk"):
        holds[hold.member_id, hold.reference].append(hold)
    whole = {refund.number for refund in named if refund.share == 1}
    rewarded = order_returns.rewarded(whole) if whole else set()
    for refund in named:
        for hold in holds[refund.number]:
            if hold.order_source == refund.shop or (not hold.order_source and refund.is_only):
                _restore(hold, refund, actor=actor)
            elif not hold.order_source:
                unclear.append(refund)
        if refund.number in rewarded:
            order_returns.give_back(
                refund.member,
                order_id=refund.order_id,
                shop=refund.shop,
                is_only=refund.is_only,
                actor=actor,
                cause=refund.cause,
            )
    return unclear


def _restore(hold: Hold, refund: Refund, *, actor: Actor) -> None:
    spent = Entry.objects.select_related("debit").get(parent=hold.entry, kind=Entry.Kind.REDEMPTION)
    restored = Entry.objects.filter(reverses=spent).aggregate(sum=Sum("amount"))["sum"] or 0
    back = int(hold.captured * refund.share + Fraction(1, 2)) - restored
    if back > 0:
        corrections.restore(
            spent,
            amount=back,
            key=f"{refund.key}:{hold.pk}",
            reason=kept("Order %(order)s came back: what you paid in points")
            % {"order": refund.order_id},
            actor=actor,
            cause=refund.cause,
        )
