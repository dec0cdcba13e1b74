"""Dates that come again: each of its own, at the same time on the wall."""

from datetime import UTC, date, datetime, time

import pytest
from django.conf import settings

from events_directory.domain.repeats import LAST, MONTHLY, WEEKLY, Repeat
from events_directory.errors import InThePast, NoDate, TooFarAhead, TooManyDates
from events_directory.models import MicroEvent, Occurrence, Repetition
from events_directory.operations import bookings, micro_events, occurrences, repeats
from members import clock
from members.models import AuditRow
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
#: Tuesdays over the night of 25 October 2026, when clocks in Berlin are put back.
TUESDAYS = Repeat(WEEKLY, (1,), count=4)


@pytest.fixture(autouse=True)
def _in_october():
    with clock.standing_at(NOW):
        yield


def add(event, repeat, first_on=date(2026, 10, 13), **fields):
    said = {"local_time": time(18), "capacity": 8, "actor": SYSTEM} | fields
    return repeats.add(event, repeat=repeat, first_on=first_on, **said)


def test_eighteen_stays_eighteen_when_the_clock_changes(drafted):
    """UP2: the instants move by an hour, the wall does not."""
    found = add(drafted, TUESDAYS)
    assert [(each.local_on.day, each.local_time.hour, each.starts_at.hour) for each in found] == [
        (13, 18, 16),
        (20, 18, 16),
        (27, 18, 17),
        (3, 18, 17),
    ]
    assert Repetition.objects.get().rule == "FREQ=WEEKLY;BYDAY=TU;COUNT=4"
    assert AuditRow.objects.filter(verb="events_directory.occurrence.added").count() == 4


def test_the_document_says_the_same(drafted):
    """UP2: the worked table of `docs/algorithms/dates.md`."""
    text = (settings.BASE_DIR / "docs" / "algorithms" / "dates.md").read_text()
    lines = text[text.index("| day |") :].split("\n\n")[0].splitlines()[2:]
    told = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert told == [
        [each.local_on.isoformat(), f"{each.local_time:%H:%M}", f"{each.starts_at:%H:%M}"]
        for each in add(drafted, TUESDAYS)
    ]


@pytest.mark.parametrize(
    ("repeat", "days"),
    [
        (Repeat(MONTHLY, (1,), 2, count=3), ["2026-10-13", "2026-11-10", "2026-12-08"]),
        (
            Repeat(MONTHLY, (4,), LAST, until=date(2026, 12, 25)),
            ["2026-10-30", "2026-11-27", "2026-12-25"],
        ),
        (
            Repeat(WEEKLY, (1, 3), until=date(2026, 10, 22)),
            ["2026-10-13", "2026-10-15", "2026-10-20", "2026-10-22"],
        ),
        # The first day counts only if it fits.
        (Repeat(WEEKLY, (0,), count=1), ["2026-10-19"]),
    ],
)
def test_days_of_rules(repeat, days):
    """UP2: weekly on given days, monthly by the nth weekday, until a day or a number of times."""
    found = repeats.days(repeat, first_on=date(2026, 10, 13))
    assert [day.isoformat() for day in found] == days


def test_each_date_is_booked_moved_and_cancelled_by_itself(drafted, amara):
    """UP2."""
    found = add(drafted, TUESDAYS)
    micro_events.submit(drafted, actor=SYSTEM)
    micro_events.publish(drafted, actor=SYSTEM)
    bookings.book(found[1], member=amara, key="k", actor=SYSTEM)
    occurrences.move(found[2], local_on=date(2026, 10, 28), local_time=time(19), actor=SYSTEM)
    occurrences.cancel(found[3], reason="Rain", actor=SYSTEM)
    rows = Occurrence.objects.order_by("starts_at")
    assert [
        (row.local_on.day, row.local_time.hour, row.booked, row.is_cancelled) for row in rows
    ] == [
        (13, 18, 0, False),
        (20, 18, 1, False),
        (28, 19, 0, False),
        (3, 18, 0, True),
    ]
    assert len({row.uid for row in rows}) == 4


def test_the_same_rule_again_adds_nothing_and_a_longer_one_the_rest(drafted):
    add(drafted, TUESDAYS)
    assert add(drafted, TUESDAYS) == []
    assert [each.local_on.day for each in add(drafted, Repeat(WEEKLY, (1,), count=6))] == [10, 17]
    assert (Occurrence.objects.count(), Repetition.objects.count()) == (6, 2)


@pytest.mark.parametrize(
    ("repeat", "first_on", "refusal"),
    [
        (Repeat(WEEKLY, (1,), count=101), date(2026, 10, 13), TooManyDates),
        (Repeat(WEEKLY, (1,), until=date(2026, 10, 1)), date(2026, 10, 13), NoDate),
        (Repeat(WEEKLY, (1,), count=3), date(2026, 9, 1), InThePast),
        (Repeat(MONTHLY, (1,), 1, count=60), date(2026, 10, 13), TooFarAhead),
    ],
)
def test_all_or_none(drafted, repeat, first_on, refusal):
    with pytest.raises(refusal):
        add(drafted, repeat, first_on)
    assert not Occurrence.objects.exists() and not Repetition.objects.exists()


def test_a_draft_begins_with_all_its_dates_or_not_at_all(shop, venue):
    said = {"title": "Mend", "venue": venue, "category": "repair", "minutes": 60, "capacity": 3}
    wall = {"local_on": date(2026, 10, 13), "local_time": time(18), "actor": SYSTEM}
    with pytest.raises(TooManyDates):
        micro_events.draft_with_date(shop, repeat=Repeat(WEEKLY, (1,), count=101), **said, **wall)
    assert not MicroEvent.objects.exists()
    event = micro_events.draft_with_date(shop, repeat=TUESDAYS, **said, **wall)
    assert event.occurrences.count() == 4
