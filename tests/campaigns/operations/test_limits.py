"""Limits for one member: so many times or units in a window of the member's own calendar."""

from datetime import UTC, datetime, timedelta

import pytest

from loyalty.campaigns.models import LimitUse
from loyalty.campaigns.operations import standard
from members import clock
from members.operations import members
from tests.books import faults
from tests.campaigns.conftest import order, points_of, take
from tests.conftest import SYSTEM

#: Midnight in Berlin is 22:00 UTC then; the next window of each kind begins here.
NEXT = {
    "hour": datetime(2026, 6, 30, 21, 0, tzinfo=UTC),
    "day": datetime(2026, 6, 29, 22, 0, tzinfo=UTC),
    "week": datetime(2026, 6, 28, 22, 0, tzinfo=UTC),
    "month": datetime(2026, 6, 30, 22, 0, tzinfo=UTC),
    "year": datetime(2026, 12, 31, 23, 0, tzinfo=UTC),
}
LATER = datetime(2027, 6, 1, tzinfo=UTC)


@pytest.fixture
def zoe(units):
    return members.enrol("zoe", time_zone="Europe/Berlin", actor=SYSTEM)


def capped(**limit):
    standard.publish(
        {
            "slug": "capped",
            "name": "Capped",
            "triggers": ["order.placed"],
            "effects": [{"kind": "earn", "unit": "points", "amount": 30}],
            "limit": limit,
        },
        actor=SYSTEM,
    )


@pytest.mark.parametrize("per", NEXT)
def test_so_many_times_in_a_window_and_again_from_the_next_one_on(zoe, per):
    """E43: per hour, day, week, month and year; the last moment counts there, the first one here."""
    with clock.standing_at(NEXT[per] - timedelta(days=60)):
        capped(times=1, per=per)
    with clock.standing_at(LATER):
        told = [
            order(zoe, "10.00", id=str(number), at=NEXT[per] + timedelta(seconds=seconds))
            for number, seconds in enumerate((-2, -1, 0, 1))
        ]
        answers = take(*told)
    assert [points_of(answer) for answer in answers] == [
        [("capped", 30, "active")],
        [],
        [("capped", 30, "active")],
        [],
    ]
    assert f"The limit of 1 per {per} has been reached" in answers[1]["not_earned"][0]["why"]
    assert [use.times for use in LimitUse.objects.all()] == [1, 1]
    assert faults() == []


def test_so_many_units_in_a_life(zoe):
    """E43: all or nothing when less is left; told once and never again."""
    with clock.standing_at(NEXT["week"]):
        capped(units=70, per="life")
    with clock.standing_at(LATER):
        answers = take(
            *[
                order(zoe, "10.00", id=str(days), at=NEXT["year"] + timedelta(days=days))
                for days in (0, 30, 60)
            ]
        )
    assert [bool(points_of(answer)) for answer in answers] == [True, True, False]
    assert "leaves 10" in answers[2]["not_earned"][0]["why"]
    assert [use.units for use in LimitUse.objects.all()] == [60]
