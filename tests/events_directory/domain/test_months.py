"""A month on a sheet."""

from datetime import date

import pytest

from events_directory.domain.months import Month


def test_weeks_begin_as_the_locale_says():
    november = Month.read("2026-11")
    monday, sunday = (november.weeks(starts_on=day)[0] for day in (1, 0))
    assert monday == [None] * 6 + [date(2026, 11, 1)]
    assert sunday == [date(2026, 11, day) for day in range(1, 8)]


def test_the_months_around_it():
    january = Month.read("2027-01")
    assert (january.before.name, january.following.name) == ("2026-12", "2027-02")
    assert Month.of(date(2026, 11, 30)).name == "2026-11"


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-1", "x", "9999-12", "0001-01", "2026-11-01"]
)
def test_nonsense_is_no_month(text):
    assert Month.read(text) is None
