"""Tiers as a pure replay: the tables of `docs/algorithms/tiers.md`, and what holds in general."""

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.domain.calendar import add_months
from members.domain.lifts import Lift, lifted
from members.domain.projections import project
from members.domain.tiers import USUAL, Period, Rules, Rung, Version, replay, tier_at
from members.domain.windows import Rolling, Status, Terms
from tests.tables import rows_under

PAGE = Path(__file__).resolve().parents[3] / "docs" / "algorithms" / "tiers.md"
LADDER = [Rung(0, 1), Rung(150, 2), Rung(400, 3)]
NAMES = {1: "bronze", 2: "silver", 3: "gold"}
IDS = {name: tier_id for tier_id, name in NAMES.items()}
START = datetime(2025, 1, 1, tzinfo=UTC)
END = datetime(2029, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
YEAR = Rolling(12)
CALENDAR = Terms(date(2025, 1, 1))


def noon(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)


class Life:
    """What happens in a table, row by row; or in a property, all at once."""

    def __init__(self, window=YEAR, rules=USUAL, joined="2025-01-01"):
        self.window, self.rules = window, rules
        self.joined_at = datetime.fromisoformat(joined).replace(tzinfo=UTC)
        self.events, self.undone, self.lifts = [], [], []
        self.changes = []

    def live(self, at, doing):
        if " of " in doing:
            points, _, day = doing.partition(" of ")
            self.undone.append((noon(day), -int(points), at))
        elif " until " in doing:
            tier, _, day = doing.partition(" until ")
            ends_at = datetime.fromisoformat(day).replace(tzinfo=UTC) + DAY
            self.lifts.append(Lift(IDS[tier], at, ends_at))
        elif doing.startswith("thresholds "):
            rungs = [Rung(int(bar), at) for at, bar in enumerate(doing.split()[1:], start=1)]
            self.changes.append((at, rungs, None))
        elif doing:
            self.events.append((at, int(doing)))

    def status(self, window=None):
        window = window or self.window
        return Status(self.events, window=window, zone="UTC", undone=self.undone)

    def versions(self):
        later = [
            Version(rungs, self.status(window), self.rules, since)
            for since, rungs, window in self.changes
        ]
        return [Version(LADDER, self.status(), self.rules), *later]

    def periods(self, until):
        earned = replay(self.versions(), joined_at=self.joined_at, until=until)
        return lifted(earned, LADDER, self.lifts, until=until)

    def projection(self, at):
        return project(self.versions()[-1], at=at, periods_until=self.periods)


TABLES = {
    "The last months": {},
    "The calendar year": {"window": CALENDAR},
    "The membership year": {"window": Terms(date(2024, 2, 29)), "joined": "2024-02-29"},
    "Fixed terms": {"window": Terms(date(2025, 4, 1), 6)},
    "One step at a time": {"rules": Rules(is_one_step=True)},
    "Grace": {"window": CALENDAR, "rules": Rules(grace_days=14)},
    "Returns": {},
    "Tiers given by hand": {},
    "A ladder that changes": {},
}


@pytest.mark.parametrize("heading", TABLES)
def test_the_worked_tables(heading):
    """E50, E51, E52, E54: every window, every way down, returns, and tiers by hand."""
    life = Life(**TABLES[heading])
    for on, doing, status, tier, reviewed_after, why in rows_under(PAGE, heading):
        at = noon(on)
        life.live(at, doing)
        now = life.periods(at)[-1]
        last = str((now.review_at - DAY).date()) if now.review_at else ""
        assert (life.status().at(at), NAMES[now.tier_id], last) == (
            int(status),
            tier,
            reviewed_after,
        ), on
        assert why.replace(";", " ").split()[0] == now.cause, on


def test_looking_ahead():
    """E53: the projected tier, the points to keep it, when it is lost, the points to the next."""
    earned = [("2025-03-01", "100"), ("2025-06-01", "60"), ("2026-01-10", "120")]
    for on, tier, later, to_keep, lost_on, to_rise in rows_under(PAGE, "Looking ahead"):
        life = Life()
        for day, points in earned:
            if day <= on:
                life.live(noon(day), points)
        look = life.projection(noon(on))
        assert NAMES[look.period.tier_id] == tier, on
        assert NAMES[look.projected] == later, on
        assert look.to_keep == int(to_keep), on
        assert (str(look.lost_at.date()) if look.lost_at else "") == lost_on, on
        assert look.to_rise == int(to_rise), on


def test_what_is_projected_comes_true():
    """E53: with a grace and steps too, the projection is the replay of the days to come."""
    life = Life(CALENDAR, Rules(is_one_step=True, grace_days=10))
    life.live(noon("2025-05-05"), "500")
    look = life.projection(noon("2025-06-01"))
    assert (look.projected, look.to_keep) == (3, 0)
    assert look.lost_at == datetime(2027, 1, 11, tzinfo=UTC)
    in_grace = life.projection(noon("2027-01-05"))
    assert (in_grace.review_at, in_grace.projected) == (look.lost_at, 2)
    assert (in_grace.to_keep, in_grace.is_supported) == (400, False)
    assert NAMES[life.periods(look.lost_at)[-1].tier_id] == "silver"


def test_a_kept_tier_is_reviewed_a_window_later():
    """E50: the review finds enough, and the next one is a window later."""
    first, second = START + timedelta(days=10), START + timedelta(days=200)
    life = Life()
    life.events = [(first, 200), (second, 200)]
    [*_, gold] = life.periods(START + timedelta(days=400))
    assert (NAMES[gold.tier_id], gold.cause, gold.ends_at) == ("gold", "reached", None)
    life.events = [(first, 200), (second, 160)]
    later = life.periods(START + timedelta(days=400))
    assert [NAMES[period.tier_id] for period in later] == ["bronze", "silver"]
    assert later[-1].review_at == datetime(2027, 1, 12, tzinfo=UTC)


def test_a_late_activity_from_before_the_review_reopens_it():
    """E86 and semantic 17: the downgrade never was."""
    life = Life()
    life.live(noon("2025-03-01"), "160")
    after = noon("2026-03-05")
    assert NAMES[life.periods(after)[-1].tier_id] == "bronze"
    life.live(noon("2025-09-01"), "150")
    [_, silver] = life.periods(after)
    assert (NAMES[silver.tier_id], silver.review_at) == ("silver", datetime(2027, 3, 2, tzinfo=UTC))


def test_a_return_leaves_an_upgrade_that_other_points_carry():
    """Semantic 17: only an upgrade that the return undoes is taken back."""
    life = Life()
    life.live(noon("2025-03-01"), "160")
    life.live(noon("2025-03-02"), "160")
    life.live(noon("2025-03-10"), "-160 of 2025-03-01")
    assert NAMES[life.periods(noon("2025-03-11"))[-1].tier_id] == "silver"


def test_a_taken_back_upgrade_gives_the_earlier_review_back():
    """Semantic 17: even one that has passed meanwhile, and was failed without the returned points."""
    life = Life()
    life.live(noon("2025-03-01"), "200")
    life.live(noon("2026-02-20"), "400")
    life.live(noon("2026-02-25"), "-400 of 2026-02-20")
    [*_, silver] = life.periods(noon("2026-02-26"))
    assert (NAMES[silver.tier_id], silver.cause) == ("silver", "taken_back")
    assert silver.review_at == datetime(2026, 3, 2, tzinfo=UTC)
    life.undone = [(noon("2026-02-20"), 400, noon("2026-03-10"))]
    assert [(NAMES[each.tier_id], each.cause) for each in life.periods(noon("2026-03-11"))] == [
        ("bronze", "joined"),
        ("silver", "reached"),
        ("gold", "reached"),
        ("bronze", "taken_back"),
    ]


def test_without_the_setting_every_return_waits_for_the_review():
    """Semantic 8: what was granted stays to the end of its period, unsupported."""
    life = Life(rules=Rules(undo_days=None))
    life.live(noon("2025-03-01"), "160")
    life.live(noon("2025-03-02"), "-160 of 2025-03-01")
    look = life.projection(noon("2025-03-03"))
    assert (NAMES[look.period.tier_id], look.is_supported, look.to_keep) == ("silver", False, 150)


MINUTES = st.integers(1, 1_000_000).map(lambda minutes: START + timedelta(minutes=minutes))
EVENTS = st.lists(st.tuples(MINUTES, st.integers(1, 300)), max_size=12)
WINDOWS = st.sampled_from(
    [YEAR, Rolling(1), CALENDAR, Terms(date(2024, 2, 29)), Terms(date(2025, 4, 1), 6)]
)
RULES = st.builds(
    Rules, st.booleans(), st.sampled_from([0, 14, 60]), st.sampled_from([None, 0, 30])
)
LIFTS = st.lists(
    st.builds(
        lambda tier, start, days: Lift(tier, start, start + timedelta(days=days)),
        st.sampled_from([1, 2, 3]),
        MINUTES,
        st.integers(1, 500),
    ),
    max_size=3,
)


@st.composite
def lives(draw):
    """Any settings, earnings, partial and full returns, and tiers by hand."""
    life = Life(draw(WINDOWS), draw(RULES))
    life.events, life.lifts = draw(EVENTS), draw(LIFTS)
    for at, points in life.events:
        if draw(st.booleans()):
            later = at + timedelta(days=draw(st.integers(0, 90)))
            life.undone.append((at, draw(st.integers(1, points)), later))
    return life


@given(lives(), st.randoms())
def test_the_order_of_arrival_does_not_matter(life, random):
    """E50, I2: any permutation of what was earned, returned and given gives the same periods."""
    expected = life.periods(END)
    for pile in (life.events, life.undone, life.lifts):
        random.shuffle(pile)
    assert life.periods(END) == expected


@given(lives(), st.integers(0, 1_400))
def test_the_past_does_not_depend_on_the_future(life, days):
    """E12: the tier as of an instant is the same, whether asked then or years later."""
    at = START + timedelta(days=days)
    assert life.periods(at)[-1].tier_id == tier_at(life.periods(END), at)


@given(lives())
def test_periods_join_without_gap_and_only_the_last_is_open(life):
    """E50, E51: down only by a review, a return, or the end of what was given; one step if so set."""
    found = life.periods(END)
    assert all(before.ends_at == after.starts_at for before, after in pairwise(found))
    assert all(period.ends_at > period.starts_at for period in found[:-1])
    assert [period.ends_at is None for period in found] == [False] * (len(found) - 1) + [True]
    assert found[-1].review_at is None or found[-1].review_at > END
    for before, after in pairwise(found):
        if after.tier_id < before.tier_id:
            assert after.cause in ("not_kept", "taken_back", "given_until") or life.lifts
        if after.cause == "not_kept":
            assert after.starts_at == before.review_at
            assert not life.rules.is_one_step or after.tier_id == before.tier_id - 1


@given(lives(), st.integers(0, 1_400))
def test_a_tier_by_hand_never_lowers(life, days):
    """E54."""
    at = START + timedelta(days=days)
    by_hand = tier_at(life.periods(END), at)
    life.lifts = []
    assert by_hand >= tier_at(life.periods(END), at)


def as_it_was(events, until):
    """The first replay that Laurel had: the last 12 months, straight down, no returns."""

    def sum_at(at):
        opening = datetime.combine(add_months(at.date(), -12) + DAY, datetime.min.time(), UTC)
        return sum(points for earned_at, points in events if opening <= earned_at <= at)

    def earned(at):
        return bisect_right([0, 150, 400], sum_at(at)) - 1

    def after(at):
        return datetime.combine(add_months(at.date(), 12) + DAY, datetime.min.time(), UTC)

    periods = [[0, START, None, None, "joined"]]

    def move(to, at, cause):
        periods[-1][2] = at
        periods.append([to, at, None, after(at) if to else None, cause])

    def review(upto):
        while (due := periods[-1][3]) is not None and due <= upto:
            last = due - timedelta(microseconds=1)
            if earned(last) < periods[-1][0]:
                move(earned(last), due, "not_kept")
            else:
                periods[-1][3] = after(last)

    for at, _ in sorted(events):
        review(at)
        if earned(at) > periods[-1][0]:
            move(earned(at), at, "reached")
    review(until)
    return [
        Period(place + 1, start, end, due, cause)
        for place, start, end, due, cause in periods
        if start != end
    ]


@given(EVENTS)
def test_the_usual_settings_give_the_rows_that_they_always_gave(events):
    """E50: nobody moved when ladders learnt more than one window."""
    life = Life()
    life.events = events
    assert life.periods(END) == as_it_was(events, END)
