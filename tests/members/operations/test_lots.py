"""How long points live, and what moves their end."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from members import clock
from members.errors import NothingToReinstate
from members.models import LotLife, OpenLot, Tier
from members.operations import corrections, holds, ledger, lots, members, programme, tiers
from tests.books import faults
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db

MARCH = datetime(2026, 3, 1, 12, tzinfo=UTC)


def earn(member, unit, at, amount=10):
    return ledger.accrue(
        member, unit=unit, amount=amount, key=f"{member.ref}:{at}", reason="An order",
        actor=SYSTEM, cause=("test", 1), at=at,
    )  # fmt: skip


def ends(member, unit):
    """The last day of each open lot, where the member lives (UTC here)."""
    found = OpenLot.objects.filter(account=ledger.wallet(member, unit)).order_by("entry_id")
    return [(lot.expires_at - timedelta(seconds=1)).date().isoformat() for lot in found]


@pytest.fixture
def zoe(units):
    return members.enrol("zoe", actor=SYSTEM, time_zone="UTC", joined_on=date(2020, 3, 15))


@pytest.fixture
def march():
    with clock.standing_at(MARCH):
        yield


def test_each_policy_sets_the_end_at_the_grant(march, zoe, points):
    """E13, E14, E15, E16: what was granted before keeps its end, and a yearly policy leaves a full
    year of its own first."""
    earn(zoe, points, MARCH)
    for hours, told in enumerate(
        (
            {"expires_after_months": 1, "expiry_rounded_to": "month"},
            {"expiry": "fixed", "expires_on_mmdd": 1231},
            {"expiry": "anniversary", "expires_on_mmdd": None},
        )
    ):
        points = programme.change_unit(points, actor=SYSTEM, **told)
        earn(zoe, points, MARCH + timedelta(hours=hours + 1))
    assert ends(zoe, points) == ["2027-03-01", "2026-04-30", "2027-12-31", "2027-03-14"]


def test_a_fixed_day_needs_its_day(points):
    """E15: and no other policy has one."""
    with pytest.raises(ValidationError):
        programme.change_unit(points, actor=SYSTEM, expiry="fixed")
    points.refresh_from_db()
    assert points.expiry == "rolling"


def test_switching_on_bites_after_a_full_period(march, zoe, points):
    """E20: 12 months switched on on 1 March: nothing ends before the next 1 March is over."""
    points = programme.change_unit(points, actor=SYSTEM, expires_after_months=None)
    earn(zoe, points, MARCH - timedelta(days=900))
    assert ends(zoe, points) == ["9999-12-30"]
    points = programme.change_unit(points, actor=SYSTEM, expires_after_months=12)
    assert lots.include_existing(points, actor=SYSTEM, reason="The terms of 2026") == 1
    assert ends(zoe, points) == ["2027-03-01"]
    assert LotLife.objects.get().reason == "The terms of 2026"
    assert faults() == []


def test_shortening_never_takes_from_a_promise_more_than_a_full_period(march, zoe, points):
    """E20: the earlier of the own end and a full new period; again it moves nothing."""
    earn(zoe, points, MARCH - timedelta(days=330))
    earn(zoe, points, MARCH - timedelta(days=30))
    assert ends(zoe, points) == ["2026-04-05", "2027-01-30"]
    points = programme.change_unit(points, actor=SYSTEM, expires_after_months=6)
    assert lots.include_existing(points, actor=SYSTEM, reason="Shorter") == 1
    assert ends(zoe, points) == ["2026-04-05", "2026-09-01"]
    assert lots.include_existing(points, actor=SYSTEM, reason="Shorter") == 0


def test_lengthened_by_hand_it_is_the_same_lot(march, zoe, points):
    """E18: spending, expiry and giving back go by the new end."""
    first, second = earn(zoe, points, MARCH - timedelta(days=330)), earn(zoe, points, MARCH)
    until = datetime(2027, 6, 1, tzinfo=UTC)
    moved = lots.extend_by_hand(zoe, unit=points, until=until, reason="Sorry", actor=SYSTEM)
    assert (moved, ends(zoe, points)) == (2, ["2027-05-31", "2027-05-31"])
    spent = ledger.redeem(
        zoe, unit=points, amount=15, key="s", reason="x", actor=SYSTEM, cause=("test", 1)
    )
    with clock.standing_at(datetime(2027, 5, 1, tzinfo=UTC)):
        assert ledger.expire_due(at=clock.now()) == 0
        corrections.restore(spent, key="undo", reason="Undone", actor=SYSTEM)
        assert ends(zoe, points) == ["2027-05-31", "2027-05-31"]
    with clock.standing_at(until):
        assert ledger.expire_due(at=until) == 2
    assert {first.pk, second.pk} == set(LotLife.objects.values_list("lot", flat=True))
    assert faults() == []


def test_a_zone_change_moves_no_end(march, zoe, points):
    """E21: what was promised keeps its instant."""
    earn(zoe, points, MARCH)
    before = list(OpenLot.objects.values_list("expires_at", flat=True))
    members.update(zoe, actor=SYSTEM, time_zone="Pacific/Kiritimati")
    assert list(OpenLot.objects.values_list("expires_at", flat=True)) == before


@pytest.mark.parametrize("day, came_back", [(14, 10), (15, 10), (16, 0)])
def test_expired_points_come_back_within_the_window_of_the_tier(zoe, points, day, came_back):
    """E19: ten days, run on the 15th: what expired on or after the 5th; each once, with the grace."""
    programme.change_tier(Tier.objects.get(slug="bronze"), actor=SYSTEM, reinstates_days=10)
    ended = datetime(2026, 1, 5, tzinfo=UTC)
    with clock.standing_at(datetime(2025, 1, 4, 12, tzinfo=UTC)):
        tiers.settle([zoe], actor=SYSTEM)
        earn(zoe, points, clock.now())
    with clock.standing_at(ended):
        assert ledger.expire_due(at=ended) == 1
    with clock.standing_at(datetime(2026, 1, day, 12, tzinfo=UTC)):
        if came_back:
            [entry] = lots.reinstate(zoe, unit=points, reason="Kindness", actor=SYSTEM)
            assert (entry.kind, entry.amount) == ("reinstatement", came_back)
            assert ends(zoe, points) == [f"2026-02-{day - 1}"]
        with pytest.raises(NothingToReinstate):
            lots.reinstate(zoe, unit=points, reason="Again", actor=SYSTEM)
        assert len(ends(zoe, points)) == bool(came_back)
        assert faults() == []


def test_what_was_returned_is_not_reinstated(zoe, points):
    """E19, E24: its expired part had been forgiven."""
    programme.change_tier(Tier.objects.get(slug="bronze"), actor=SYSTEM, reinstates_days=10)
    with clock.standing_at(MARCH):
        tiers.settle([zoe], actor=SYSTEM)
        entry = earn(zoe, points, MARCH)
    with clock.standing_at(MARCH + timedelta(days=367)):
        ledger.expire_due(at=clock.now())
        corrections.reverse(entry, key="back", reason="Sent back", actor=SYSTEM)
        with pytest.raises(NothingToReinstate):
            lots.reinstate(zoe, unit=points, reason="Kindness", actor=SYSTEM)


def test_what_expired_while_it_was_held_comes_back_too(zoe, points):
    """E19, E7: of one lot, some expired in the wallet and some in two checkouts that came to nothing."""
    programme.change_tier(Tier.objects.get(slug="bronze"), actor=SYSTEM, reinstates_days=10)
    with clock.standing_at(MARCH):
        tiers.settle([zoe], actor=SYSTEM)
        earn(zoe, points, MARCH)
    with clock.standing_at(MARCH + timedelta(days=364)):
        carts = [
            holds.place(
                zoe, unit=points, amount=amount, key=f"c{amount}", actor=SYSTEM, lasts=holds.LONGEST
            )
            for amount in (2, 5)
        ]
    with clock.standing_at(MARCH + timedelta(days=367)):
        assert ledger.expire_due(at=clock.now()) == 1
        for cart in carts:
            holds.release(cart, actor=SYSTEM)
        entries = lots.reinstate(zoe, unit=points, reason="Kindness", actor=SYSTEM)
        assert [entry.amount for entry in entries] == [3, 2, 5]
        with pytest.raises(NothingToReinstate):
            lots.reinstate(zoe, unit=points, reason="Again", actor=SYSTEM)
        assert faults() == []
