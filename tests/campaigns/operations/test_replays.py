"""A year of activities, evaluated again from what is stored."""

import random
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from loyalty.campaigns.models import Campaign, Effect, RuleVersion
from loyalty.campaigns.operations import campaigns, groups, replays, standard
from members import clock
from members.operations import members
from tests.campaigns.conftest import act, order, take
from tests.campaigns.operations.test_returns import back
from tests.conftest import SYSTEM

NEW_YEAR = datetime(2026, 1, 1, 9, tzinfo=UTC)


def programme():
    """Everything that can stand in the way: tiers, limits, budgets, groups, a holdout, partly paid."""
    standard.install(actor=SYSTEM)
    sale = groups.define("Sale", slug="sale", mode="best", actor=SYSTEM)
    fixed = [{"kind": "earn", "unit": "points", "amount": 25}]
    for given in (
        {"slug": "fixed", "effects": fixed, "group": sale, "limit": {"times": 3, "per": "month"}},
        {"slug": "books", "effects": [{"kind": "multiply", "unit": "points", "factor": "1.5",
                                       "categories": ["books"]}], "group": sale},
        {"slug": "large", "effects": fixed, "budget_units": 310, "pays_partly": True,
         "conditions": {"field": "order.base", "op": "at_least", "value": "50.00"}},
        {"slug": "third", "effects": fixed, "holdout_percent": 30, "budget_money": 500,
         "cost_per_unit": {"points": "0.01"},
         "conditions": {"field": "history.orders", "op": "at_least", "value": 3}},
        {"slug": "shop", "effects": fixed,
         "conditions": {"field": "order.channel", "op": "is", "value": "shop"}},
    ):  # fmt: skip
        standard.publish(
            {"name": given["slug"], "triggers": ["order.placed"]} | given, actor=SYSTEM
        )


def a_year(people):
    """Orders, returns in part and in whole, visits; told day by day, by one seed."""
    dice = random.Random(41)
    open_orders = []
    for day in range(0, 365, 3):
        at = NEW_YEAR + timedelta(days=day)
        with clock.standing_at(at):
            if day == 180:
                base = Campaign.objects.get(slug="base")
                words = base.versions.get()
                campaigns.write_rule(
                    base, triggers=words.triggers, actor=SYSTEM,
                    effects=[{"kind": "earn", "unit": "points", "points": 2, "per": "1.00"},
                             {"kind": "earn", "unit": "status", "points": 1, "per": "1.00"}],
                )  # fmt: skip
                campaigns.publish(base, actor=SYSTEM)
            member = dice.choice(people)
            if open_orders and dice.random() < 0.35:
                whose, number = open_orders.pop(dice.randrange(len(open_orders)))
                lines = [("0", 1)] if dice.random() < 0.5 else []
                take(back(whose, *lines, id=f"r{day}", order_id=number))
                continue
            amounts = [f"{dice.randint(1, 120)}.{dice.randint(0, 99):02}" for _ in range(2)]
            category = dice.choice(["refill", "books", ""])
            channel = dice.choice(["shop", "web"])
            number = f"o{day}"
            take(order(member, *amounts, id=number, category=category, channel=channel))
            open_orders.append((member, number))
            if dice.random() < 0.3:
                take(act("review.published", member, id=f"v{day}"))


def test_a_year_again_to_the_point(units):
    """E41: every effect and every return of a year, with its own version and what is stored, is the same."""
    with clock.standing_at(NEW_YEAR - timedelta(days=1)):
        programme()
        people = [members.enrol(f"m{number}", actor=SYSTEM) for number in range(6)]
    a_year(people)
    assert RuleVersion.objects.filter(campaign__slug="base").count() == 2
    done = replays.replay()
    assert done.differences == []
    assert done.effects == Effect.objects.filter(kind="points").count() > 200
    assert Effect.objects.filter(kind="reversal").count() > 20


def test_an_amount_that_was_changed_is_found(units, bo):
    standard.install(actor=SYSTEM)
    take(order(bo, "20.00"))
    effect = Effect.objects.filter(unit_code="points").get()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE campaigns_effect DISABLE TRIGGER ALL")
        cursor.execute("UPDATE campaigns_effect SET amount = 2000 WHERE id = %s", [effect.pk])
    [difference] = replays.replay().differences
    assert (difference.given, difference.again) == (2000, 20)
    assert difference.rule_version == effect.rule_version_id
    with pytest.raises(SystemExit):
        call_command("replay_activities", stderr=StringIO())


def test_a_ladder_of_times_again(units, bo):
    """E41, E48: paid on the 1st and 3rd time only, and so it is when it is reckoned again."""
    earns = {"kind": "earn", "unit": "points", "amount": 30, "nth": [1, 3]}
    standard.publish(
        {"name": "Ladder", "slug": "ladder", "triggers": ["content.viewed"], "effects": [earns]},
        actor=SYSTEM,
    )
    take(*(act("content.viewed", bo, id=f"v{number}") for number in range(4)))

    done = replays.replay()

    assert (done.effects, done.differences) == (2, [])


def test_a_return_that_took_nothing_counts_too(units, bo):
    """E41: 4 points for 49.00; 4.00 less are 4 still, another 6.00 less are 3."""
    earn = {"kind": "earn", "unit": "points", "points": 1, "per": "10.00"}
    standard.publish(
        {"name": "Tens", "slug": "tens", "triggers": ["order.placed"], "effects": [earn]},
        actor=SYSTEM,
    )
    take(order(bo, "4.00", "6.00", "39.00"))
    [first] = take(back(bo, ("0", 1), id="r1"))
    [second] = take(back(bo, ("1", 1), id="r2"))
    assert [len(first["effects"]), len(second["effects"])] == [0, 1]
    assert replays.replay().differences == []
