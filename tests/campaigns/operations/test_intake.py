"""The activity door: what goes in, what comes out, and that it happens once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from loyalty.campaigns.models import BudgetUse, Effect, Evaluation, LimitUse
from loyalty.campaigns.operations import intake, standard
from members import clock
from members.models import Activity, AuditRow, Balance, Entry, OpenLot, TierPeriod
from members.operations import ledger, members
from tests.campaigns.conftest import act, order, points_of, take, work
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db


def available(member, unit, kind="wallet"):
    return Balance.objects.get(account=ledger.wallet(member, unit, kind)).amount


def test_an_order_earns_a_point_for_each_whole_unit_of_money(campaigns, bo, points, units):
    """E9: spendable and status points side by side, rounded down once per order."""
    [answer] = take(order(bo, "19.90", "10.05"))
    assert answer["status"] == "accepted"
    assert [
        (e["unit"], e["amount"], e["campaign"], e["rule_version"]) for e in answer["effects"]
    ] == [
        ("points", 29, "base", 1),
        ("status", 29, "base", 1),
    ]
    assert answer["effects"][0]["why"] == (
        "Points on every order: 1 for each whole 1.00 of 29.95 EUR"
    )
    assert available(bo, points) == 29
    assert available(bo, units["status"]) == 29


def test_the_base_excludes_shipping_gift_cards_discounts_and_points(campaigns, bo, points):
    """E41: the earning base of semantics 3."""
    told = order(bo, "50.00", shipping="4.90", discount="5.00", paid_with_points="10.00")
    told.payload["lines"].append(
        {"line_id": "g", "category": "gift_card", "quantity": 1, "unit_price": "25.00"}
    )
    take(told)
    assert available(bo, points) == 35


def test_the_same_activity_again_gets_the_first_answer(campaigns, bo, points):
    """E85: idempotent by (source, id)."""
    [first] = take(order(bo, "29.95"))
    [second] = take(order(bo, "29.95", at=Activity.objects.get(external_id="o1").occurred_at))
    assert second == first | {"status": "duplicate"}
    assert available(bo, points) == 29


def test_other_content_under_a_known_id_is_quarantined(campaigns, bo, points):
    """E85: same key, other content."""
    take(order(bo, "29.95"))
    [answer] = take(order(bo, "2999.95"))
    assert answer["status"] == "quarantined"
    assert answer["errors"][0]["code"] == "said_differently"
    assert available(bo, points) == 29
    assert Activity.objects.filter(status="quarantined").count() == 1


def test_a_wrong_type_is_rejected_with_its_path_and_nothing_is_stored(campaigns, bo):
    """E33 (the part that exists): the path of the fault; other items of the batch go through."""
    bad = order(bo, "1.00", id="bad")
    bad.payload["lines"][0]["quantity"] = "two"
    first, second = take(bad, order(bo, "5.00", id="good"))
    assert first["status"] == "rejected"
    assert first["errors"][0]["pointer"] == "/data/lines/0/quantity"
    assert second["status"] == "accepted"
    assert not Activity.objects.filter(external_id="bad").exists()


@pytest.mark.parametrize("amount", ["-1", "1e3", "NaN", "0.1.2", "1,00", " 1"])
def test_nonsense_amounts_are_rejected(campaigns, bo, amount):
    [answer] = take(order(bo, amount))
    assert answer["status"] == "rejected"
    assert not Entry.objects.filter(cause_kind="activity").exists()


def test_an_amount_the_currency_does_not_have_is_rejected(campaigns, bo):
    [answer] = take(order(bo, "10.50", currency="JPY"))
    assert answer["errors"][0]["code"] == "bad_amount"


def test_the_future_waits_in_quarantine(campaigns, bo):
    [answer] = take(order(bo, "10.00", at=clock.now() + timedelta(minutes=6)))
    assert answer["status"] == "quarantined"
    assert not Effect.objects.exists()


def test_a_refill_bonus_waits_for_its_confirmation(campaigns, bo, points):
    """E5, E47: pending until refill.confirmed, then active with its life counted from then."""
    [ordered] = take(act("refill.ordered", bo, id="r1", order_id="A1"))
    assert points_of(ordered) == [("refill-bonus", 25, "pending")]
    assert (available(bo, points), available(bo, points, "pending")) == (0, 25)
    [confirmed] = take(act("refill.confirmed", bo, id="r2", order_id="A1"))
    assert points_of(confirmed) == [("refill-bonus", 25, "active")]
    assert (available(bo, points), available(bo, points, "pending")) == (25, 0)
    entry = Entry.objects.get(kind="activation")
    assert entry.parent.kind == "accrual"
    assert entry.rule_version_id == entry.parent.rule_version_id
    [again] = take(act("refill.confirmed", bo, id="r3", order_id="A1"))
    assert again["effects"] == []
    assert available(bo, points) == 25


def test_a_rejected_refill_pays_nothing(campaigns, bo, points):
    """E5, E47: rejection cancels it."""
    take(act("refill.ordered", bo, id="r1", order_id="A1"))
    [rejected] = take(act("refill.rejected", bo, id="r2", order_id="A1"))
    assert points_of(rejected) == [("refill-bonus", 25, "cancelled")]
    assert (available(bo, points), available(bo, points, "pending")) == (0, 0)
    assert not OpenLot.objects.filter(account__member=bo, account__unit=points).exists()


def test_a_refill_ordered_and_confirmed_in_one_batch(campaigns, bo, points):
    now = clock.now()
    take(
        act("refill.ordered", bo, id="r1", order_id="A1", at=now - timedelta(days=2)),
        act("refill.confirmed", bo, id="r2", order_id="A1", at=now - timedelta(days=1)),
    )
    assert available(bo, points) == 25


def test_the_trace_says_why_not(campaigns, bo):
    """E39: what was missed, in plain words."""
    [answer] = take(order(bo, "40.00", category="refill"))
    assert answer["not_earned"] == [
        {
            "campaign": "double-refills",
            "why": "Needed: the tier is one of gold, silver (it was bronze)",
        }
    ]


def test_the_multiplier_pays_when_the_tier_is_reached(campaigns, bo, points):
    """E41, E50: up at once; the entry names the rule version."""
    take(order(bo, "150.00", id="o1"))
    assert TierPeriod.objects.get(member=bo, ends_at=None).tier.slug == "silver"
    assert (
        AuditRow.objects.get(verb="members.tier.moved", after={"tier": "silver"}).reason
        == "reached"
    )
    [answer] = take(order(bo, "40.00", id="o2", category="refill"))
    assert points_of(answer) == [("base", 40, "active"), ("double-refills", 40, "active")]
    entry = Entry.objects.get(reason__startswith="Double points")
    assert entry.rule_version_id == campaigns["double-refills"].versions.get().pk


def test_a_limit_pays_what_is_left_and_says_so(campaigns, bo):
    take(order(bo, "150.00", id="o1"), order(bo, "450.00", id="o2", category="refill"))
    [answer] = take(order(bo, "100.00", id="o3", category="refill"))
    assert points_of(answer) == [("base", 100, "active"), ("double-refills", 50, "active")]
    assert LimitUse.objects.get(campaign__slug="double-refills").units == 500


def test_preview_answers_the_same_and_writes_nothing(campaigns, bo):
    """E36: dry run."""
    told = order(bo, "29.95")
    before = (Activity.objects.count(), Entry.objects.count(), Evaluation.objects.count())
    [dry] = intake.preview([told], actor=SYSTEM)
    assert (Activity.objects.count(), Entry.objects.count(), Evaluation.objects.count()) == before
    [real] = intake.take([told], actor=SYSTEM)
    assert replace(dry, lines=[]) == real
    assert [line["amount"] for line in dry.lines] == [29, 29]


def test_an_unknown_member_is_parked(campaigns):
    [answer] = take(order("nobody-yet", "29.95"))
    assert answer["status"] == "parked"
    assert not Entry.objects.exists()


def test_what_was_parked_counts_once_the_member_is_known(campaigns, points):
    """E31 (the part that exists): parked for a member to come, evaluated when they do."""
    take(order("zoe", "29.95"))
    zoe = members.enrol("zoe", actor=SYSTEM)
    work()
    assert available(zoe, points) == 29 + 50
    [again] = take(order("zoe", "29.95", at=Activity.objects.get(external_id="o1").occurred_at))
    assert (again["status"], len(again["effects"])) == ("duplicate", 2)


def test_a_budget_is_never_overdrawn_and_the_loser_gets_the_trace(campaigns, bo):
    """E45: all or nothing by default; the trace names the cap."""
    campaign = capped(budget_units=30)
    first, second = take(act("social.shared", bo, id="s1"), act("social.shared", bo, id="s2"))
    assert points_of(first) == [("capped", 20, "active")]
    assert second["effects"] == []
    assert second["not_earned"] == [
        {"campaign": "capped", "why": "The campaign's budget has 10 left, 20 were due"}
    ]
    assert BudgetUse.objects.get(campaign=campaign).units == 20


def test_a_budget_that_pays_what_is_left(campaigns, bo):
    capped(budget_units=30, pays_partly=True)
    _, second = take(act("social.shared", bo, id="s1"), act("social.shared", bo, id="s2"))
    assert points_of(second) == [("capped", 10, "active")]


def capped(**fields):
    """A campaign that pays 20 points for sharing."""
    return standard.publish(
        {
            "slug": "capped",
            "name": "Shared",
            "triggers": ["social.shared"],
            "effects": [{"kind": "earn", "unit": "points", "amount": 20}],
        }
        | fields,
        actor=SYSTEM,
    )


@pytest.mark.django_db(transaction=True)
def test_fifty_activities_at_once_pay_exactly_what_the_budget_holds(units):
    """E45: 50 concurrent activities never overspend a budget."""
    crowd = [members.enrol(f"m{number}", actor=SYSTEM) for number in range(5)]
    campaign = capped(budget_units=210)
    gate = Barrier(10)

    def share(number: int):
        try:
            if number < 10:
                gate.wait()
            return take(act("social.shared", crowd[number % 5], id=f"s{number}"))[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(share, range(50)))
    assert sum(bool(answer["effects"]) for answer in answers) == 10
    assert BudgetUse.objects.get(campaign=campaign).units == 200
    paid = Effect.objects.filter(campaign=campaign).values_list("amount", flat=True)
    assert sum(paid) == 200


def test_the_worked_order(campaigns, bo, points):
    """E41: the example of docs/algorithms/evaluation.md."""
    take(order(bo, "150.00", id="silver"))
    told = order(bo, "40.00", "19.95", id="worked")
    told.payload["lines"][0]["category"] = "refill"
    [answer] = take(told)
    assert points_of(answer) == [("base", 59, "active"), ("double-refills", 40, "active")]
    assert [e["amount"] for e in answer["effects"] if e["unit"] == "status"] == [59]
