"""Support reads how far an order is, and what was told of it; so does the API."""

import pytest

from loyalty.campaigns.operations import standard
from members.models import Activity
from tests.campaigns.conftest import act, order, take
from tests.conftest import SYSTEM
from tests.connectors.conftest import shop_with
from tests.staff.conftest import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(bo):
    """Placed, sent out, then said to be cancelled, which cannot be."""
    standard.install(actor=SYSTEM)
    take(order(bo, "10.00"), act("order.fulfilled", bo, id="f", order_id="o1"))
    take(act("order.cancelled", bo, id="c", order_id="o1"))
    return {row.external_id: row for row in Activity.objects.filter(member=bo, source="shop")}


def test_a_member_page_shows_the_orders_and_how_far_they_are(told, bo, ira):
    """US3, E47: the state, and each thing told with whether it counts."""
    page = client_of(ira).get(f"/admin/members/member/{bo.pk}/change/")
    [found] = page.context["all_round"].orders
    assert (found.standing.order_id, str(found.state)) == ("o1", "sent out")
    assert [(each.kind, each.status) for each in found.told] == [
        ("order.fulfilled", "accepted"),
        ("order.cancelled", "quarantined"),
    ]


def test_any_number_of_orders_costs_the_same(told, bo, ira, django_assert_num_queries):
    client, address = client_of(ira), f"/admin/members/member/{bo.pk}/change/"
    client.get(address)
    with django_assert_num_queries(38):
        client.get(address)
    take(*(order(bo, "5.00", id=f"n{number}") for number in range(6)))
    with django_assert_num_queries(38):
        assert len(client.get(address).context["all_round"].orders) == 7


@pytest.mark.parametrize("of", ["o1", "f", "c"])
def test_an_activity_says_how_far_its_order_is(told, ira, of):
    """E38, E47: in the console and over the API, whichever of them is asked."""
    page = client_of(ira).get(f"/admin/members/activity/{told[of].pk}/change/")
    assert "o1: sent out" in page.content.decode()
    answer = shop_with("activities:write").send("GET", f"activities/{told[of].pk}").json()
    assert answer["order"] == {"order_id": "o1", "source": "shop", "state": "fulfilled"}


def test_what_speaks_of_no_order_says_so(bo, told):
    take(act("app.opened", bo, id="a"))
    pk = Activity.objects.get(external_id="a").pk
    assert shop_with("activities:write").send("GET", f"activities/{pk}").json()["order"] is None
