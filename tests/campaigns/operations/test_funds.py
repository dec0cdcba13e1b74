"""Points that a partner pays for: drawn with the grant, stopped at empty, given back."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from loyalty.campaigns.errors import BadRule, IllegalMove
from loyalty.campaigns.models import Campaign, Effect, Evaluation
from loyalty.campaigns.operations import campaigns, intake
from loyalty.rewards.errors import FundClosed
from loyalty.rewards.models import FundMove
from loyalty.rewards.operations import funds
from members import clock
from members.models import Balance, Entry
from members.operations import ledger
from tests.campaigns.conftest import act, order, take
from tests.campaigns.funding import books, brewery, fund_of, funded, moves, sums
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner(eli):
    return brewery(eli)


def visit(member, number: int, **more):
    return act("visit.checked_in", member, id=f"v{number}", **more)


def points_in(member, unit) -> int:
    return Balance.objects.get(account=ledger.wallet(member, unit)).amount


def test_a_fund_pays_until_it_is_empty_and_then_says_so(bo, points, partner):
    """E93, E38, E39: 50 bought, 20 for a visit: two visits are paid, the third is told why not."""
    fund = fund_of(partner, points, points=50)
    funded(fund)
    paid = [take(visit(bo, number))[0] for number in range(3)]
    assert [[effect["amount"] for effect in answer["effects"]] for answer in paid] == [
        [20],
        [20],
        [],
    ]
    assert paid[0]["effects"][0]["why"] == "Brew Visit: 20 for doing it, paid by Brew & Co"
    assert paid[2]["not_earned"] == [
        {
            "campaign": "brew-visit",
            "why": "The points that Brew & Co pays for are used up but for 10, 20 were due",
        }
    ]
    assert moves(fund) == [("bought", 50), ("granted", 20), ("granted", 20)]
    assert (sums(fund), points_in(bo, points)) == ((50, 40, 0, 10), 40)
    entry = Entry.objects.filter(kind="accrual").first()
    assert entry.reason == "Brew Visit: 20 for doing it, paid by Brew & Co"
    assert books() == []


def test_what_is_left_is_paid_where_the_campaign_says_so(bo, points, partner):
    """E44, E93: 30 left and 50 due."""
    fund = fund_of(partner, points, points=30)
    effects = [{"kind": "earn", "unit": "points", "amount": 50}]
    funded(fund, effects=effects, pays_partly=True)
    first, second = take(visit(bo, 1), visit(bo, 2))
    assert [effect["amount"] for effect in first["effects"]] == [30]
    assert second["not_earned"][0]["why"] == "The points that Brew & Co pays for are used up"
    trace = Evaluation.objects.order_by("pk").first().trace[0]
    assert trace["why"].endswith("are used up but for 30, 50 were due")
    assert (sums(fund), books()) == ((30, 30, 0, 0), [])


def test_two_campaigns_draw_on_one_fund_and_both_stop(bo, points, partner):
    """E93: a fund is shared; the one with the lower priority finds what is left."""
    fund = fund_of(partner, points, points=35)
    funded(fund, "first", priority=1)
    funded(fund, "second", priority=2, effects=[{"kind": "earn", "unit": "points", "amount": 10}])
    answers = take(visit(bo, 1), visit(bo, 2))
    assert [
        [(effect["campaign"], effect["amount"]) for effect in answer["effects"]]
        for answer in answers
    ] == [[("first", 20), ("second", 10)], []]
    assert (sums(fund), books()) == ((35, 30, 0, 5), [])


def test_what_an_order_that_came_back_had_brought_goes_back_to_the_fund(bo, points, partner):
    """E93, E28, E44: by line, and at once there for the next."""
    fund = fund_of(partner, points, points=40)
    per_money = [{"kind": "earn", "unit": "points", "points": 1, "per": "1.00"}]
    funded(fund, "brew-order", triggers=["order.placed"], effects=per_money)
    [sold] = take(order(bo, "25.00", "15.00"))
    assert [effect["amount"] for effect in sold["effects"]] == [40]
    lines = [{"line_id": "0", "quantity": 1}]
    take(act("order.returned", bo, id="r1", order_id="o1", lines=lines))
    assert (moves(fund)[2:], sums(fund)) == ([("returned", 25)], (40, 40, 25, 25))
    [again] = take(order(bo, "25.00", id="o2"))
    assert [effect["amount"] for effect in again["effects"]] == [25]
    take(act("order.returned", bo, id="r2", order_id="o1"))
    take(act("order.returned", bo, id="r2", order_id="o1"))
    assert (sums(fund), books()) == ((40, 65, 40, 15), [])


def test_a_rejected_refill_gives_back_what_was_promised(bo, points, partner):
    """E47, E93: budgets and funds count at the grant, pending or not; a rejection cancels it."""
    fund = fund_of(partner, points, points=20)
    waits = {"until": "refill.confirmed", "cancelled_by": "refill.rejected"}
    effects = [{"kind": "earn", "unit": "points", "amount": 20, "pending": waits}]
    campaign = funded(
        fund, "brew-refill", triggers=["refill.ordered"], effects=effects, budget_units=20
    )
    take(act("refill.ordered", bo, id="a", order_id="R1"))
    assert sums(fund) == (20, 20, 0, 0)
    [none] = take(act("refill.ordered", bo, id="b", order_id="R2"))
    assert none["effects"] == []
    take(act("refill.rejected", bo, id="c", order_id="R1"))
    assert (sums(fund), moves(fund)[-1]) == ((20, 20, 20, 20), ("returned", 20))
    campaign.budget_use.refresh_from_db()
    assert campaign.budget_use.units == 0
    take(act("refill.ordered", bo, id="d", order_id="R3"))
    take(act("refill.confirmed", bo, id="e", order_id="R3"))
    assert (sums(fund), points_in(bo, points), books()) == ((20, 40, 20, 0), 20, [])


@pytest.mark.parametrize("verb", [funds.pause, funds.close])
def test_a_fund_that_is_paused_or_closed_pays_for_nothing(bo, points, partner, verb):
    """E93."""
    fund = fund_of(partner, points, points=50)
    funded(fund)
    verb(fund, actor=SYSTEM)
    [answer] = take(visit(bo, 1))
    assert answer["effects"] == []
    assert answer["not_earned"][0]["why"] == "Brew & Co does not pay for points at the moment"


def test_a_fund_whose_time_is_over_pays_for_nothing_before_any_sweep(bo, points, partner):
    """E93."""
    fund = fund_of(partner, points, points=50, valid_until=clock.now() + timedelta(days=1))
    funded(fund)
    with clock.standing_at(clock.now() + timedelta(days=1)):
        [answer] = take(visit(bo, 1))
    assert answer["not_earned"][0]["why"] == "Brew & Co does not pay for points at the moment"
    assert sums(fund) == (50, 0, 0, 50)


def test_a_dry_run_draws_on_no_fund(bo, points, partner):
    """E36."""
    fund = fund_of(partner, points, points=50)
    funded(fund)
    [answer] = intake.preview([visit(bo, 1)], actor=SYSTEM)
    assert answer.as_json()["effects"][0]["amount"] == 20
    assert (sums(fund), moves(fund)) == ((50, 0, 0, 50), [("bought", 50)])


def test_without_a_funded_campaign_an_activity_costs_no_query_more(bo, points, partner, campaigns):
    """E93: nobody who has no fund pays for funds."""
    take(visit(bo, 0))
    with CaptureQueriesContext(connection) as asked:
        take(visit(bo, 1), order(bo, "20.00"))
    assert [query["sql"] for query in asked if "rewards_fund" in query["sql"]] == []


def test_a_fund_pays_for_its_own_unit_only(points, partner):
    """E93: a rule that gives anything else is refused with the place, and nothing is written."""
    fund = fund_of(partner, points)
    campaign = campaigns.draft("Brew", actor=SYSTEM, funded_by=fund)
    status = [{"kind": "earn", "unit": "status", "amount": 5}]
    with pytest.raises(BadRule) as refused:
        campaigns.write_rule(campaign, triggers=["visit.checked_in"], effects=status, actor=SYSTEM)
    assert refused.value.params["pointer"] == "/effects/0/unit"
    assert not campaign.versions.exists()
    free = campaigns.draft("Free", actor=SYSTEM)
    campaigns.write_rule(free, triggers=["visit.checked_in"], effects=status, actor=SYSTEM)
    with pytest.raises(BadRule):
        campaigns.revise(free, actor=SYSTEM, funded_by=fund)
    assert Campaign.objects.get(pk=free.pk).funded_by is None


def test_the_payer_is_settled_before_the_campaign_is_published(points, partner):
    """E93: the operation refuses, and so does the database."""
    fund, other = fund_of(partner, points), fund_of(partner, points, slug="other")
    campaign = funded(fund)
    with pytest.raises(IllegalMove):
        campaigns.revise(campaign, actor=SYSTEM, funded_by=other)
    with pytest.raises(DatabaseError, match="fixed"), transaction.atomic():
        Campaign.objects.filter(pk=campaign.pk).update(funded_by=other)
    assert Campaign.objects.get(pk=campaign.pk).funded_by == fund


def test_a_closed_fund_publishes_nothing(points, partner):
    """E93."""
    fund = fund_of(partner, points)
    campaign = campaigns.draft("Brew", actor=SYSTEM, funded_by=fund)
    campaigns.write_rule(
        campaign,
        triggers=["visit.checked_in"],
        effects=[{"kind": "earn", "unit": "points", "amount": 5}],
        actor=SYSTEM,
    )
    campaigns.submit(campaign, actor=SYSTEM)
    funds.close(fund, actor=SYSTEM)
    with pytest.raises(FundClosed):
        campaigns.publish(campaign, actor=SYSTEM)
    assert Campaign.objects.get(pk=campaign.pk).state == "review"


def test_the_audit_finds_points_that_nobody_paid_for(bo, points, partner):
    """I17, I25: an effect of a funded campaign without its move."""
    fund = fund_of(partner, points, points=50)
    funded(fund)
    take(visit(bo, 1))
    effect = Effect.objects.get()
    assert books() == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE rewards_fundmove DISABLE TRIGGER rewards_fundmove_keep_rows")
        FundMove.objects.filter(kind="granted").delete()
    assert [fault[:3] for fault in books()] == ["I17", "I25"]
    assert str(effect.pk) in books()[0]
