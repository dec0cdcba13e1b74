"""What was told of a source's orders while two memberships were one: it goes home with them."""

from django.db.models import Q

from loyalty.campaigns.operations import order_facts, sales
from loyalty.campaigns.operations.order_facts import Key
from loyalty.campaigns.operations.schemas import ORDERS
from members.models import Activity, Merge
from members.operations import merges
from members.shipped import AFTER_ORDERS

ACTIVITIES = Activity._meta.label_lower


def send_home(made: Merge) -> int:
    """While both are still one, have what was told or has counted since of orders that go back to the source
    be the source's too, so that nothing of them comes back twice; and what names the source and still waits.
    What came over and has counted since for an order that stays, stays with it. How many go."""
    is_new = Q(received_at__gte=made.merged_at) | Q(evaluation__evaluated_at__gte=made.merged_at)
    told = Activity.objects.filter(is_new, member=made.target_id, kind__in=AFTER_ORDERS)
    since = list(told.order_by("pk"))
    if not since:
        return 0
    theirs, over = _going_home(made), set(made.took.get(ACTIVITIES, ()))
    orders = order_facts.read({(made.target_id, str(row.payload["order_id"])) for row in since})
    of = {row.pk: _order_of(row, orders) for row in since}
    home = [
        row.pk
        for row in since
        if row.pk not in over
        and (
            of[row.pk] in theirs
            or (row.subject == made.source.ref and row.status == Activity.Status.PARKED)
        )
    ]
    staying = over.intersection(pk for pk, order in of.items() if order and order not in theirs)
    if staying:
        merges.keep_activities(made, staying)
    return merges.move_activities(made, home)


def _going_home(made: Merge) -> set[Key]:
    """The orders that were the source's."""
    placed = Activity.objects.filter(
        pk__in=made.took.get(ACTIVITIES, ()), member=made.target_id, kind__in=ORDERS
    )
    return {order_facts.key_of(row) for row in placed}


def _order_of(row: Activity, orders: order_facts.Orders) -> Key | None:
    number = row.member_id or 0, str(row.payload["order_id"])
    shop = sales.shop_of(row, orders.shops(number))
    return None if shop is None else (number[0], shop, number[1])
