"""A rule tried on what really happened."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Sum

from loyalty.campaigns.domain.backtests import Tally, lasts_until
from loyalty.campaigns.domain.holdout import is_held_out
from loyalty.campaigns.errors import BadPeriod, NothingToTry
from loyalty.campaigns.models import Backtest, BacktestTally, Effect
from loyalty.campaigns.operations import backtests, groups, standard
from loyalty.campaigns.operations import campaigns as frames
from members.models import AuditRow, Job
from members.operations import members
from tests.campaigns.conftest import act, order, take, work
from tests.campaigns.effects import achievement
from tests.conftest import SYSTEM
from tests.tables import rows_under

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("at_noon")
PAGE = Path(__file__).parents[3] / "docs/algorithms/backtests.md"
SINCE = datetime(2026, 3, 1, tzinfo=UTC)


def day(month: int, number: int) -> datetime:
    return datetime(2026, month, number, 10, tzinfo=UTC)


def drafted(name: str, **rule):
    campaign = frames.draft(name, actor=SYSTEM)
    frames.write_rule(campaign, actor=SYSTEM, **rule)
    return campaign


def tried(campaign, since=SINCE, until=NOW) -> Tally:
    """A back-test, counted to its end."""
    backtest = backtests.start(campaign, since=since, until=until, actor=SYSTEM)
    work()
    backtest.refresh_from_db()
    assert backtest.state == Backtest.State.DONE, backtests.faults_of(backtest)
    return Tally.of(backtest.result)


def counted() -> dict[str, int]:
    """The rows of every table but those that a back-test is made of."""
    own = {Backtest, BacktestTally, Job, AuditRow}
    tables = set(connection.introspection.table_names())
    return {
        model._meta.label: model._base_manager.count()
        for model in apps.get_models()
        if model not in own and model._meta.db_table in tables
    }


REFILLS = {"field": "order.categories", "op": "has", "value": "refill"}
DOUBLE = {
    "triggers": ["order.placed"],
    "conditions": REFILLS,
    "effects": [{"kind": "multiply", "unit": "points", "factor": "2", "categories": ["refill"]}],
}


def test_it_counts_what_the_rule_would_have_given(campaigns, amara, bo):
    """E42: cost, members hit, by day, and what other campaigns paid for the same activities."""
    take(
        order(amara, "30.00", id="1", at=day(3, 2), category="refill"),
        order(amara, "20.00", id="2", at=day(4, 2), category="refill"),
        order(amara, "99.00", id="3", at=day(4, 3)),
        order(bo, "10.50", id="4", at=day(4, 2), category="refill"),
        order(bo, "77.00", id="5", at=day(2, 2), category="refill"),
    )

    found = tried(drafted("Double refills for all", **DOUBLE))

    assert found.looked_at == 4
    assert (found.tried.hits, found.tried.members) == (3, 2)
    assert found.tried.by_day == {
        "2026-03-02": {"points": 30},
        "2026-04-02": {"points": 30},
    }
    assert found.overlap == {"base": 3}
    assert found.top == [(50, "amara"), (10, "bo")]


def test_nothing_is_written_but_the_back_test_itself(campaigns, amara):
    """US8: the ledger, the limits, the budgets and everything else stay as they are."""
    take(order(amara, "30.00", id="1", at=day(3, 2), category="refill"))
    campaign = drafted("Double refills for all", **DOUBLE)
    work()
    before = counted()

    assert tried(campaign).tried.points == {"points": 30}
    assert counted() == before


def test_the_live_version_is_found_to_give_what_it_gave(campaigns, amara, bo):
    """E42: over the same time a back-test of what was live comes to what was paid, limits and tiers
    included."""
    rule = {
        "triggers": ["order.placed"],
        "conditions": {
            "all": [
                {"field": "member.tier", "op": "in", "value": ["bronze", "silver"]},
                {"field": "history.orders", "op": "at_least", "value": 1},
            ]
        },
        "effects": [{"kind": "earn", "unit": "points", "points": 3, "per": "1.00"}],
        "limit": {"units": 700, "per": "month"},
    }
    campaign = drafted("Three times", **rule)
    publish(campaign)
    for number in range(24):
        member = (amara, bo)[number % 2]
        at = SINCE + timedelta(days=3 * number)
        take(order(member, f"{20 + 7 * number}.00", id=f"o{number}", at=at))

    found = tried(campaign)

    given = Effect.objects.filter(campaign=campaign)
    assert found.tried.points["points"] == given.aggregate(sum=Sum("amount"))["sum"] > 0
    assert found.tried.hits == given.count()
    assert found.unlimited.hits > found.tried.hits
    assert found.live.hits == 0


def test_a_draft_is_compared_with_the_version_in_force(campaigns, amara):
    """US8: the difference to the live version."""
    campaign = campaigns["review"]
    take(*(act("review.published", amara, id=f"r{n}", at=day(3, 2 + n), sku="a") for n in range(4)))
    before = campaign.versions.get()
    rewrite(campaign, amount=15, limit={"times": 3, "per": "month"})

    found = tried(campaign)

    assert before.number == 1
    assert (found.tried.points["points"], found.live.points["points"]) == (45, 20)
    assert (found.unlimited.points["points"], found.tried.hits) == (60, 3)


def test_what_came_back_is_told_apart(campaigns, amara):
    """E42: the points of what was returned later, by the share of its value."""
    take(
        order(amara, "30.00", "10.00", id="1", at=day(3, 2), category="refill"),
        act(
            "order.returned",
            amara,
            id="back",
            at=day(3, 9),
            order_id="1",
            lines=[{"line_id": "0", "quantity": 1}],
        ),
    )

    found = tried(drafted("Double refills for all", **DOUBLE))

    assert found.tried.points == {"points": 40}
    assert found.returned == {"points": 30}


def test_many_members_are_counted_in_parts(campaigns, amara, bo, monkeypatch):
    """E42: each part is a job of its own, and the sum is that of one part."""
    crowd = [members.enrol(f"m{number}", actor=SYSTEM) for number in range(5)]
    take(
        *(
            order(member, "12.00", id=f"{member.ref}-{n}", at=day(4, 1 + n), category="refill")
            for member in [amara, bo, *crowd]
            for n in range(2)
        )
    )
    campaign = drafted("Double refills for all", **DOUBLE)
    whole = tried(campaign)
    monkeypatch.setattr(backtests, "PART", 3)

    backtest = backtests.start(campaign, since=SINCE, until=NOW, actor=SYSTEM)
    assert len(backtest.bounds) > 2
    backtests.count_part(backtest.pk, 0)
    backtests.count_part(backtest.pk, 0)
    seen = Backtest.objects.with_progress().get(pk=backtest.pk)
    assert (seen.state, seen.percent) == ("running", 100 // len(backtest.bounds))
    work()

    backtest.refresh_from_db()
    assert Tally.of(backtest.result) == whole
    assert whole.tried.points == {"points": 7 * 24}


def test_a_cancelled_one_counts_no_more(campaigns, amara):
    take(order(amara, "30.00", id="1", at=day(3, 2), category="refill"))
    campaign = drafted("Double refills for all", **DOUBLE)
    backtest = backtests.start(campaign, since=SINCE, until=NOW, actor=SYSTEM)

    backtests.cancel(backtest, actor=SYSTEM)
    work()

    backtest.refresh_from_db()
    assert (backtest.state, backtest.result, backtest.tallies.count()) == ("cancelled", None, 0)


@pytest.mark.parametrize(
    ("since", "until"),
    [(NOW, SINCE), (SINCE, NOW + timedelta(days=1)), (NOW - timedelta(days=2000), NOW)],
)
def test_it_looks_at_a_time_that_is_over(campaigns, since, until):
    campaign = drafted("Double refills for all", **DOUBLE)

    with pytest.raises(BadPeriod):
        backtests.start(campaign, since=since, until=until, actor=SYSTEM)
    assert not Backtest.objects.exists()


def test_a_campaign_without_a_rule_has_nothing_to_try(campaigns):
    campaign = empty_campaign()

    with pytest.raises(NothingToTry):
        backtests.start(campaign, since=SINCE, until=NOW, actor=SYSTEM)


def test_nobody_did_anything(campaigns):
    """An empty back-test ends at once."""
    backtest = backtests.start(drafted("Double", **DOUBLE), since=SINCE, until=NOW, actor=SYSTEM)

    assert backtest.state == Backtest.State.DONE
    assert Tally.of(backtest.result).looked_at == 0


def empty_campaign():
    return frames.draft("Nothing yet", actor=SYSTEM)


def publish(campaign) -> None:
    frames.publish(frames.submit(campaign, actor=SYSTEM), actor=SYSTEM)


def rewrite(campaign, *, amount: int, limit) -> None:
    frames.write_rule(
        campaign,
        triggers=["review.published"],
        effects=[{"kind": "earn", "unit": "points", "amount": amount}],
        limit=limit,
        actor=SYSTEM,
    )


def test_the_worked_example(campaigns, amara, bo):
    """E42, US8: the table of `docs/algorithms/backtests.md`."""
    rows = rows_under(PAGE, "A worked example")
    refills = [row[2] if Decimal(row[2]) else None for row in rows]
    take(
        *(
            order(
                {"Amara": amara, "Bo": bo}[who],
                refilled or "5.00",
                id=f"o{number}",
                at=datetime.strptime(f"{when} 2026 10 +0000", "%d %B %Y %H %z"),
                category="refill" if refilled else "tea",
            )
            for number, ((when, who, *_), refilled) in enumerate(zip(rows, refills, strict=True))
        )
    )
    campaign = drafted("Double", **DOUBLE | {"limit": {"units": 40, "per": "month"}})

    found = tried(campaign)

    assert found.tried.points == {"points": sum(int(row[4]) for row in rows)} == {"points": 60}
    assert found.unlimited.points == {"points": sum(int(row[3]) for row in rows)} == {"points": 80}
    assert (found.tried.hits, found.unlimited.hits, found.looked_at) == (3, 4, 5)
    assert (found.tried.members, found.overlap) == (2, {"base": 3})
    assert lasts_until(found.tried.by_day, 50, "points") == "2026-04-02"


def earning(amount=30, **fields):
    return {"kind": "earn", "unit": "points", "amount": amount} | fields


def test_a_ladder_of_times_pays_on_its_times(units, bo):
    """E42, E48: on the 1st and 3rd view only."""
    take(*(act("content.viewed", bo, id=f"v{number}", at=day(4, number)) for number in range(1, 5)))
    rule = {"triggers": ["content.viewed"], "effects": [earning(nth=[1, 3])]}
    found = tried(drafted("Views", **rule))
    assert (found.tried.hits, dict(found.tried.points)) == (2, {"points": 60})


def test_a_ladder_of_times_for_each_container(units, bo):
    """E42, E48: on the 1st and 3rd refill of one container, and the 1st of another."""
    for number, serial in enumerate(["J1", "J1", "J1", "J2"], start=1):
        told = {"order_id": f"o{number}", "serial": serial}
        take(
            act("refill.ordered", bo, id=f"f{number}", at=day(4, number), **told),
            act("refill.confirmed", bo, id=f"c{number}", at=day(5, number), **told),
        )
    ladder = earning(nth=[1, 3], counted_by="serial")
    found = tried(drafted("Refills", triggers=["refill.confirmed"], effects=[ladder]))
    assert (found.tried.hits, dict(found.tried.points)) == (3, {"points": 90})


def test_steps_are_no_points(units, bo):
    """E42: they are counted among what else it gives."""
    achievement()
    take(act("content.viewed", bo, id="v1", at=day(4, 1)))
    step = {"kind": "achievement", "achievement": "ten-refills", "steps": 2}
    found = tried(drafted("Steps", triggers=["content.viewed"], effects=[step]))
    assert (found.tried.hits, found.tried.members, dict(found.tried.points)) == (1, 1, {})
    assert (dict(found.other), found.top) == ({"step": 1}, [])


def test_of_two_with_one_priority_the_older_goes_first(units, bo):
    """E35, E42: as it will be when it is live."""
    sale = groups.define("Sale", slug="sale", mode="first", actor=SYSTEM)
    rule = {"triggers": ["content.viewed"], "effects": [earning()]}
    standard.publish({"slug": "old", "name": "Old", "group": sale, **rule}, actor=SYSTEM)
    newer = frames.draft("New", group=sale, actor=SYSTEM)
    frames.write_rule(newer, actor=SYSTEM, **rule)
    take(act("content.viewed", bo, id="v1", at=day(4, 1)))
    assert tried(newer).tried.hits == 0


def test_a_draft_is_tried_with_the_frame_that_it_brings(units):
    """E42: the live version is asked with its own."""
    crowd = [members.enrol(f"m{number}", actor=SYSTEM) for number in range(40)]
    take(*(act("content.viewed", each, id=each.ref, at=day(4, 1)) for each in crowd))
    rule = {"triggers": ["content.viewed"], "effects": [earning()]}
    campaign = standard.publish({"slug": "views", "name": "Views", **rule}, actor=SYSTEM)
    frames.revise(campaign, actor=SYSTEM, holdout_percent=50)
    found = tried(campaign)
    reached = sum(not is_held_out(campaign.pk, each.pk, 50) for each in crowd)
    assert (found.tried.members, found.live.members) == (reached, 40)
