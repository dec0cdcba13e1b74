"""Funded points that expire unspent come back to their fund: exactly, and each expiry once."""

from datetime import timedelta

import pytest

from loyalty.rewards.operations import fund_due
from members import clock
from members.models import Entry, Member, Tier, Unit
from members.operations import corrections, gifts, holds, ledger, lots, members, sweeps, tiers
from tests.campaigns.conftest import act, order, take
from tests.campaigns.funding import books, brewery, fund_of, funded, moves, sums
from tests.conftest import SYSTEM
from tests.settling import roll_up

pytestmark = pytest.mark.django_db

PER_MONEY = [{"kind": "earn", "unit": "points", "points": 1, "per": "1.00"}]


@pytest.fixture
def partner(eli):
    return brewery(eli)


@pytest.fixture
def ann(units) -> Member:
    return members.enrol("ann", actor=SYSTEM)


@pytest.fixture
def later(points):
    """When what is earned now has expired."""
    return clock.now() + timedelta(days=800)


def funded_order(partner, unit: Unit, **fields):
    fund = fund_of(partner, unit, points=1_000, **{"returns_expired": True} | fields)
    funded(fund, "orders", triggers=["order.placed"], effects=PER_MONEY)
    return fund


def expire(at) -> None:
    """Expiry is booked, everything settles, and funds get back what is theirs."""
    with clock.standing_at(at):
        sweeps.run_due(at=at, names=["points_expiry"])
        roll_up(at)
        sweeps.run_due(at=at + timedelta(minutes=15), names=["fund_returns"])


def redeem(member, unit, amount: int, key: str = "k") -> Entry:
    return ledger.redeem(
        member, unit=unit, amount=amount, key=key, reason="x", actor=SYSTEM, cause=("test", None)
    )


def test_what_expires_unspent_comes_back_once(ann, points, partner, later):
    """E93: 100 earned, 30 spent, 70 expire; the sweep again, and once more, changes nothing."""
    fund = funded_order(partner, points)
    take(order(ann, "100.00"))
    redeem(ann, points, 30)
    expire(later)
    assert (moves(fund)[-1], sums(fund)) == (("expired", 70), (1_000, 100, 70, 970))
    expire(later + timedelta(hours=1))
    fund.refresh_from_db()
    fund.expired_upto = 0
    fund.save(update_fields=["expired_upto"])
    # Even were the mark lost, each expiry is known.
    expire(later + timedelta(hours=2))
    assert (sums(fund), books()) == ((1_000, 100, 70, 970), [])


def test_a_fund_that_does_not_want_them_gets_none(ann, points, partner, later):
    fund = funded_order(partner, points, returns_expired=False)
    take(order(ann, "100.00"))
    expire(later)
    assert (sums(fund), books()) == ((1_000, 100, 0, 900), [])


def test_points_of_the_programme_itself_do_not_go_to_a_fund(ann, points, partner, later):
    """E93: of two lots that expire together, the fund gets what is left of its own."""
    fund = funded_order(partner, points)
    funded(None, "own")
    take(order(ann, "10.00"))
    take(act("visit.checked_in", ann, id="v"))
    redeem(ann, points, 4)
    expire(later)
    assert (moves(fund)[-1], sums(fund)) == (("expired", 6), (1_000, 10, 6, 996))
    assert books() == []


def test_points_are_followed_through_gifts_holds_and_waiting(ann, bo, points, partner, later):
    """E93, E10, E7: what was given away, held too long, or never confirmed expires for the fund too."""
    fund = funded_order(partner, points)
    waits = {"until": "refill.confirmed", "cancelled_by": "refill.rejected"}
    promised = [{"kind": "earn", "unit": "points", "amount": 50, "pending": waits}]
    funded(fund, "refills", triggers=["refill.ordered"], effects=promised)
    take(order(ann, "100.00"), act("refill.ordered", ann, id="r", order_id="R"))
    take(act("refill.confirmed", ann, id="c", order_id="R"))
    gifts.give(ann, receiver=bo, unit=points, amount=40, key="g", actor=SYSTEM)
    redeem(bo, points, 15)
    end = Entry.objects.get(kind="accrual", credit__kind="wallet").expires_at
    with clock.standing_at(end - timedelta(hours=1)):
        hold = holds.place(ann, unit=points, amount=30, key="h", actor=SYSTEM)
    with clock.standing_at(end + timedelta(hours=1)):
        holds.release(hold, actor=SYSTEM)
    expire(later)
    # 150 were granted; 15 were spent. The rest expired: at Bo's, held, and at Ann's.
    assert sum(size for kind, size in moves(fund) if kind == "expired") == 135
    assert (sums(fund), books()) == ((1_000, 150, 135, 985), [])


def test_what_was_spent_and_came_back_too_late_expires_for_the_fund(ann, points, partner, later):
    """E27, E93: a redemption is undone after its lot has ended; the grace passes unused."""
    fund = funded_order(partner, points)
    take(order(ann, "100.00"))
    spent = redeem(ann, points, 100)
    expire(later)
    assert sums(fund) == (1_000, 100, 0, 900)
    with clock.standing_at(later):
        corrections.restore(spent, key="undo", reason="Undone", actor=SYSTEM)
    expire(later + timedelta(days=60))
    assert (moves(fund)[-1], sums(fund)) == (("expired", 100), (1_000, 100, 100, 1_000))
    assert books() == []


def test_what_is_reinstated_is_the_programmes_present(ann, points, partner, later):
    """E19, E93: the fund has its points back already, and does not get them twice."""
    fund = funded_order(partner, points)
    take(order(ann, "100.00"))
    expire(later)
    assert sums(fund) == (1_000, 100, 100, 1_000)
    Tier.objects.update(reinstates_days=800)
    tiers.settle({ann}, actor=SYSTEM, at=clock.now())
    with clock.standing_at(later):
        lots.reinstate(ann, unit=points, reason="Kind", actor=SYSTEM)
    expire(later + timedelta(days=400))
    assert (sums(fund), books()) == ((1_000, 100, 100, 1_000), [])


def test_an_order_that_comes_back_after_its_points_expired_brings_nothing_twice(
    ann, points, partner, later
):
    """E24, E93: 60 of 100 expired and are back with the fund; the return brings the other 40."""
    fund = funded_order(partner, points)
    take(order(ann, "100.00"))
    redeem(ann, points, 40)
    expire(later)
    with clock.standing_at(later):
        take(act("order.returned", ann, id="r", order_id="o1"))
    assert moves(fund)[-2:] == [("expired", 60), ("returned", 40)]
    assert (sums(fund), books()) == ((1_000, 100, 100, 1_000), [])


def test_long_histories_are_looked_through_in_chunks(ann, points, partner, later, monkeypatch):
    """E22: a chunk that is cut short goes on where it stopped."""
    monkeypatch.setattr(fund_due, "CHUNK", 2)
    fund = funded_order(partner, points)
    for number in range(5):
        take(order(ann, "10.00", id=f"o{number}"))
    expire(later)
    assert (sums(fund), books()) == ((1_000, 50, 50, 1_000), [])
