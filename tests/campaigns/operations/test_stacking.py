"""Campaigns that stack: groups, the best for the member, exclusive categories; told to whoever missed."""

import pytest

from loyalty.campaigns.errors import BadRule
from loyalty.campaigns.models import Evaluation, LimitUse, StackingGroup
from loyalty.campaigns.operations import groups, standard
from tests.books import faults
from tests.campaigns.conftest import order, points_of, take
from tests.campaigns.operations.test_returns import back
from tests.conftest import SYSTEM

PER_MONEY = [{"kind": "earn", "unit": "points", "points": 1, "per": "1.00"}]


def group(mode="best", slug="sale", **fields):
    return groups.define(slug.title(), slug=slug, mode=mode, actor=SYSTEM, **fields)


def campaign(slug, amount=None, *, effects=None, **fields):
    given = effects or [{"kind": "earn", "unit": "points", "amount": amount}]
    return standard.publish(
        {"slug": slug, "name": slug.title(), "triggers": ["order.placed"], "effects": given}
        | fields,
        actor=SYSTEM,
    )


def paid(answer):
    return [(slug, amount) for slug, amount, _ in points_of(answer)]


def missed(answer):
    return {each["campaign"]: each["why"] for each in answer["not_earned"]}


def test_the_best_for_the_member_pays(points, bo):
    """E35: 30 beat 20; the one that is joint pays too, and the loser says why, in words and by code."""
    sale = group()
    campaign("small", 20, group=sale, priority=1)
    campaign("large", 30, group=sale, priority=2)
    campaign("joint", 5)
    [answer] = take(order(bo, "10.00"))
    assert paid(answer) == [("large", 30), ("joint", 5)]
    assert missed(answer) == {"small": "Another campaign was better for you: Large"}
    codes = {each["campaign"]: each.get("code") for each in Evaluation.objects.get().trace}
    assert codes == {"small": "group", "large": None, "joint": None}
    assert faults() == []


def test_a_multiplier_is_compared_with_a_bonus_by_what_all_in_all_comes_of_it(points, bo):
    """E35: double points on 40.00 are 40 more and beat 30; on 20.00 they are 20 and do not."""
    sale = group()
    campaign("base", effects=PER_MONEY)
    campaign("bonus", 30, group=sale)
    twice = [{"kind": "multiply", "unit": "points", "factor": "2"}]
    campaign("double", effects=twice, group=sale)
    large, small = take(order(bo, "40.00", id="a"), order(bo, "20.00", id="b"))
    assert paid(large) == [("base", 40), ("double", 40)]
    assert paid(small) == [("base", 20), ("bonus", 30)]


def test_units_are_compared_by_the_weights_of_the_group(points, bo):
    """E35: 30 status points that count half lose against 20 points."""
    sale = group(weights={"status": "0.5"})
    campaign("status", effects=[{"kind": "earn", "unit": "status", "amount": 30}], group=sale)
    campaign("points", 20, group=sale)
    [answer] = take(order(bo, "10.00"))
    assert [(each["campaign"], each["amount"]) for each in answer["effects"]] == [("points", 20)]


def test_of_equals_the_first_pays(points, bo):
    sale = group()
    campaign("second", 20, group=sale, priority=2)
    campaign("first", 20, group=sale, priority=1)
    assert paid(take(order(bo, "10.00"))[0]) == [("first", 20)]


def test_the_first_that_gives_something_pays(points, bo):
    """E35: priority decides, not the amount; what has nothing to give lets the next one pay."""
    first = group("first")
    campaign(
        "nothing", effects=[PER_MONEY[0] | {"categories": ["refill"]}], group=first, priority=1
    )
    campaign("one", 1, group=first, priority=2)
    campaign("hundred", 100, group=first, priority=3)
    [answer] = take(order(bo, "10.00"))
    assert paid(answer) == [("one", 1)]
    assert missed(answer)["hundred"] == "Another campaign came first: One"


def test_all_of_a_group_pay(points, bo):
    every = group("all")
    campaign("one", 1, group=every)
    campaign("two", 2, group=every)
    assert paid(take(order(bo, "10.00"))[0]) == [("one", 1), ("two", 2)]


def test_an_exclusive_category_beats(points, bo):
    """E35: one of the category pays, whatever groups they are in; what names no category always does."""
    campaign("second", 50, exclusive_category="voucher", priority=2)
    campaign("first", 10, exclusive_category="voucher", priority=1, group=group())
    campaign("other", 7, exclusive_category="other")
    campaign("joint", 5)
    [answer] = take(order(bo, "10.00"))
    assert paid(answer) == [("first", 10), ("other", 7), ("joint", 5)]
    assert missed(answer) == {"second": "First goes before it: only one of their kind pays"}


def test_who_loses_does_not_use_up_a_limit_and_who_has_reached_it_does_not_win(points, bo):
    """E35, E43: the better one pays once; then the other does, whose limit nothing has counted in."""
    sale = group()
    campaign("large", 30, group=sale, limit={"times": 1, "per": "life"})
    campaign("small", 20, group=sale, limit={"times": 1, "per": "life"})
    first, second, third = take(*[order(bo, "10.00", id=str(number)) for number in range(3)])
    assert (paid(first), paid(second), paid(third)) == ([("large", 30)], [("small", 20)], [])
    assert sorted(LimitUse.objects.values_list("campaign__slug", "times")) == [
        ("large", 1),
        ("small", 1),
    ]


def test_who_won_at_the_sale_has_won(points, bo):
    """E24, E35: less than 40.00 is left, so the bonus would be better now; it still does not pay, and the
    parts add up to the whole."""
    sale = group()
    campaign("bonus", 30, group=sale)
    campaign("per-money", effects=PER_MONEY, group=sale)
    [sold] = take(order(bo, "25.00", "15.00", id="o1"))
    assert paid(sold) == [("per-money", 40)]
    [part] = take(back(bo, ("0", 1), id="r1"))
    [rest] = take(back(bo, ("1", 1), id="r2"))
    assert [paid(part), paid(rest)] == [[("per-money", -25)], [("per-money", -15)]]
    assert faults() == []


@pytest.mark.parametrize(
    "weights", [{"gold": "1"}, {"points": 1}, {"points": "NaN"}, {"points": "-1"}]
)
def test_weights_that_are_none_are_refused(points, weights):
    with pytest.raises(BadRule):
        group(weights=weights)
    assert not StackingGroup.objects.exists()


def test_a_group_is_renamed_and_nothing_else(points):
    sale = groups.rename(group(), name="Autumn", actor=SYSTEM)
    assert (sale.name, sale.slug, sale.mode) == ("Autumn", "sale", "best")
