"""What friends buy, and whether it stays with them until the return window is over."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet

from loyalty.campaigns.domain import returns as domain
from loyalty.campaigns.models import Referral, ReferralPolicy, ReferralPurchase
from loyalty.campaigns.operations import (
    order_facts,
    referral_facts,
    referral_joins,
    referrals,
)
from loyalty.campaigns.operations.items import Item
from loyalty.campaigns.operations.order_facts import Key
from loyalty.campaigns.operations.sales import Sale, sales_of
from loyalty.campaigns.operations.schemas import ORDERS
from members import clock
from members.domain.actors import Actor
from members.errors import Frozen
from members.models import Activity
from members.operations import accounts, audit, jobs
from members.operations.sweeps import Tally
from members.shipped import RETURNS

State = ReferralPurchase.State
CHUNK = 200
SYSTEM = Actor.system("sweep:referrals")
#: An order told while its buyer's referral was being noted may have been missed; looked for this long.
MISSED = timedelta(hours=1)
LOOK_AGAIN = timedelta(hours=1)

_FIND_MISSED = """
INSERT INTO campaigns_referralpurchase (referral_id, activity_id, due_at, state)
SELECT r.id, a.id, a.occurred_at + make_interval(days => %(days)s), 'waiting'
FROM campaigns_referral r
JOIN members_member m ON m.id = r.friend_id
JOIN members_activity a ON a.member_id = coalesce(m.merged_into_id, m.id)
 AND a.kind = ANY(%(orders)s) AND a.occurred_at >= r.joined_at AND a.status = 'accepted'
JOIN campaigns_evaluation e ON e.activity_id = a.id
WHERE r.noted_at > %(since)s
ON CONFLICT (referral_id, activity_id) DO NOTHING
"""


def note(items: Sequence[Item]) -> None:
    """Remember what friends bought, and have it looked at again when something of it came back. One
    query where nobody among these was brought by anybody."""
    buying = [item for item in items if item.told.kind in ORDERS]
    back = [item for item in items if item.told.kind in RETURNS]
    people = {item.person.member.pk for item in (*buying, *back)}
    if not people:
        return
    brought = Referral.objects.of_friends(people).select_related("friend")
    by_friend: dict[int, list[Referral]] = {}
    for referral in brought.order_by("pk"):
        owner = referral.friend.merged_into_id or referral.friend_id
        by_friend.setdefault(owner, []).append(referral)
    if by_friend:
        _note_bought(buying, by_friend)
        _note_returned(back, by_friend)


def _note_bought(buying: Iterable[Item], by_friend: dict[int, list[Referral]]) -> None:
    lasts = timedelta(days=ReferralPolicy.objects.current().return_days)
    rows = [
        ReferralPurchase(
            referral=referral, activity_id=item.activity_id, due_at=item.told.occurred_at + lasts
        )
        for item in buying
        for referral in by_friend.get(item.person.member.pk, ())
        if item.told.occurred_at >= referral.joined_at
    ]
    ReferralPurchase.objects.bulk_create(rows, ignore_conflicts=True)


def _note_returned(back: Iterable[Item], by_friend: dict[int, list[Referral]]) -> None:
    for item in back:
        if item.person.member.pk in by_friend:
            jobs.enqueue(
                "referral.returned",
                key=f"referral.returned:{item.activity_id}",
                arguments={"member": item.person.member.pk, "order": item.told.order_id},
            )


def look_at_returned(member_id: int, order_id: str, *, actor: Actor) -> None:
    """Take back what counted of purchases under this number of which nothing is left; while an account of
    either side is frozen, it is looked at again later."""
    counted = ReferralPurchase.objects.filter(
        state=State.COUNTED, activity__member=member_id, activity__payload__order_id=order_id
    )
    purchases = list(counted.select_related("activity").order_by("referral_id", "pk"))
    sales = sales_of({_key_of(purchase) for purchase in purchases})
    gone = [purchase for purchase in purchases if _is_gone(sales.get(_key_of(purchase)))]
    try:
        accounts.despite_wrong(lambda: _take_back(gone, actor), actor=actor)
    except Frozen:
        again = clock.now() + LOOK_AGAIN
        jobs.enqueue(
            "referral.returned",
            key=f"referral.returned:{member_id}:{order_id}:{again.isoformat()}",
            arguments={"member": member_id, "order": order_id},
            not_before=again,
        )


def _take_back(gone: Iterable[ReferralPurchase], actor: Actor) -> None:
    for purchase in gone:
        referrals.take_back_purchase(purchase, actor=actor)


def window_ends(since: datetime, until: datetime) -> Tally:
    """Decide the purchases whose return window ended by `until`: they count, unless all of them came
    back. The first that counts approves its referral. What is being looked at, or void, is left alone.

    Also has joins looked at again whose friend has become known.
    """
    referral_joins.look_again(at=until)
    _find_missed(since - MISSED)
    due = _due(until)
    ids = {purchase.referral_id for purchase in due[:CHUNK]}
    locked = {row.pk: row for row in referrals.lock(ids)}
    # Read again under the locks: a person may have decided meanwhile.
    purchases = [row for row in due[:CHUNK] if row.referral_id in locked]
    _decide(purchases, locked, at=until)
    more = len(purchases) == CHUNK
    return Tally(since if more else until, len(purchases), len(purchases), more=more)


def _find_missed(since: datetime) -> None:
    days = ReferralPolicy.objects.current().return_days
    with connection.cursor() as cursor:
        cursor.execute(_FIND_MISSED, {"days": days, "orders": list(ORDERS), "since": since})


def _due(until: datetime) -> QuerySet[ReferralPurchase]:
    standing = (Referral.State.PENDING, Referral.State.APPROVED)
    due = ReferralPurchase.objects.filter(
        state=State.WAITING, due_at__lte=until, referral__state__in=standing
    )
    return due.select_related("activity").order_by("due_at", "activity__occurred_at", "pk")


@transaction.atomic
def _decide(
    purchases: Sequence[ReferralPurchase], locked: dict[int, Referral], *, at: datetime
) -> None:
    sales = sales_of({_key_of(purchase) for purchase in purchases})
    counted, approved = [], []
    for purchase in purchases:
        referral = locked[purchase.referral_id]
        if _is_gone(sales.get(_key_of(purchase))):
            purchase.state = State.PASSED
            continue
        purchase.state = State.COUNTED
        is_first = referral.state == Referral.State.PENDING
        if is_first:
            referral.state, referral.approved_at = Referral.State.APPROVED, at
            referral.order = purchase.activity
            approved.append(referral)
        counted.append((referral, purchase, is_first))
    ReferralPurchase.objects.bulk_update(purchases, ["state"])
    Referral.objects.bulk_update(approved, ["state", "approved_at", "order"])
    audit.record_all(
        approved,
        actor=SYSTEM,
        verb="campaigns.referral.approved",
        after=[{"activity": referral.order_id} for referral in approved],
        reasons=["The return window is over"] * len(approved),
    )
    referral_facts.purchased(counted, actor=SYSTEM)


def _key_of(purchase: ReferralPurchase) -> Key:
    activity: Activity = purchase.activity
    return order_facts.key_of(activity)


def _is_gone(sale: Sale | None) -> bool:
    """Whether nothing is left of it, or nothing was paid for it in money."""
    if sale is None or sale.order.base == 0:
        return True
    left = domain.left_of(sale.order, sale.returned)
    return domain.share_returned(sale.order, left) == 1
