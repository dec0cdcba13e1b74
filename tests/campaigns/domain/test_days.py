"""Days on a calendar: what lies where, and the time on the wall that stays when something is moved."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from loyalty.campaigns.domain import days, months

BERLIN = "Europe/Berlin"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("2026-10-31T23:00", date(2026, 10, 31)),  # midnight in Berlin
        ("2026-10-31T23:00:00.000001", date(2026, 11, 1)),
        ("2026-10-24T22:00", date(2026, 10, 24)),
        ("2026-10-25T23:00", date(2026, 10, 25)),  # the day of 25 hours
    ],
)
def test_what_ends_at_midnight_has_the_day_before_as_its_last(until, last):
    assert days.last_day(at(until), BERLIN) == last


@pytest.mark.parametrize(
    ("day", "begun"),
    [
        (date(2026, 10, 24), "2026-10-24T07:00"),
        (date(2026, 10, 26), "2026-10-26T08:00"),  # after the clocks went back
        (date(2027, 3, 28), "2027-03-28T07:00"),
    ],
)
def test_a_beginning_keeps_its_time_of_day_across_a_change_of_clocks(day, begun):
    assert days.begun_on(day, at("2026-07-01T07:00"), BERLIN) == at(begun)


def test_a_time_that_the_clocks_skip_is_the_instant_after_the_gap():
    half_past_two = at("2026-07-01T00:30")
    assert days.begun_on(date(2027, 3, 28), half_past_two, BERLIN) == at("2027-03-28T01:30")


def test_an_end_is_moved_so_that_its_last_day_is_the_one_named():
    midnight, noon = at("2026-10-23T22:00"), at("2026-10-23T10:00")
    assert days.ended_on(date(2026, 10, 25), midnight, BERLIN) == at("2026-10-25T23:00")
    assert days.ended_on(date(2026, 10, 25), noon, BERLIN) == at("2026-10-25T11:00")
    assert days.ended_on(date(2026, 10, 25), None, BERLIN) == at("2026-10-25T23:00")
    assert days.begun_on(date(2026, 10, 25), None, BERLIN) == at("2026-10-24T22:00")


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "1999-12", "2200-01", "0001-01", "x" * 9, "2026-1", "20261-1"]
)
def test_what_is_no_month_is_none(text):
    assert months.read_month(text) is None


@dataclass(frozen=True)
class Lies:
    first: date | None
    last: date | None


def test_a_month_is_whole_weeks_and_bars_lie_across_them():
    month = months.read_month("2026-11")
    assert month == date(2026, 11, 1)
    long = Lies(date(2026, 11, 4), date(2026, 11, 12))
    open_ended, elsewhere = Lies(None, date(2026, 10, 27)), Lies(date(2026, 12, 9), None)
    found = list(months.weeks(month, [long, open_ended, elsewhere]))
    assert [week.days[0] for week in found][:2] == [date(2026, 10, 26), date(2026, 11, 2)]
    assert len(found) == 6 and all(len(week.days) == 7 for week in found)
    shown = [
        [(bar.entry, bar.column, bar.span, bar.begins, bar.ends) for bar in week.bars]
        for week in found
    ]
    assert shown == [
        [(open_ended, 1, 2, False, True)],
        [(long, 3, 5, True, False)],
        [(long, 1, 4, False, True)],
        [],
        [],
        [],
    ]


def test_a_week_shows_so_many_and_counts_the_rest():
    month, day = date(2026, 11, 1), date(2026, 11, 4)
    crowd = [Lies(day, day)] * (months.MOST_BARS + 3)
    weeks = list(months.weeks(month, crowd))
    assert (len(weeks[1].bars), weeks[1].more) == (months.MOST_BARS, 3)
