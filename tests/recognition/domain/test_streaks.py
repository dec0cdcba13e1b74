"""Runs are the same in whatever order days are told, and milestones are told once a run."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as some

from recognition.domain.streaks import Terms, news, runs, standing, turn_of

FIRST = date(2026, 5, 20)
DAYS = some.lists(some.integers(0, 60).map(lambda n: FIRST + timedelta(days=n)), max_size=40)
TERMS = some.builds(
    Terms,
    some.integers(0, 4),
    some.sampled_from(["week", "month", "year"]),
    some.lists(some.integers(1, 20), max_size=3).map(tuple),
    some.sampled_from(["day", "week"]),
)


@given(TERMS, DAYS, some.randoms())
def test_any_order_leaves_the_same(terms, days, random):
    """E56, I2: shuffled and told twice."""
    shuffled = [*days, *days]
    random.shuffle(shuffled)
    assert runs(terms, shuffled) == runs(terms, days)
    today = FIRST + timedelta(days=61)
    assert standing(terms, shuffled, today=today) == standing(terms, days, today=today)


@given(TERMS, DAYS)
def test_runs_hold_every_day_once_and_no_period_more_freezes_than_it_has(terms, days):
    found = runs(terms, days)
    turns = {turn_of(terms.every, day) for day in days}
    assert [turn for run in found for turn in run.turns] == sorted(turns)
    frozen = [day for run in found for day in run.frozen]
    assert len(frozen) == len(set(frozen)) and not set(frozen) & turns
    from recognition.domain.achievements import period_of

    used = [period_of(terms.period, day) for day in frozen]
    assert all(used.count(period) <= terms.freezes for period in used)


@given(TERMS, DAYS)
def test_a_run_is_told_of_each_milestone_at_least_once_and_never_again(terms, days):
    """E56: days told one by one, as they come; what is told in the end covers every run that is long
    enough, and telling once more tells nothing."""
    told: list[tuple[int, date]] = []
    for many in range(len(days) + 1):
        told += news(runs(terms, days[:many]), terms.milestones, told)
    assert len(told) == len(set(told))
    for run in runs(terms, days):
        for milestone in set(terms.milestones):
            known = [on for which, on in told if which == milestone and run.first <= on <= run.last]
            assert bool(known) == (run.reached_on(milestone) is not None) or known
    assert list(news(runs(terms, days), terms.milestones, told)) == []


def test_a_healed_gap_tells_a_milestone_once():
    """Semantic 20: 1 2 _ 4 5, then the 3rd is told late: five days in a row, told once, and the freeze is
    free again."""
    terms = Terms(freezes=0, milestones=(5,))
    days = [date(2026, 6, day) for day in (1, 2, 4, 5)]
    assert list(news(runs(terms, days), terms.milestones, [])) == []
    healed = [*days, date(2026, 6, 3)]
    told = list(news(runs(terms, healed), terms.milestones, []))
    assert told == [(5, date(2026, 6, 5))]
    earlier = [*healed, date(2026, 5, 31)]
    assert list(news(runs(terms, earlier), terms.milestones, told)) == []


def test_a_week_begins_on_monday():
    """UM14: the 7th of June 2026 is a Sunday, and the 8th begins another week."""
    assert turn_of("week", date(2026, 6, 7)) == date(2026, 6, 1)
    assert turn_of("week", date(2026, 6, 8)) == date(2026, 6, 8)
    assert turn_of("day", date(2026, 6, 7)) == date(2026, 6, 7)
