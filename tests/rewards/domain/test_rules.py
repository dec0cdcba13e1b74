"""Codes, files of codes, and what stands in a member's way: plain values."""

from datetime import UTC, date, datetime, timedelta

import pytest

from loyalty.rewards.domain import moves
from loyalty.rewards.domain.codes import ALPHABET, new_code, plain
from loyalty.rewards.domain.coupon_file import Fault, read_file
from loyalty.rewards.domain.eligibility import (
    Standing,
    Terms,
    last_instant,
    obstacle,
    window_start,
)
from loyalty.rewards.models import Coupon, Redemption

NOW = datetime(2026, 6, 17, 12, tzinfo=UTC)


def test_a_code_is_sixty_bits_in_groups_of_four():
    code = new_code()
    assert [len(group) for group in code.split("-")] == [4, 4, 4]
    assert set(code.replace("-", "")) <= set(ALPHABET)
    assert len({new_code() for _ in range(1000)}) == 1000


@pytest.mark.parametrize("typed", ["ab1o-70xz", "AB10 7OXZ", "abIO—70xz", "AbLo70Xz"])
def test_people_may_type_a_code_as_they_read_it(typed):
    assert plain(typed) == "AB1070XZ"


def test_a_code_longer_than_any_is_none():
    assert plain("A" * 65) == ""


def test_a_file_may_be_a_bare_list_or_csv_with_a_last_day():
    bare = read_file("\ufeffAAAA-1\n\nBBBB-2\r\n")
    assert [(row.line, row.code) for row in bare.rows] == [(1, "AAAA-1"), (3, "BBBB-2")]
    table = read_file("expires_on;code\n2027-01-31;AAAA-1\n;BBBB-2\n")
    assert [(row.code, row.expires_on) for row in table.rows] == [
        ("AAAA-1", date(2027, 1, 31)),
        ("BBBB-2", None),
    ]


def test_faults_name_the_line_and_never_the_code():
    read = read_file("code,expires_on\nAAAA-1,\naaaa1,\nAB,\n,2027-01-01\nCCCC-3,soon\n")
    assert read.faults == (
        Fault(3, "the same code as in line 2"),
        Fault(4, "fewer than 4 letters and digits, which is quickly guessed"),
        Fault(5, "no code"),
        Fault(6, "expires_on is not a date like 2027-01-31"),
    )


@pytest.mark.parametrize(
    ("terms", "standing", "code"),
    [
        ({}, {}, None),
        ({"is_active": False}, {}, "not_on_offer"),
        ({"since": NOW + timedelta(seconds=1)}, {}, "not_yet"),
        ({"since": NOW, "until": NOW + timedelta(seconds=1)}, {}, None),
        ({"until": NOW}, {}, "not_on_offer"),
        ({"rung": (1, 500)}, {"rungs": {1: 499}}, "tier_needed"),
        ({"rung": (1, 500)}, {"rungs": {2: 900}}, "tier_needed"),
        ({"rung": (1, 500)}, {"rungs": {1: 900}}, None),
        ({"rung": (1, 0)}, {"rungs": {1: 0}}, None),
        ({"badge": 7}, {"badges": frozenset({8})}, "badge_needed"),
        ({"badge": 7}, {"badges": frozenset({7})}, None),
        (
            {"segments": frozenset({3, 4})},
            {"missing": {3: "two orders", 4: "one"}},
            "segment_needed",
        ),
        ({"segments": frozenset({3, 4})}, {"missing": {3: "two orders", 4: ""}}, None),
        ({"left": 0}, {}, "out_of_stock"),
        ({"left": 1}, {}, None),
        ({"limit": 2}, {"taken": 2}, "limit_reached"),
        ({"limit": 2}, {"taken": 1}, None),
        ({"cost": 101}, {}, "not_enough"),
    ],
)
def test_the_first_thing_in_the_way(terms, standing, code):
    found = obstacle(
        Terms(**{"is_active": True, "cost": 100} | terms),
        Standing(**{"points": 100} | standing),
        at=NOW,
    )
    assert (found and found.code) == code


def test_windows_begin_at_local_midnight():
    today, zone = date(2026, 6, 17), "America/New_York"
    starts = {
        window: window_start(window, today=today, zone=zone)
        for window in ("", "day", "week", "month", "year")
    }
    assert starts == {
        "": None,
        "day": datetime(2026, 6, 17, 4, tzinfo=UTC),
        "week": datetime(2026, 6, 15, 4, tzinfo=UTC),
        "month": datetime(2026, 6, 1, 4, tzinfo=UTC),
        "year": datetime(2026, 1, 1, 5, tzinfo=UTC),
    }


def test_a_voucher_is_good_to_the_end_of_its_last_local_day():
    ends = last_instant(days=30, today=date(2026, 3, 1), zone="Europe/Berlin")
    assert ends == datetime(2026, 3, 31, 22, tzinfo=UTC)  # summer time has begun


def test_the_tables_of_moves_know_every_state():
    assert set(moves.REDEMPTION) == {"", *Redemption.State.values}
    assert set(moves.COUPON) == set(Coupon.State.values)
