"""Rules for dates that come again."""

from datetime import date

import pytest

from events_directory.domain.repeats import LAST, MONTHLY, WEEKLY, Repeat, nth_of


@pytest.mark.parametrize(
    ("repeat", "rule"),
    [
        (Repeat(WEEKLY, (3, 1), count=8), "FREQ=WEEKLY;BYDAY=TU,TH;COUNT=8"),
        (Repeat(MONTHLY, (1,), 2, count=3), "FREQ=MONTHLY;BYDAY=2TU;COUNT=3"),
        (
            Repeat(MONTHLY, (4,), LAST, until=date(2027, 6, 30)),
            "FREQ=MONTHLY;BYDAY=-1FR;UNTIL=20270630T235959",
        ),
    ],
)
def test_a_repeat_is_a_rule_and_back(repeat, rule):
    assert repeat.rule == rule
    assert Repeat.read(rule).rule == rule


@pytest.mark.parametrize(
    "wrong",
    [
        (WEEKLY, ()),
        (WEEKLY, (7,)),
        (WEEKLY, (1,), 2),
        (MONTHLY, (1, 2), 1),
        (MONTHLY, (1,), 5),
        ("DAILY", (1,)),
    ],
)
def test_what_is_no_rule_of_ours_is_refused(wrong):
    with pytest.raises(ValueError, match="not a weekly"):
        Repeat(*wrong, count=2)


def test_a_rule_always_ends_and_in_one_way():
    for end in ({}, {"count": 2, "until": date(2027, 1, 1)}):
        with pytest.raises(ValueError, match="ends"):
            Repeat(WEEKLY, (0,), **end)


@pytest.mark.parametrize(("day", "nth"), [(1, 1), (7, 1), (8, 2), (28, 4), (29, LAST), (31, LAST)])
def test_which_of_its_month_a_day_is(day, nth):
    assert nth_of(date(2026, 12, day)) == nth
