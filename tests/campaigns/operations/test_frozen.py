"""One member's frozen account stops nobody else's activities, and nothing that was told is lost."""

from datetime import timedelta

import pytest
import time_machine

from loyalty.campaigns.operations import intake, releases
from members import clock
from members.domain.actors import Actor
from members.models import Activity, AuditRow, Balance, Entry, OpenLot
from members.operations import accounts, activities, due, holds, ledger
from tests.books import faults
from tests.campaigns.conftest import act, order, points_of, take, work
from tests.campaigns.funding import funded
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db


def balance(member, unit) -> Balance:
    return Balance.objects.get(account=ledger.wallet(member, unit))


def corrupt(member, unit, amount: int) -> None:
    Balance.objects.filter(account=ledger.wallet(member, unit)).update(amount=amount)


@pytest.fixture
def wrong(campaigns, amara, points):
    """Amara's wallet holds 600, and its stored balance says 999; nobody has noticed."""
    corrupt(amara, points, 999)
    return amara


def test_the_rest_of_a_batch_goes_on(wrong, bo, points):
    """P16: the wrong account is frozen by the posting that finds it; others are not affected."""
    told = order(wrong, "10.00", id="a")
    first, second = take(told, order(bo, "20.00", id="b"))
    assert (first["status"], first["reason"]) == ("parked", activities.FROZEN)
    assert (second["status"], points_of(second)[0]) == ("accepted", ("base", 20, "active"))
    assert balance(wrong, points).is_frozen and balance(wrong, points).amount == 999
    assert not balance(bo, points).is_frozen
    assert AuditRow.objects.filter(verb="members.account.frozen").count() == 1
    # From now on it is known as frozen; telling it again gets the first answer.
    again, third = take(told, order(bo, "5.00", id="c"))
    assert (again["status"], third["status"]) == ("parked", "accepted")
    assert balance(bo, points).amount == 25


def test_what_waited_counts_once_the_account_is_unfrozen(wrong, bo, points, fay):
    """P2: an order and its return, told while it was frozen, in any order; with their own dates."""
    at = clock.now() - timedelta(days=3)
    for who in (wrong, bo):
        take(order(who, "10.00", id=f"{who.ref}-a", at=at))
        later = at + timedelta(days=1)
        take(act("order.returned", who, id=f"{who.ref}-r", order_id=f"{who.ref}-a", at=later))
        take(order(who, "30.00", id=f"{who.ref}-b", at=at))
    assert Activity.objects.filter(status="parked", member=wrong).count() == 3
    corrupt(wrong, points, 600)
    accounts.unfreeze(ledger.wallet(wrong, points).pk, reason="Put right", actor=Actor.user(fay))
    work()
    assert not Activity.objects.exclude(status="accepted").exists()
    assert balance(wrong, points).amount == 600 + balance(bo, points).amount
    earned = Entry.objects.of_member(wrong).filter(kind="accrual", effect__campaign__slug="base")
    assert set(earned.values_list("occurred_at", flat=True)) == {at}
    assert faults() == []


def test_what_a_lower_floor_recorded_is_looked_at_again(wrong, bo, points, fay):
    """I10: it was accepted before anybody knew; it counts after the account is unfrozen."""
    told = [
        activities.record(
            "event.attended",
            member=member,
            source="laurel",
            external_id=f"e{member.pk}",
            actor=SYSTEM,
        )
        for member in (wrong, bo)
    ]
    assert intake.evaluate_recorded([row.pk for row in told], actor=SYSTEM) == 1
    assert hasattr(Activity.objects.get(pk=told[1].pk), "evaluation")
    work()
    corrupt(wrong, points, 600)
    accounts.unfreeze(ledger.wallet(wrong, points).pk, reason="Put right", actor=Actor.user(fay))
    work()
    assert not hasattr(Activity.objects.get(pk=told[0].pk), "evaluation")
    with time_machine.travel(clock.now() + timedelta(hours=1, minutes=1), tick=False):
        work()
    assert hasattr(Activity.objects.get(pk=told[0].pk), "evaluation")
    assert faults() == []


def test_expiry_goes_on_for_everybody_else(wrong, bo, points):
    """P16, E22: a wrong balance is frozen by the sweep, and its lots stay as they are."""
    ledger.accrue(
        bo, unit=points, amount=7, key="b", reason="x", actor=SYSTEM, cause=("test", None)
    )
    later = clock.now() + timedelta(days=5 * 365)
    assert due.expiries(later, later).done == 1
    assert balance(wrong, points).is_frozen and balance(bo, points).amount == 0
    assert OpenLot.objects.filter(account__member=wrong).count() == 3


def test_a_preview_freezes_nothing(wrong, points):
    """E36: it answers as the door would, and writes nothing."""
    [answer] = [one.as_json() for one in intake.preview([order(wrong, "10.00")], actor=SYSTEM)]
    assert answer["status"] == "parked"
    assert not balance(wrong, points).is_frozen
    assert Activity.objects.filter(kind="order.placed").count() == 0


@pytest.mark.parametrize("is_known", [False, True])
def test_promises_and_holds_of_everybody_else_end_in_time(wrong, bo, points, fay, is_known):
    """P16, E4, E7: whether the account is known as frozen, or the sweep finds it; hers end later."""
    corrupt(wrong, points, 600)
    funded(None, effects=[{"kind": "earn", "unit": "points", "amount": 20, "pending": {"days": 1}}])
    ledger.accrue(
        bo, unit=points, amount=9, key="b", reason="x", actor=SYSTEM, cause=("test", None)
    )
    for who in (wrong, bo):
        take(act("visit.checked_in", who, id=who.ref))
        holds.place(who, unit=points, amount=9, key=who.ref, actor=SYSTEM)
    corrupt(wrong, points, 999)
    if is_known:
        accounts.freeze(ledger.wallet(wrong, points).pk, reason="Wrong", actor=SYSTEM)
    later = clock.now() + timedelta(days=2)
    assert due.hold_timeouts(later, later).done == 1
    assert releases.pending_releases(later, later).done == 1
    assert (balance(bo, points).amount, balance(wrong, points).is_frozen) == (29, True)
    corrupt(wrong, points, 591)
    accounts.unfreeze(ledger.wallet(wrong, points).pk, reason="Put right", actor=Actor.user(fay))
    assert due.hold_timeouts(later, later).done == 1
    assert releases.pending_releases(later, later).done == 1
    assert balance(wrong, points).amount == 620
    assert faults() == []
