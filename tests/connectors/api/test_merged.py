"""The API after two members were merged: the old reference leads to the one who stays."""

import pytest

from loyalty.campaigns.operations import merges
from members.models import Member
from members.operations import households, members
from tests.conftest import SYSTEM, person
from tests.connectors.api.test_activities import event

pytestmark = pytest.mark.django_db


@pytest.fixture
def merged(shop, bo):
    """`ann` had 29 points and is `bo` now."""
    ann = members.enrol("ann", actor=SYSTEM)
    shop.send("POST", "activities", event(id="A-1", subject="ann"))
    clerk = person("clerk@example.test", is_staff=True)
    return merges.merge(ann, bo, reason="One person", key="m", by=clerk)


def test_reading_by_the_old_reference_answers_the_one_who_stays(shop, merged):
    """E68: with the reference that counts from now on."""
    assert shop.send("GET", "members/ann").json()["member"] == "bo"
    body = shop.send("GET", "members/ann/balances").json()
    assert body["member"] == "bo"
    assert body == shop.send("GET", "members/bo/balances").json() | {"as_of": body["as_of"]}
    [points, _] = body["balances"]
    assert (points["unit"], points["available"]) == ("points", 29)
    assert shop.send("GET", "members/ann/entries").status_code == 200


def test_writing_by_the_old_reference_writes_the_one_who_stays(shop, merged, bo):
    """E68: nobody is enrolled a second time."""
    answer = shop.send("PUT", "members/ann", {"given_name": "Bobby"})
    assert (answer.status_code, answer.json()["member"]) == (200, "bo")
    bo.refresh_from_db()
    assert (bo.given_name, Member.objects.count()) == ("Bobby", 2)


def test_telling_for_the_old_reference_counts_for_the_one_who_stays(shop, merged):
    """E68: a new activity, and a retry of one that was told before."""
    again = shop.send("POST", "activities", event(id="A-1", subject="ann")).json()
    assert again["status"] == "duplicate"
    fresh = event(id="A-2", subject="ann", data=event()["data"] | {"order_id": "A-2"})
    assert shop.send("POST", "activities", fresh).json()["status"] == "accepted"
    [points, _] = shop.send("GET", "members/bo/balances").json()["balances"]
    assert points["available"] == 58


def test_holding_points_by_the_old_reference(shop, merged):
    answer = shop.send(
        "POST",
        "holds",
        {"member": "ann", "unit": "points", "amount": 20},
        **{"Idempotency-Key": "h-1"},
    )
    assert answer.status_code in (200, 201), answer.content
    [points, _] = shop.send("GET", "members/bo/balances").json()["balances"]
    assert (points["available"], points["held"]) == (9, 20)


def test_the_household_of_the_old_reference_is_that_of_the_one_who_stays(shop, merged, bo):
    """E11, E68: to be read, and to put points into and take them out of."""
    home = households.open(bo, name="Lindenweg 3", actor=SYSTEM)
    assert shop.send("GET", "members/ann/household").json()["id"] == home.pk
    for verb, amount in (("contributions", 20), ("draws", 5)):
        made = shop.send(
            "POST", f"members/ann/household/{verb}", {"unit": "points", "amount": amount}
        )
        assert (made.status_code, made.json()["member"]) == (201, "bo")
    [purse] = shop.send("GET", "members/bo/household").json()["balances"]
    assert purse["available"] == 15
