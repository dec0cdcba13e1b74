"""Points given and taken by hand."""

from datetime import timedelta

import pytest
import time_machine

from members import clock
from members.errors import (
    AlreadyDecided,
    NotEnough,
    NotForOneself,
    ReasonNeeded,
    SecondPersonNeeded,
)
from members.models import Adjustment, AuditRow, Balance, Entry
from members.operations import adjustments, ledger
from members.permissions import can_adjust, can_decide
from tests.books import faults
from tests.conftest import member_of, person
from tests.together import together

pytestmark = pytest.mark.django_db


def make(member, unit, amount, by, key="k", reason="The scanner was broken"):
    return adjustments.make(member, unit=unit, amount=amount, reason=reason, by=by, key=key)


def balance(member, unit):
    return Balance.objects.get(account=ledger.wallet(member, unit)).amount


@pytest.fixture
def hal(db):
    return person("hal@example.test", is_staff=True, is_superuser=True)


def test_within_the_limit_it_is_posted_at_once(bo, points, fay):
    """E65, E66: with its reason, its maker and an audit row."""
    adjustment = make(bo, points, 1000, fay)
    assert (adjustment.state, balance(bo, points)) == ("posted", 1000)
    entry = adjustment.entry
    assert (entry.kind, entry.reason) == ("adjustment", "Adjusted by hand: The scanner was broken")
    assert entry.expires_at is not None
    verbs = AuditRow.objects.filter(subject_type="members.adjustment").values_list(
        "verb", flat=True
    )
    assert set(verbs) == {"members.adjustment.made", "members.adjustment.posted"}
    assert make(bo, points, 1000, fay).pk == adjustment.pk
    assert balance(bo, points) == 1000
    assert faults() == []


def test_above_the_limit_of_a_day_a_second_person_decides(bo, points, fay, hal):
    """E65: the day's adjustments count together, in either direction."""
    make(bo, points, 600, fay, key="one")
    make(bo, points, -200, fay, key="two")
    third = make(bo, points, 201, fay, key="three")
    assert (third.state, balance(bo, points)) == ("proposed", 400)
    with pytest.raises(SecondPersonNeeded):
        adjustments.approve(third, by=fay)
    assert balance(bo, points) == 400
    assert adjustments.approve(third, by=hal).state == "posted"
    assert balance(bo, points) == 601
    with pytest.raises(AlreadyDecided):
        adjustments.approve(third, by=hal)
    assert balance(bo, points) == 601
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=False):
        assert make(bo, points, 900, fay, key="four").state == "posted"
    assert faults() == []


def test_declined_it_changes_nothing(bo, points, fay, hal):
    """E65: and stays on record."""
    adjustment = make(bo, points, 5000, fay)
    assert adjustments.decline(adjustment, by=hal, reason="Too much").state == "declined"
    assert (balance(bo, points), Entry.objects.count()) == (0, 0)


def test_nobody_adjusts_their_own_points(points, hal, fay):
    """E65: neither as the maker nor as the second person."""
    own = member_of(hal, "hal")
    with pytest.raises(NotForOneself):
        make(own, points, 10, hal)
    proposed = make(own, points, 5000, fay)
    with pytest.raises(NotForOneself):
        adjustments.approve(proposed, by=hal)
    assert not can_adjust(hal, own)
    assert not can_decide(hal, proposed)
    assert not can_decide(fay, proposed)
    assert Entry.objects.count() == 0


def test_a_reason_is_needed_and_nothing_goes_below_zero(bo, points, fay):
    """E65, E45: refused, and nothing has changed."""
    with pytest.raises(ReasonNeeded):
        make(bo, points, 10, fay, reason="  ")
    with pytest.raises(NotEnough):
        make(bo, points, -1, fay)
    assert (Adjustment.objects.count(), Entry.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_both_fit_the_limit(bo, points, fay):
    """E65: 600 and 600 by one person at the same moment: one of them waits."""
    together(
        lambda: make(bo, points, 600, fay, key="one"), lambda: make(bo, points, 600, fay, key="two")
    )
    states = sorted(Adjustment.objects.values_list("state", flat=True))
    assert (states, balance(bo, points)) == (["posted", "proposed"], 600)
