"""Budgets: in units and in money, for all and for the members of a segment."""

from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

import pytest

from loyalty.audiences.operations import segments
from loyalty.campaigns.errors import BadRule
from loyalty.campaigns.models import (
    BudgetUse,
    Campaign,
    Effect,
    Evaluation,
    LimitUse,
    SegmentBudget,
)
from loyalty.campaigns.operations import budgets, intake, replays, rulebook, standard
from members import clock
from members.operations import members
from tests.books import faults
from tests.campaigns.conftest import act, order, points_of, take
from tests.campaigns.effects import achievement
from tests.campaigns.funding import books
from tests.campaigns.operations.test_returns import back
from tests.conftest import SYSTEM
from tests.together import together

CLIENTS = 50
COSTS = {"points": "0.008"}


def capped(amount=10, **fields):
    given = {
        "slug": "capped",
        "name": "Capped",
        "triggers": ["order.placed", "visit.checked_in"],
        "effects": [{"kind": "earn", "unit": "points", "amount": amount}],
    }
    return standard.publish(given | fields, actor=SYSTEM)


def german():
    """A segment of those who read German."""
    tree = {"field": "member.language", "op": "is", "value": "de"}
    made = segments.define("German", slug="german", conditions=tree, actor=SYSTEM)
    return segments.activate(made, actor=SYSTEM)


def used():
    return BudgetUse.objects.values_list("units", "money").get()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("budget", "why"),
    [
        ({"budget_units": 30}, "The campaign's budget has 0 left, 10 were due"),
        (
            {"budget_money": 24, "cost_per_unit": COSTS},
            "The campaign's budget in money pays for 0 more, 10 were due",
        ),
    ],
)
def test_fifty_activities_and_a_budget_for_thirty_points(points, budget, why):
    """E44, E45: 10 points each at 0.8 of a cent; 30 points, or 24 cents: three are paid, exactly, and
    forty-seven read why not."""
    capped(**budget)
    answers: list = []

    def tell(member):
        [answer] = intake.take([act("visit.checked_in", member, id=member.ref)], actor=SYSTEM)
        answers.append(answer.as_json())

    crowd = [members.enrol(f"m{number}", actor=SYSTEM) for number in range(CLIENTS)]
    assert together(*[partial(tell, member) for member in crowd]) == ["done"] * CLIENTS
    lost = [each["not_earned"][0]["why"] for each in answers if not each["effects"]]
    assert (Effect.objects.count(), lost) == (3, [why] * 47)
    assert (used(), books()) == ((30, Decimal(24) if "budget_money" in budget else 0), [])


@pytest.mark.django_db(transaction=True)
def test_fifty_activities_and_thirty_points_for_a_segment(points):
    """E44, E45: three of fifty members of the segment are paid; whoever is in none always is."""
    german()
    campaign = campaign_for_germans(units=30)
    crowd = [members.enrol(f"m{number}", language="de", actor=SYSTEM) for number in range(CLIENTS)]
    other = members.enrol("other", actor=SYSTEM)
    tell = [
        partial(intake.take, [act("visit.checked_in", member, id=member.ref)], actor=SYSTEM)
        for member in (*crowd, other)
    ]
    assert together(*tell) == ["done"] * (CLIENTS + 1)
    paid = Effect.objects.filter(campaign=campaign).values_list("activity__member__ref", flat=True)
    assert len(paid) == 4 and "other" in paid
    assert (SegmentBudget.objects.get().used, books()) == (30, [])


def campaign_for_germans(**cap):
    return capped(segment_budgets=[{"segment": "german"} | cap])


def test_money_is_counted_without_rounding(points, bo):
    """E44: 40 points at 0.007 are 28 cents of 30; the next pays the 2 cents that are left, partly: 2
    points, and 0.6 of a cent stays."""
    capped(40, budget_money=30, cost_per_unit={"points": "0.007"}, pays_partly=True)
    first, second, third = take(*[order(bo, "1.00", id=str(number)) for number in range(3)])
    assert [points_of(each) for each in (first, second, third)] == [
        [("capped", 40, "active")],
        [("capped", 2, "active")],
        [],
    ]
    assert used() == (0 + 42, Decimal("29.4"))
    trace = Evaluation.objects.order_by("pk").values_list("trace", flat=True)[1]
    assert trace[0]["cap"] == ["budget_money", 2, 40]


def test_several_units_cost_what_each_costs(points, bo):
    """E44: 10 points at a cent and 10 status points at nothing are 10 cents."""
    effects = [{"kind": "earn", "unit": unit, "amount": 10} for unit in ("points", "status")]
    capped(effects=effects, budget_money=10, cost_per_unit={"points": "0.01"})
    first, second = take(order(bo, "1.00", id="a"), order(bo, "1.00", id="b"))
    assert [len(first["effects"]), len(second["effects"])] == [2, 0]
    assert used() == (20, Decimal(10))


def test_what_comes_back_is_there_again(points, bo):
    """E28, E44: units, money and the segment's budget have it back, and it can be given again."""
    german()
    bo.language = "de"
    bo.save()
    capped(
        30,
        budget_units=30,
        budget_money=24,
        cost_per_unit=COSTS,
        segment_budgets=[{"segment": "german", "units": 30}],
    )
    take(order(bo, "10.00", id="o1"))
    assert (used(), SegmentBudget.objects.get().used) == ((30, Decimal(24)), 30)
    assert take(order(bo, "10.00", id="o2"))[0]["effects"] == []
    take(back(bo, id="r1"))
    assert (used(), SegmentBudget.objects.get().used) == ((0, 0), 0)
    assert len(take(order(bo, "10.00", id="o3"))[0]["effects"]) == 1
    assert faults() == [] and books() == []


