"""Tallies of parts, added up."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from loyalty.campaigns.domain.backtests import TOP, Side, Tally, lasts_until

REFS = st.text("abcdefgh", min_size=1, max_size=4)
COUNTS = st.integers(0, 50)


@st.composite
def sides(draw):
    side = Side(draw(COUNTS), draw(COUNTS))
    for day in draw(st.lists(st.sampled_from(["2026-01-01", "2026-01-02", "2026-02-01"]))):
        side.give(day, draw(st.sampled_from(["points", "status"])), draw(st.integers(1, 99)))
    return side


@st.composite
def tallies(draw):
    tally = Tally(draw(COUNTS), draw(sides()), draw(sides()))
    tally.overlap.update(draw(st.dictionaries(st.sampled_from("xyz"), st.integers(1, 9))))
    tally.name_top(draw(st.lists(st.tuples(st.integers(1, 9), REFS), max_size=15)))
    return tally


def whole(parts) -> dict:
    sum = Tally()
    for part in parts:
        sum.add(Tally.of(part.as_json()))
    return sum.as_json()


@given(st.lists(tallies(), max_size=4), st.randoms())
def test_parts_add_up_in_any_order(parts, random):
    """E42: a back-test is cut into parts that several workers count, whoever is quicker."""
    mixed = parts[:]
    random.shuffle(mixed)

    assert whole(mixed) == whole(parts)
    assert len(whole(parts)["top"]) <= TOP


def test_a_tally_survives_being_stored():
    tally = Tally(looked_at=3)
    tally.tried.give("2026-03-01", "points", 20)
    tally.other["badge"] += 1

    assert Tally.of(tally.as_json()).as_json() == tally.as_json()
    assert Tally.of(tally.as_json()).tried.by_day == {"2026-03-01": Counter(points=20)}


def test_a_budget_lasts_until_the_day_that_uses_it_up():
    """US8: what a budget would have meant is said as a day."""
    by_day = {"2026-03-02": {"points": 40}, "2026-03-01": {"points": 60, "status": 500}}

    assert lasts_until(by_day, 100, "points") == "2026-03-02"
    assert lasts_until(by_day, 60, "points") == "2026-03-01"
    assert lasts_until(by_day, 101, "points") is None
