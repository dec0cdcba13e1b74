"""Whose order a number means that is given without saying so: two shops may have given the same."""

from members.errors import OrderAmbiguous
from members.models import Activity, Member
from members.shipped import ORDERS


def sources(member: Member, order_id: str) -> list[str]:
    """Who told an order of this number of the member's, so far; a query, or none."""
    if not order_id:
        return []
    placed = Activity.objects.filter(
        member=member.heir,
        kind__in=ORDERS,
        status=Activity.Status.ACCEPTED,
        payload__order_id=order_id,
    )
    return sorted(set(placed.values_list("source", flat=True)))


def only_source(member: Member, *, order_id: str, named: str = "") -> str:
    """Who is named; else the only one who told such an order so far; empty while there is none, or are
    several."""
    found = [named] if named else sources(member, order_id)
    return found[0] if len(found) == 1 else ""


def source_of(member: Member, *, order_id: str, named: str = "") -> str:
    """The same; raises OrderAmbiguous when there are several."""
    found = [named] if named else sources(member, order_id)
    if len(found) > 1:
        raise OrderAmbiguous(order=order_id)
    return "".join(found)
