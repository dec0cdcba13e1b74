"""What campaigns and activities do to the life of points."""

from datetime import UTC, datetime, timedelta

import pytest

from loyalty.campaigns.models import Effect
from loyalty.campaigns.operations import intake, rulebook, standard
from loyalty.campaigns.operations.releases import pending_releases
from members import clock
from members.domain.actors import Actor
from members.models import OpenLot
from members.operations import ledger, members, programme
from tests.books import faults
from tests.campaigns.conftest import act, order, take
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.fixture
def zoe(units):
    with clock.standing_at(NOON - timedelta(days=800)):
        return members.enrol("zoe", actor=SYSTEM, time_zone="UTC")


@pytest.fixture(autouse=True)
def noon():
    with clock.standing_at(NOON):
        yield


def published(slug, effects, *triggers):
    return standard.publish(
        {"slug": slug, "name": slug.title(), "triggers": list(triggers), "effects": effects},
        actor=SYSTEM,
    )


def ends(member, unit):
    found = OpenLot.objects.filter(account=ledger.wallet(member, unit)).order_by("entry_id")
    return [(lot.expires_at - timedelta(seconds=1)).date().isoformat() for lot in found]


def pending(**wait):
    return [{"kind": "earn", "unit": "points", "amount": 10, "pending": wait}]


@pytest.mark.parametrize(
    "wait, due",
    [
        ({"days": 14}, NOON + timedelta(days=14)),
        ({"on": "2026-07-01"}, datetime(2026, 7, 1, tzinfo=UTC)),
    ],
)
def test_pending_points_become_active_on_their_day(units, zoe, points, wait, due):
    """E4: after so many days, or on a date at the member's midnight; not a second before, and once."""
    published("later", pending(**wait), "review.published")
    take(act("review.published", zoe, id="r", sku="jar"))
    assert pending_releases(due, due - timedelta(seconds=1)).done == 0
    assert ends(zoe, points) == []
    with clock.standing_at(due):
        assert pending_releases(due, due).done == 1
        assert pending_releases(due, due).done == 0
    assert len(ends(zoe, points)) == 1
    assert faults() == []


@pytest.mark.parametrize(
    "life_from, last", [("activation", "2027-07-01"), ("earning", "2027-06-15")]
)
def test_life_counts_from_activation_or_from_earning(units, zoe, points, life_from, last):
    """E6: as the unit says."""
    programme.change_unit(points, actor=SYSTEM, life_from=life_from)
    rulebook.touch()
    published("later", pending(on="2026-07-01"), "review.published")
    take(act("review.published", zoe, id="r", sku="jar"))
    due = datetime(2026, 7, 1, tzinfo=UTC)
    with clock.standing_at(due):
        pending_releases(due, due)
    assert ends(zoe, points) == [last]


def test_only_chosen_acts_keep_points_alive(campaigns, zoe, points):
    """E17: an order does, a birthday does not, and its gift lives no longer than the rest."""
    programme.change_unit(
        points,
        actor=SYSTEM,
        expiry="inactivity",
        expires_after_months=6,
        active_kinds=["order.placed"],
    )
    rulebook.touch()
    with clock.standing_at(NOON - timedelta(days=100)):
        take(order(zoe, "10.00", id="o1"))
    first = ends(zoe, points)
    take(act("birthday.reached", zoe, id="b"))
    assert ends(zoe, points) == [first[0]] * 2
    with clock.standing_at(NOON + timedelta(days=30)):
        take(order(zoe, "20.00", id="o2"))
    assert ends(zoe, points) == ["2027-01-15"] * 3
    with clock.standing_at(NOON + timedelta(days=31)):
        take(order(zoe, "5.00", id="o3", at=NOON - timedelta(days=50)))
    assert ends(zoe, points)[:3] == ["2027-01-15"] * 3
    assert faults() == []


def test_a_rule_can_lengthen_lives(units, zoe, points):
    """E18: what ends sooner lives so many days more; what lives longer stays."""
    published("base", [{"kind": "earn", "unit": "points", "amount": 10}], "review.published")
    published("stay", [{"kind": "extend", "unit": "points", "days": 90}], "visit.checked_in")
    for days in (300, 10):
        with clock.standing_at(NOON - timedelta(days=days)):
            take(act("review.published", zoe, id=f"r{days}", sku="jar"))
    [answer] = take(act("visit.checked_in", zoe, id="v", store="harbour"))
    assert ends(zoe, points) == ["2026-09-13", "2027-06-05"]
    assert [(effect["kind"], effect["amount"]) for effect in answer["effects"]] == [
        ("extension", None)
    ]
    assert Effect.objects.get(kind="extension").why.endswith(
        "your points live 90 days more at least"
    )
    assert faults() == []


def test_points_told_late_live_two_weeks_and_history_does_not(campaigns, zoe, points):
    """E86: an order of 370 days ago; its time is over, but the member could not know of it."""
    long_ago = NOON - timedelta(days=370)
    take(order(zoe, "10.00", id="late", at=long_ago))
    assert ends(zoe, points) == ["2026-06-29"]
    intake.take(
        [order(zoe, "10.00", id="history", at=long_ago)],
        actor=Actor.system("import"),
        is_history=True,
    )
    assert ends(zoe, points) == ["2026-06-29", "2026-06-10"]
