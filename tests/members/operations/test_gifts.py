"""Points that go from one member to another."""

from datetime import timedelta

import pytest
import time_machine

from members import clock
from members.errors import CannotBeGiven, NotEnough, NotPositive, NotToOneself
from members.models import Balance, Entry, Gift, OpenLot
from members.operations import corrections, gifts, ledger
from members.operations.lots import extend_by_hand
from tests.books import faults
from tests.conftest import SYSTEM
from tests.together import together

pytestmark = pytest.mark.django_db


def give(giver, receiver, unit, amount, key="gift"):
    return gifts.give(giver, receiver=receiver, unit=unit, amount=amount, key=key, actor=SYSTEM)


def lots(member, unit):
    return list(
        OpenLot.objects.filter(account=ledger.wallet(member, unit))
        .order_by("pk")
        .values_list("remaining", "expires_at")
    )


def balance(member, unit):
    return Balance.objects.get(account=ledger.wallet(member, unit)).amount


def test_a_gift_keeps_the_life_of_its_points(amara, bo, points):
    """E10: soonest expiry first, each lot with its own expiry."""
    before = lots(amara, points)
    gift = give(amara, bo, points, 150)
    assert lots(bo, points) == [(100, before[0][1]), (50, before[1][1])]
    assert lots(amara, points) == [(150, before[1][1]), before[2]]
    assert give(amara, bo, points, 150).pk == gift.pk
    assert balance(bo, points) == 150
    assert faults() == []


def test_a_gift_taken_back_returns_to_its_lots(amara, bo, points):
    """E10, P6: the very lots it came from, once."""
    before = lots(amara, points)
    gift = gifts.take_back(give(amara, bo, points, 150), actor=SYSTEM, reason="A mistake")
    assert (lots(amara, points), lots(bo, points)) == (before, [])
    entries = Entry.objects.count()
    gifts.take_back(gift, actor=SYSTEM, reason="Again")
    assert Entry.objects.count() == entries
    assert faults() == []


def test_a_gift_whose_lot_is_over_comes_back_with_the_grace(amara, bo, points):
    """E10, P6: the giver's own lot expired; the receiver's part of it had been extended."""
    gift = give(amara, bo, points, 50)
    (_, ends), *_ = lots(amara, points)
    longer = ends + timedelta(days=60)
    extend_by_hand(bo, unit=points, until=longer, reason="Kept", actor=SYSTEM)
    with time_machine.travel(ends + timedelta(hours=1), tick=False):
        assert ledger.expire_due(at=clock.now()) == 1
        gifts.take_back(gift, actor=SYSTEM, reason="A mistake")
        graced = corrections.graced(ledger.wallet(amara, points), clock.now())
        assert (50, graced) in lots(amara, points)
        assert (balance(amara, points), lots(bo, points)) == (550, [])
        assert ledger.expire_due(at=clock.now()) == 0
    assert faults() == []


def test_what_was_used_cannot_be_taken_back(amara, bo, points):
    """E10: refused whole, and nothing changes."""
    gift = give(amara, bo, points, 150)
    ledger.redeem(bo, unit=points, amount=1, key="s", reason="x", actor=SYSTEM, cause=("test", 1))
    entries = Entry.objects.count()
    with pytest.raises(NotEnough):
        gifts.take_back(gift, actor=SYSTEM, reason="A mistake")
    assert (Entry.objects.count(), balance(bo, points)) == (entries, 149)


def test_what_cannot_be_given(amara, bo, points, units):
    """E10: more than there is, nothing, to oneself, or status."""
    entries = Entry.objects.count()
    for refusal, act in (
        (NotEnough, lambda: give(amara, bo, points, 601)),
        (NotPositive, lambda: give(amara, bo, points, 0)),
        (NotToOneself, lambda: give(amara, amara, points, 1)),
        (CannotBeGiven, lambda: give(amara, bo, units["status"], 1)),
    ):
        with pytest.raises(refusal):
            act()
    assert (Gift.objects.count(), Entry.objects.count()) == (0, entries)


@pytest.mark.django_db(transaction=True)
def test_gifts_both_ways_at_once_do_not_block_each_other(amara, bo, points):
    """E10, E45: two people give each other at the same moment; both arrive."""
    give(amara, bo, points, 300)
    said = together(
        *(lambda n=n: give(amara, bo, points, 10, key=f"there-{n}") for n in range(4)),
        *(lambda n=n: give(bo, amara, points, 10, key=f"back-{n}") for n in range(4)),
    )
    assert said == ["done"] * 8
    assert (balance(amara, points), balance(bo, points)) == (300, 300)
    assert faults() == []


@pytest.mark.django_db(transaction=True)
def test_the_last_points_are_given_once(amara, bo, points):
    """E45: ten gifts of everything at once: one."""
    said = together(*(lambda n=n: give(amara, bo, points, 600, key=f"all-{n}") for n in range(10)))
    assert sorted(said) == ["done"] + ["not_enough"] * 9
    assert (balance(amara, points), balance(bo, points)) == (0, 600)
