"""Clients in processes of their own at one balance, one gift, one entry, one hold: exactly who should win
wins, nobody waits for ever, and the books add up in every snapshot taken meanwhile."""

from datetime import timedelta

import pytest
from django.db import connection

from members.models import Balance, Entry, Hold
from members.operations import holds, ledger
from tests.books import faults
from tests.conftest import SYSTEM
from tests.racing import race
from tests.scale import scale
from tests.watching import watched

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS = 50
HOLDS = scale(100, 1_000)


def balance(member, unit, kind="wallet") -> int:
    return Balance.objects.get(account=ledger.wallet(member, unit, kind)).amount


def raced(work: str, jobs: list):
    with watched() as looks:
        found = race(work, jobs, database=connection.settings_dict["NAME"])
    assert (looks.count > 3, looks.wrong, faults()) == (True, set(), [])
    return found


def test_one_balance_pays_once(amara, points):
    """E45, P3: fifty want all of it, one gets it."""
    found = raced("spend", [(amara.pk, 600, f"s{number}") for number in range(CLIENTS)])
    assert found == {"done": 1, "not_enough": CLIENTS - 1}
    assert balance(amara, points) == 0


def test_one_balance_pays_as_often_as_it_can(amara, points):
    """E45, P3: 600 are thirteen times 45."""
    found = raced("spend", [(amara.pk, 45, f"s{number}") for number in range(CLIENTS)])
    assert found == {"done": 13, "not_enough": CLIENTS - 13}
    assert balance(amara, points) == 15


def test_the_same_points_are_given_once(amara, bo, points):
    """E10, E45, P3: fifty gifts of everything, one arrives."""
    found = raced("give", [(amara.pk, bo.pk, 600, f"g{number}") for number in range(CLIENTS)])
    assert found == {"done": 1, "not_enough": CLIENTS - 1}
    assert (balance(amara, points), balance(bo, points)) == (0, 600)


def test_an_entry_is_taken_back_once(amara, points):
    """P6: twenty full reversals, one of them happens."""
    entry = Entry.objects.get(key="amara:300")
    found = raced("take_back", [(entry.pk, f"r{number}", None) for number in range(20)])
    assert found == {"done": 1, "already_reversed": 19}
    assert entry.reversals.get().amount == 300
    assert balance(amara, points) == 300


def test_parts_never_take_back_more_than_there_was(amara, points):
    """P6: twenty parts of 70 of 300, four of them fit."""
    entry = Entry.objects.get(key="amara:300")
    found = raced("take_back", [(entry.pk, f"r{number}", 70) for number in range(20)])
    assert found == {"done": 4, "already_reversed": 16}
    assert balance(amara, points) == 320


def test_a_hold_ends_once_whoever_comes_first(amara, points):
    """P7: three racers at each of a hundred holds (`make prove`: a thousand): captured, released, and timed
    out at its last moment."""
    ledger.accrue(
        amara,
        unit=points,
        amount=6 * HOLDS,
        key="more",
        reason="r",
        actor=SYSTEM,
        cause=("t", None),
    )
    placed = [
        holds.place(
            amara, unit=points, amount=6, key=f"h{number}", lasts=timedelta(hours=1), actor=SYSTEM
        )
        for number in range(HOLDS)
    ]
    jobs = [
        (hold.pk, verb)
        for hold in placed
        for verb in ("capture", "release", *(["time_out"] if hold.pk % 10 == 0 else []))
    ]
    found = raced("end_hold", jobs)
    states = list(Hold.objects.values_list("state", flat=True))
    assert states.count("captured") == found["capture"]
    # Letting go of what timed out a moment before changes nothing, and is no refusal.
    assert states.count("released") + states.count("expired") == HOLDS - found["capture"]
    assert states.count("released") <= found["release"]
    assert balance(amara, points) == 600 + 6 * HOLDS - 6 * found["capture"]
    assert balance(amara, points, "held") == 0
