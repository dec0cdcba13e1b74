"""GET members/{ref}/missed: what a member missed, and why."""

from datetime import timedelta

import pytest

from loyalty.campaigns.models import Campaign
from loyalty.campaigns.operations import standard
from members import clock
from tests.campaigns.conftest import act, order, take
from tests.conftest import SYSTEM
from tests.connectors.conftest import shop_with

pytestmark = pytest.mark.django_db


def test_it_says_what_the_member_reads(shop, bo):
    """E39: each public campaign with what was lacking; what missed nothing is left out."""
    take(order(bo, "20.00"), act("app.opened", bo, id="a"))
    answer = shop.send("GET", "members/bo/missed")
    assert answer.status_code == 200
    [told] = answer.json()["results"]
    assert (told["id"], told["source"], told["type"]) == ("o1", "shop", "order.placed")
    assert shop.send("GET", f"activities/{told['activity']}").json()["id"] == "o1"
    assert told["missed"] == [
        {
            "campaign": "double-refills",
            "name": "Double points on refills",
            "description": Campaign.objects.get(slug="double-refills").description,
            "lacking": ["the categories bought include refill (it was nothing)"],
            "why": "",
        }
    ]


def test_what_is_not_public_is_not_named(shop, bo):
    """E39: and an activity with nothing left to say is not there."""
    Campaign.objects.filter(slug="double-refills").update(is_public=False)
    take(order(bo, "20.00"))
    assert shop.send("GET", "members/bo/missed").json()["results"] == []


def test_since_an_instant_and_page_by_page(shop, bo):
    """E39: newest first, by a cursor; an instant without its zone is refused."""
    now = clock.now()
    take(*(order(bo, "5.00", id=f"n{n}", at=now - timedelta(days=n)) for n in range(5)))
    since = (now - timedelta(days=2, hours=1)).isoformat()
    page = shop.send("GET", f"members/bo/missed?page_size=2&since={since}").json()
    first = [told["id"] for told in page["results"]]
    rest = shop.get(page["next"], headers={"Authorization": f"Bearer {shop.key}"}).json()
    assert sorted(first + [told["id"] for told in rest["results"]]) == ["n0", "n1", "n2"]
    assert (len(first), rest["next"]) == (2, None)
    assert shop.send("GET", "members/bo/missed?since=2026-01-01T00:00:00").status_code == 400


def test_others_and_other_keys_find_nothing(shop, bo, amara):
    """E39: of this member only, with the right scope."""
    take(order(bo, "20.00"))
    assert shop.send("GET", "members/amara/missed").json()["results"] == []
    assert shop.send("GET", "members/nobody/missed").status_code == 404
    assert shop_with("activities:write").send("GET", "members/bo/missed").status_code == 403


def test_a_page_costs_the_same_however_much_was_missed(shop, bo, django_assert_max_num_queries):
    take(order(bo, "20.00"))
    shop.send("GET", "members/bo/missed")
    for number in range(10):
        standard.publish(
            {
                "slug": f"c{number}",
                "name": f"C{number}",
                "triggers": ["order.placed"],
                "conditions": {"field": "order.categories", "op": "has", "value": "x"},
                "effects": [{"kind": "earn", "unit": "points", "amount": 5}],
            },
            actor=SYSTEM,
        )
    take(*(order(bo, "5.00", id=f"n{number}") for number in range(10)))
    with django_assert_max_num_queries(9):
        found = shop.send("GET", "members/bo/missed").json()["results"]
    assert (len(found), len(found[0]["missed"])) == (11, 11)