def test_what_is_rejected_is_there_again(points, bo):
    """E44, E47: a promise counts at once, and no more once it is not kept."""
    pending = {"until": "refill.confirmed", "cancelled_by": "refill.rejected"}
    effect = {"kind": "earn", "unit": "points", "amount": 25, "pending": pending}
    german()
    bo.language = "de"
    bo.save()
    capped(
        triggers=["refill.ordered"],
        effects=[effect],
        budget_money=20,
        cost_per_unit=COSTS,
        segment_budgets=[{"segment": "german", "units": 30}],
    )
    take(act("refill.ordered", bo, id="f", order_id="f", serial="s"))
    assert (used(), SegmentBudget.objects.get().used) == ((25, Decimal(20)), 25)
    take(act("refill.rejected", bo, id="n", order_id="f", serial="s"))
    assert (used(), SegmentBudget.objects.get().used) == ((0, 0), 0)


def test_a_segments_budget_begins_anew_and_has_back_in_its_own_window_only(points, bo):
    """E44, semantic 18: 30 a month of the programme's calendar; a return in July gives June's points back
    to nobody."""
    german()
    bo.language = "de"
    bo.save()
    with clock.standing_at(datetime(2026, 6, 30, 21, 59, tzinfo=UTC)):  # a minute to July in Berlin
        campaign = capped(30, segment_budgets=[{"segment": "german", "units": 30, "per": "month"}])
        take(order(bo, "10.00", id="o1"))
        assert take(order(bo, "10.00", id="o2"))[0]["effects"] == []
    with clock.standing_at(datetime(2026, 6, 30, 22, 0, tzinfo=UTC)):
        assert len(take(order(bo, "10.00", id="o3"))[0]["effects"]) == 1
        take(back(bo, id="r1"))
        budget = SegmentBudget.objects.get(campaign=campaign)
        assert (budget.window, budget.used) == ("2026-07", 30)


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"budget_money": 100}, "/cost_per_unit"),
        ({"budget_money": 100, "cost_per_unit": {"points": 0.008}}, "/cost_per_unit"),
        ({"budget_money": 100, "cost_per_unit": {"points": "-1"}}, "/cost_per_unit"),
        ({"budget_money": 100, "cost_per_unit": {"points": "0.0000001"}}, "/cost_per_unit"),
        ({"cost_per_unit": ["points"]}, "/cost_per_unit"),
        ({"segment_budgets": [{"segment": "nobody", "units": 5}]}, "/segment_budgets/0/segment"),
        ({"segment_budgets": [{"segment": "german", "units": 0}]}, "/segment_budgets/0/units"),
        (
            {"segment_budgets": [{"segment": "german", "units": 5, "per": "shift"}]},
            "/segment_budgets/0/per",
        ),
    ],
)
def test_a_budget_that_is_none_is_refused(points, fields, pointer):
    german()
    with pytest.raises(BadRule) as refusal:
        capped(**fields)
    assert refusal.value.params["pointer"] == pointer
    assert not Campaign.objects.exists() and not SegmentBudget.objects.exists()


def test_only_points_are_counted_anew(points, bo):
    """E44: a campaign that gets a budget later has not used it up with steps, nor got any back with them."""
    achievement()
    step = {"kind": "achievement", "achievement": "ten-refills", "steps": 2}
    earn = {"kind": "earn", "unit": "points", "amount": 10}
    campaign = capped(effects=[earn, step])
    take(order(bo, "1.00", id="o1"), order(bo, "1.00", id="o2"))
    take(back(bo, order_id="o1"))
    BudgetUse.objects.get_or_create(pk=campaign.pk)
    budgets.recount(rulebook.current().rule(campaign.versions.get()))
    assert used() == (10, 0)


@pytest.mark.parametrize("part_first", [True, False])
def test_what_was_cancelled_is_given_back_once(points, bo, amara, part_first):
    """E28, E47: a rejection gives budget and limit back; the return of the same order not once more."""
    wait = {"until": "refill.confirmed", "cancelled_by": "refill.rejected"}
    earn = {"kind": "earn", "unit": "points", "points": 1, "per": "1.00", "pending": wait}
    limit = {"times": 1, "units": 100, "per": "life"}
    capped(effects=[earn], triggers=["order.placed"], budget_units=100, limit=limit)
    take(order(amara, "7.00", id="a1"), order(bo, "10.00", "5.00", id="o1"))
    if part_first:
        take(back(bo, ("0", 1), id="r1"))
    take(act("refill.rejected", bo, id="x1", order_id="o1", serial="J1"))
    use = LimitUse.objects.get(member=bo)
    assert (used(), use.times, use.units) == ((7, 0), 0, 0)
    take(order(bo, "9.00", id="o2"), back(bo, id="r2"))
    use.refresh_from_db()
    assert (used(), use.times, use.units) == ((16, 0), 1, 9)
    assert (replays.replay().differences, books()) == ([], [])
