"""Progress is the same in whatever order steps are told."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some

from recognition.domain.achievements import Taken, Terms, last_day_of, period_of, replay

NOON = datetime(2026, 2, 25, 12, tzinfo=UTC)


def taken(place: int, hours: int, steps: int) -> Taken:
    at = NOON + timedelta(hours=hours)
    return Taken(at, f"k{place}", at.date(), steps)


STEPS = some.lists(some.tuples(some.integers(0, 2000), some.integers(1, 300)), max_size=25).map(
    lambda rows: [taken(place, *row) for place, row in enumerate(rows)]
)
TERMS = some.one_of(
    some.builds(
        Terms,
        some.integers(1, 400),
        some.sampled_from(["day", "week", "month", "year", "life"]),
        some.just("repeat"),
        some.booleans(),
    ),
    some.builds(
        Terms,
        some.integers(1, 400),
        some.sampled_from(["day", "week", "month", "year"]),
        some.sampled_from(["once", "each_period"]),
    ),
)


@given(TERMS, STEPS, some.randoms())
def test_any_order_leaves_the_same(terms, steps, random):
    """E55, I2: shuffled, and with every step told twice under its key."""
    shuffled = list(steps)
    random.shuffle(shuffled)
    assert replay(terms, shuffled) == replay(terms, steps)
    assert replay(terms, {step.key: step for step in [*shuffled, *steps]}.values()) == replay(
        terms, steps
    )


@given(TERMS, STEPS)
def test_one_step_more_never_reaches_less(terms, steps):
    """E55: so what was told in between is never more than what is told in the end."""
    if terms.recurrence == "once":
        return

    def reached(some_steps):
        return sum(len(tally.reached) for tally in replay(terms, some_steps))

    counts = [reached(steps[:many]) for many in range(len(steps) + 1)]
    assert counts == sorted(counts)


@given(STEPS, some.integers(1, 400))
def test_what_carries_loses_nothing(steps, target):
    """Semantic 21: the times it was reached and what is left are all steps together."""
    tallies = replay(Terms(target, "life", "repeat", carries=True), steps)
    found = sum(len(tally.reached) * target + tally.steps for tally in tallies)
    assert found == sum(step.steps for step in steps)


def test_periods_have_names_and_last_days():
    day = date(2026, 12, 30)
    assert [period_of(period, day) for period in ("day", "week", "month", "year", "life")] == [
        "2026-12-30",
        "2026-W53",
        "2026-12",
        "2026",
        "life",
    ]
    assert [last_day_of(period, day) for period in ("day", "week", "month", "year", "life")] == [
        day,
        date(2027, 1, 3),
        date(2026, 12, 31),
        date(2026, 12, 31),
        None,
    ]
    assert last_day_of("month", date(2028, 2, 1)) == date(2028, 2, 29)
