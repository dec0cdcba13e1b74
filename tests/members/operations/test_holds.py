"""Holds: points set aside for a checkout, and how that ends."""

from datetime import timedelta

import pytest
import time_machine

from members import clock
from members.errors import HoldEnded, MoreThanHeld, NotEnough, NotPositive
from members.models import Account, Balance, Entry, Hold, LotUse, OpenLot
from members.operations import corrections, due, holds, ledger
from tests.books import faults
from tests.conftest import SYSTEM
from tests.together import together

pytestmark = pytest.mark.django_db


def place(member, unit, amount, key="cart", **told):
    return holds.place(member, unit=unit, amount=amount, key=key, actor=SYSTEM, **told)


def lots(member, unit):
    return list(
        OpenLot.objects.filter(account=ledger.wallet(member, unit))
        .order_by("pk")
        .values_list("remaining", flat=True)
    )


def balance(member, unit, kind="wallet"):
    return Balance.objects.get(account=ledger.wallet(member, unit, kind)).amount


def test_held_points_cannot_be_spent(amara, points):
    """E7: they are set aside, soonest expiry first."""
    hold = place(amara, points, 250)
    assert (balance(amara, points), balance(amara, points, "held")) == (350, 250)
    assert lots(amara, points) == [50, 300]
    with pytest.raises(NotEnough):
        place(amara, points, 351, key="more")
    assert Hold.objects.count() == 1
    assert place(amara, points, 250).pk == hold.pk
    assert faults() == []


def test_capturing_part_gives_the_longest_lived_back(amara, points):
    """E7, E2: what is captured is spent soonest expiry first; the rest returns to its lots."""
    hold = holds.capture(place(amara, points, 250), amount=120, actor=SYSTEM)
    assert (hold.state, hold.captured) == ("captured", 120)
    assert lots(amara, points) == [180, 300]
    assert balance(amara, points, "held") == 0
    spent = Entry.objects.get(key=f"hold:{hold.pk}:captured")
    assert (spent.kind, spent.amount, spent.parent_id) == ("redemption", 120, hold.entry_id)
    assert holds.capture(hold, amount=120, actor=SYSTEM).pk == hold.pk
    with pytest.raises(HoldEnded):
        holds.release(hold, actor=SYSTEM)
    assert faults() == []


def test_a_release_gives_every_lot_back(amara, points):
    """E7: with its own expiry; a second release changes nothing."""
    before = list(OpenLot.objects.order_by("pk").values_list("pk", "remaining"))
    hold = holds.release(place(amara, points, 250), actor=SYSTEM)
    assert list(OpenLot.objects.order_by("pk").values_list("pk", "remaining")) == before
    entries = Entry.objects.count()
    assert holds.release(hold, actor=SYSTEM).state == "released"
    assert Entry.objects.count() == entries
    with pytest.raises(HoldEnded):
        holds.capture(hold, actor=SYSTEM)
    assert faults() == []


def test_a_hold_times_out_by_itself(amara, points):
    """E7, P7: a sweep lets it go; from that instant on it cannot be captured."""
    hold = place(amara, points, 250, lasts=timedelta(minutes=10))
    with time_machine.travel(hold.expires_at, tick=False):
        with pytest.raises(HoldEnded):
            holds.capture(hold, actor=SYSTEM)
        now = clock.now()
        assert due.hold_timeouts(now, now).done == 1
        assert due.hold_timeouts(now, now).done == 0
        hold.refresh_from_db()
        assert (hold.state, lots(amara, points)) == ("expired", [100, 200, 300])
        assert faults() == []


def test_points_that_run_out_while_held_expire(amara, points):
    """E7, E22: a hold saves nothing from its expiry, and the sweep books nothing twice."""
    first = OpenLot.objects.order_by("pk")[0]
    hold = place(amara, points, 60, lasts=timedelta(days=30))
    with time_machine.travel(first.expires_at + timedelta(hours=1), tick=False):
        ledger.expire_due(at=clock.now())
        assert lots(amara, points) == [200, 300]
        holds.release(hold, actor=SYSTEM)
        assert lots(amara, points) == [200, 300]
        assert balance(amara, points, "held") == 0
        assert faults() == []


