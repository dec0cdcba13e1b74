"""What a member missed: their own activities, public campaigns, in plain words."""

import pytest
from django.test import Client

from loyalty.campaigns.models import Campaign, ReviewCase
from loyalty.campaigns.operations import review_rules, reviews, standard
from members.models import Activity
from tests.campaigns.conftest import order, take
from tests.conftest import SYSTEM


@pytest.fixture
def campaigns(units):
    return standard.install(actor=SYSTEM)


def page_of(member, pk):
    client = Client()
    client.force_login(member.user)
    return client.get(f"/points/activities/{pk}/")


def test_what_it_brought_and_what_would_have_helped(campaigns, bo):
    """E39: every condition that was lacking, each in words of its own."""
    take(order(bo, "20.00"))
    answer = page_of(bo, Activity.objects.latest("pk").pk)
    assert answer.status_code == 200
    assert [effect.amount for effect in answer.context["effects"]] == [20, 20]
    assert [effect.unit_name for effect in answer.context["effects"]] == ["Points", "Status points"]
    [missed] = answer.context["missed"]
    assert missed.name == "Double points on refills"
    assert missed.lacking == ("the categories bought include refill (it was nothing)",)
    assert b"It would have counted if: the categories bought include refill" in answer.content


def test_what_is_not_public_is_not_named(campaigns, bo):
    Campaign.objects.filter(slug="double-refills").update(is_public=False)
    take(order(bo, "20.00"))
    answer = page_of(bo, Activity.objects.latest("pk").pk)
    assert answer.context["missed"] == []
    assert b"You missed nothing" in answer.content


def test_nobody_reads_what_others_did(campaigns, bo, amara):
    take(order(bo, "20.00"))
    assert page_of(amara, Activity.objects.latest("pk").pk).status_code == 404


def test_a_hundred_campaigns_cost_no_more_queries(campaigns, bo, django_assert_max_num_queries):
    refill = {"field": "order.categories", "op": "has", "value": "x"}
    for number in range(30):
        standard.publish(
            {
                "slug": f"c{number}",
                "name": f"C{number}",
                "triggers": ["order.placed"],
                "conditions": refill,
                "effects": [{"kind": "earn", "unit": "points", "amount": 5}],
            },
            actor=SYSTEM,
        )
    take(order(bo, "20.00"))
    client = Client()
    client.force_login(bo.user)
    with django_assert_max_num_queries(16):
        answer = client.get(f"/points/activities/{Activity.objects.latest('pk').pk}/")
    assert len(answer.context["missed"]) == 31


def test_what_is_looked_at_says_so_and_never_why(campaigns, bo):
    """E64, E39: beside the statement and on its own page, with its date and no reason that would teach how
    to be missed."""
    rule = review_rules.define(
        "often", name="Too often", side="earn", window_hours=1, most_times=0, actor=SYSTEM
    )
    review_rules.activate(rule, actor=SYSTEM)
    take(order(bo, "20.00"))
    [told] = Activity.objects.filter(kind="order.placed")
    client = Client()
    client.force_login(bo.user)
    answer = client.get("/points/")
    assert [each.title for each in answer.context["looks"]] == ["Order placed"]
    page = page_of(bo, told.pk).content
    for content in (answer.content, page):
        assert b"We are looking at this" in content
        assert b"Too often" not in content and b"more than" not in content
    reviews.decline(ReviewCase.objects.get(), reason="A farm", actor=SYSTEM)
    page = page_of(bo, told.pk).content
    assert b"It does not count" in page and b"A farm" not in page
    assert client.get("/points/").context["looks"] == []
