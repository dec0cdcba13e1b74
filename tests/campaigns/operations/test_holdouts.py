"""Holdouts: a stable share of members whom a campaign leaves out, and who met it in which arm."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from loyalty.campaigns.domain.holdout import bucket, is_held_out
from loyalty.campaigns.models import Evaluation, Exposure
from loyalty.campaigns.operations import groups, intake, standard
from members.operations import members
from tests.campaigns.conftest import order, points_of, take
from tests.conftest import SYSTEM


def held(percent=50, **fields):
    given = {
        "slug": "held",
        "name": "Held",
        "triggers": ["order.placed"],
        "effects": [{"kind": "earn", "unit": "points", "amount": 10}],
        "holdout_percent": percent,
    }
    return standard.publish(given | fields, actor=SYSTEM)


@pytest.fixture
def crowd(points):
    return [members.enrol(f"m{number}", actor=SYSTEM) for number in range(20)]


@given(campaign=st.integers(1, 10**9), member=st.integers(1, 10**12))
def test_a_bucket_is_always_the_same_and_one_of_ten_thousand(campaign, member):
    assert bucket(campaign, member) == bucket(campaign, member)
    assert 0 <= bucket(campaign, member) < 10_000


def test_these_are_the_buckets():
    """I8: written down, so that no machine, version or order can change who is left out."""
    assert [bucket(campaign, member) for campaign, member in ((1, 1), (1, 2), (2, 1))] == [
        6892,
        2192,
        5641,
    ]


def test_the_database_knows_the_same_buckets(db):
    pairs = [(campaign, member) for campaign in (1, 7, 2**40) for member in range(1, 500, 7)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT holdout_bucket(c, m) FROM unnest(%s::bigint[], %s::bigint[])"
            " WITH ORDINALITY AS t(c, m, place) ORDER BY place",
            [[c for c, _ in pairs], [m for _, m in pairs]],
        )
        assert [row[0] for row in cursor.fetchall()] == [bucket(c, m) for c, m in pairs]


def test_who_is_left_out_of_less_is_left_out_of_more():
    out = [{m for m in range(1, 2_000) if is_held_out(3, m, percent)} for percent in (0, 5, 10, 50)]
    assert out[0] == set() and out[1] < out[2] < out[3]
    assert [len(some) for some in out[1:]] == [90, 185, 996]


def test_those_held_out_earn_nothing_and_both_arms_are_remembered(crowd):
    """I8: the first time the campaign would have given something, for each member once, in both arms."""
    campaign = held(limit={"times": 1, "per": "life"})
    for number in range(2):
        take(*[order(member, "5.00", id=f"{number}-{member.ref}") for member in crowd])
    out = {member.pk for member in crowd if is_held_out(campaign.pk, member.pk, 50)}
    assert 0 < len(out) < len(crowd)
    arms = dict(Exposure.objects.values_list("member_id", "arm"))
    assert arms == {m.pk: "held_out" if m.pk in out else "treated" for m in crowd}
    assert set(Exposure.objects.values_list("member_id", "bucket")) == {
        (member.pk, bucket(campaign.pk, member.pk)) for member in crowd
    }
    paid = {e.activity.member_id for e in campaign.effects.select_related("activity")}
    assert paid == {member.pk for member in crowd} - out


def test_the_member_reads_nothing_odd_and_staff_read_what_it_was(crowd):
    """I8, E38: neutral words in the answer; the code in the trace."""
    campaign = held()
    out = next(member for member in crowd if is_held_out(campaign.pk, member.pk, 50))
    [answer] = take(order(out, "5.00"))
    assert (answer["status"], answer["effects"]) == ("accepted", [])
    assert answer["not_earned"] == [
        {"campaign": "held", "why": "It was not among your campaigns this time"}
    ]
    assert Evaluation.objects.get().trace[0]["code"] == "holdout"


def test_who_is_held_out_may_be_paid_by_another_of_the_group(crowd):
    """E35, I8: the world without the campaign, not without all of them."""
    sale = groups.define("Sale", slug="sale", mode="best", actor=SYSTEM)
    better = held(group=sale)
    held(0, slug="small", name="Small", group=sale,
         effects=[{"kind": "earn", "unit": "points", "amount": 1}])  # fmt: skip
    for answer, member in zip(
        take(*[order(member, "5.00", id=member.ref) for member in crowd]), crowd, strict=True
    ):
        out = is_held_out(better.pk, member.pk, 50)
        assert [slug for slug, *_ in points_of(answer)] == (["small"] if out else ["held"])


def test_where_nothing_would_have_come_nobody_is_exposed(crowd):
    held(conditions={"field": "order.base", "op": "at_least", "value": "50.00"})
    take(order(crowd[0], "5.00"))
    intake.preview([order(crowd[1], "60.00", id="p")], actor=SYSTEM)
    assert not Exposure.objects.exists()
