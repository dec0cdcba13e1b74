"""What was told of one membership's orders under the other's reference."""

import pytest

from members.models import Activity
from tests.campaigns.conftest import act, order, take, work
from tests.campaigns.operations.test_merges import ann, clerk, merge, undo, wrong
from tests.members.operations.test_merges import has

__all__ = ["ann", "clerk"]

pytestmark = pytest.mark.django_db


def test_what_waited_for_the_others_order_counts_once_they_are_one(
    campaigns, points, ann, bo, clerk
):
    """E68, E31: an order told of one membership, its return of the other; undone, it goes with its order."""
    work()
    assert (has(ann, points), has(bo, points)) == (50, 50)  # the welcome
    take(order(ann, "20.00", id="o1"), order(bo, "30.00", id="o2"))
    early = take(
        act("order.returned", bo, id="r1", order_id="o1"),
        act("order.returned", ann, id="r2", order_id="o2"),
        act("order.returned", ann, id="w", order_id="unknown"),
    )
    assert [answer["status"] for answer in early] == ["parked"] * 3
    made = merge(ann, bo, clerk)
    work()
    assert has(bo, points) == 50
    assert dict(
        Activity.objects.filter(kind="order.returned").values_list("external_id", "status")
    ) == {"r1": "accepted", "r2": "accepted", "w": "parked"}
    assert wrong() == []
    undo(made, clerk)
    owners = dict(
        Activity.objects.filter(kind="order.returned").values_list("external_id", "member")
    )
    assert owners == {"r1": ann.pk, "r2": bo.pk, "w": ann.pk}
    assert (has(ann, points), has(bo, points)) == (50, 50)
    again = take(
        act("order.returned", ann, id="r3", order_id="o1"),
        act("order.returned", bo, id="r4", order_id="o2"),
    )
    assert [answer["code"] for answer in again] == ["nothing_left"] * 2
    assert wrong() == []
