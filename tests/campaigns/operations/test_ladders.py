"""Tiers through the door: further ladders in conditions, and returns in any order of arrival."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from loyalty.campaigns.operations import rulebook, standard
from members import clock
from members.models import Member, TierPeriod, Unit
from members.operations import programme
from tests.campaigns.conftest import act, order, take
from tests.conftest import SYSTEM, member_of, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.fixture
def garden(units) -> Unit:
    """Leaves for refills; five make a gardener of anybody."""
    unit = programme.add_unit("leaves", name="Leaves", purpose=Unit.Purpose.STATUS, actor=SYSTEM)
    group = programme.add_group("garden", name="Garden", unit=unit, actor=SYSTEM, window="calendar")
    for slug, threshold in (("seed", 0), ("gardener", 5)):
        programme.add_tier(group, slug=slug, name=slug, threshold=threshold, actor=SYSTEM)
    return unit


def rows(member: Member) -> list[tuple]:
    """The stored periods, without their ids."""
    found = TierPeriod.objects.filter(member=member).order_by("starts_at")
    return list(
        found.values_list("tier__slug", "starts_at", "ends_at", "review_at", "cause", "grace_from")
    )


def test_conditions_ask_about_a_further_ladder_by_its_slug(campaigns, garden, bo):
    """E32, E54: `member.tier.garden` is a field; a leaf earned at once is counted at once."""
    assert rulebook.catalogue()["member.tier.garden"].words == "the tier in Garden"
    for name, condition, effect in (
        ("Leaf", None, {"kind": "earn", "unit": "leaves", "amount": 5}),
        (
            "Gardeners",
            {"field": "member.tier.garden", "op": "is", "value": "gardener"},
            {"kind": "earn", "unit": "points", "amount": 7},
        ),
    ):
        standard.publish(
            {
                "slug": name.lower(),
                "name": name,
                "description": name,
                "triggers": ["review.published"],
                "conditions": condition,
                "effects": [effect],
            },
            actor=SYSTEM,
        )
    paid = []
    for number in range(2):
        with clock.standing_at(NOON + timedelta(days=number)):
            [answer] = take(act("review.published", bo, id=f"r{number}", sku="soap"))
        points = [each["amount"] for each in answer["effects"] if each["unit"] == "points"]
        paid.append(sorted(points))
    assert paid == [[10], [7, 10]]
    garden_period = TierPeriod.objects.get(member=bo, group__slug="garden", ends_at=None)
    assert garden_period.tier.slug == "gardener"


@pytest.mark.parametrize("days", [20, 40])
def test_orders_and_returns_in_any_order_of_arrival_give_the_same_tiers(campaigns, units, days):
    """I2, semantic 17: of 24 orders of arrival each leaves the same rows; the return counts from when
    it happened, inside 30 days of the upgrade or later."""
    seen = set()
    for number, arrivals in enumerate(permutations(range(4))):
        bo = member_of(person(f"bo{number}@example.test"), f"bo{number}")
        told = [
            order(bo, "100.00", id=f"{number}a", at=NOON + timedelta(days=1)),
            order(bo, "80.00", id=f"{number}b", at=NOON + timedelta(days=5)),
            act(
                "order.returned",
                bo,
                id=f"{number}back",
                at=NOON + timedelta(days=5 + days),
                order_id=f"{number}b",
            ),
            order(bo, "30.00", id=f"{number}c", at=NOON + timedelta(days=60)),
        ]
        for place, arrived in enumerate(arrivals):
            with clock.standing_at(NOON + timedelta(days=70 + place)):
                take(told[arrived])
        seen.add(tuple(rows(bo)))
    [periods] = seen
    reached, gone = NOON + timedelta(days=5), NOON + timedelta(days=25)
    expected = [("bronze", "joined"), ("silver", "reached")]
    if days == 20:
        expected.append(("bronze", "taken_back"))
        assert (periods[1][1], periods[1][2]) == (reached, gone)
    assert [(period[0], period[4]) for period in periods] == expected


@pytest.mark.parametrize("at_once", [True, False])
def test_a_return_in_a_batch_is_known_to_the_orders_after_it(campaigns, bo, at_once):
    """E86, semantic 17: the double points of silver members end with the return, however packed."""
    told = [
        order(bo, "160.00", id="a", at=NOON + timedelta(days=1)),
        order(bo, "10.00", id="b", at=NOON + timedelta(days=2), category="refill"),
        act("order.returned", bo, id="back", at=NOON + timedelta(days=3), order_id="a"),
        order(bo, "10.00", id="c", at=NOON + timedelta(days=4), category="refill"),
    ]
    with clock.standing_at(NOON + timedelta(days=5)):
        answers = take(*told) if at_once else [take(one)[0] for one in told]
    paid = [
        sum(effect["amount"] for effect in answer["effects"] if effect["unit"] == "points")
        for answer in answers
    ]
    assert paid == [160, 20, -160, 10]
    assert [row[0] for row in rows(bo)] == ["bronze", "silver", "bronze"]