def test_two_lots_that_run_out_in_one_hold_are_no_fault_of_the_books(amara, points):
    """E7, I9: each of them expired once, against its own lot."""
    hold = place(amara, points, 250)
    ends = OpenLot.objects.order_by("expires_at")[0].expires_at
    with time_machine.travel(ends, tick=False):
        holds.release(hold, actor=SYSTEM)
    lapsed = Entry.objects.filter(kind="expiry", cause_kind="hold")
    assert sorted(lapsed.values_list("amount", flat=True)) == [100, 150]
    taken = LotUse.objects.filter(entry=hold.entry)
    assert set(lapsed.values_list("parent", flat=True)) == set(taken.values_list("lot", flat=True))
    assert faults() == []


@pytest.mark.parametrize(
    "amount, refusal", [(0, NotPositive), (-5, NotPositive), (251, MoreThanHeld)]
)
def test_a_capture_is_within_its_hold(amara, points, amount, refusal):
    """E7: more than is held, or nothing, is refused and changes nothing."""
    hold, entries = place(amara, points, 250), Entry.objects.count()
    with pytest.raises(refusal):
        holds.capture(hold, amount=amount, actor=SYSTEM)
    hold.refresh_from_db()
    assert (hold.state, Entry.objects.count()) == ("held", entries)


def test_what_a_capture_spent_can_come_back(amara, points):
    """E27: the same lots, the longest-lived first, in parts and never more than was spent."""
    hold = holds.capture(place(amara, points, 350), amount=250, actor=SYSTEM)
    spent = Entry.objects.get(key=f"hold:{hold.pk}:captured")
    assert lots(amara, points) == [50, 300]
    corrections.restore(spent, amount=160, key="r1", reason="Sent back", actor=SYSTEM)
    assert lots(amara, points) == [10, 200, 300]
    corrections.restore(spent, key="r2", reason="Sent back", actor=SYSTEM)
    assert lots(amara, points) == [100, 200, 300]
    assert faults() == []


def test_what_comes_back_after_its_expiry_lives_for_the_grace(amara, points):
    """E27: 30 days, to the end of the member's day; and it comes back once."""
    spent = ledger.redeem(
        amara, unit=points, amount=150, key="s", reason="x", actor=SYSTEM, cause=("test", 1)
    )
    end = Entry.objects.get(key="amara:100").expires_at
    with time_machine.travel(end + timedelta(hours=2), tick=False):
        corrections.restore(spent, amount=120, key="r1", reason="Sent back", actor=SYSTEM)
        corrections.restore(spent, key="r2", reason="Sent back", actor=SYSTEM)
        graced = OpenLot.objects.exclude(entry__key__startswith="amara").order_by("entry_id")
        assert [lot.remaining for lot in graced] == [70, 30]
        assert {lot.expires_at - end for lot in graced} <= {
            timedelta(days=31),
            timedelta(days=31, hours=1),
            timedelta(days=30, hours=23),
        }
        assert sum(lots(amara, points)) == 600
        assert faults() == []
        assert LotUse.objects.filter(entry__reverses=spent).count() == 1


@pytest.mark.django_db(transaction=True)
def test_three_racers_end_a_hold_once(amara, points):
    """P7: captured, released and timed out at the same time: one of them wins."""
    for turn in range(5):
        hold = place(amara, points, 100, key=f"cart-{turn}", lasts=timedelta(minutes=5))
        soon = hold.expires_at

        def capture(hold=hold):
            holds.capture(hold, actor=SYSTEM)

        def release(hold=hold):
            holds.release(hold, actor=SYSTEM)

        def time_out(soon=soon):
            holds.time_out(at=soon, most=10, actor=SYSTEM)

        together(capture, release, time_out)
        hold.refresh_from_db()
        assert hold.state in ("captured", "released", "expired")
        assert balance(amara, points, "held") == 0
        assert faults() == []
    assert Account.objects.filter(kind="held").count() == 1
