"""What an order was paid with, given back with what comes back of it."""

from fractions import Fraction

from django.db.models import Sum
from django.utils.translation import gettext as _

from loyalty.rewards.operations import order_returns
from members.domain.actors import Actor
from members.models import Entry, Hold, Member
from members.operations import corrections


def give_back(
    member: Member,
    *,
    order_id: str,
    share: Fraction,
    key: str,
    actor: Actor,
    cause: tuple[str, int | None],
) -> None:
    """Restore, in proportion, the points that the order was paid with; with its last part, those of
    the rewards it used. What was captured for no order in particular belongs to none.

    `share` is how much of the order's value has come back in all. Giving back again gives no more.
    """
    if not order_id:
        return
    captured = Hold.objects.filter(
        member=member, reference=order_id, state=Hold.State.CAPTURED
    ).select_related("entry")
    for hold in captured.order_by("pk"):
        spent = (
            Entry.objects.filter(parent=hold.entry, kind=Entry.Kind.REDEMPTION)
            .select_related("parent__debit__member", "parent__debit__unit", "debit")
            .get()
        )
        restored = Entry.objects.filter(reverses=spent).aggregate(sum=Sum("amount"))["sum"] or 0
        back = int(hold.captured * share + Fraction(1, 2)) - restored
        if back > 0:
            corrections.restore(
                spent,
                amount=back,
                key=f"{key}:{hold.pk}",
                reason=_("Order %(order)s came back: what you paid in points")
                % {"order": order_id},
                actor=actor,
                cause=cause,
            )
    if share == 1:
        order_returns.give_back(member, order_id=order_id, actor=actor, cause=cause)
