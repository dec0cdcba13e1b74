"""The table of an order's states, and that what agrees may be told in any order."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.campaigns.domain.order_states import (
    CANCELLED,
    FULFILLED,
    MAY,
    OBJECTIONS,
    RETURNED,
    Course,
    Fact,
    code_of,
)

START = datetime(2026, 3, 1, tzinfo=UTC)
ORDERED = {"a": 2, "b": 1}
KINDS = (FULFILLED, RETURNED, CANCELLED)


def fact(kind, hour=0, **lines) -> Fact:
    return Fact(kind, START + timedelta(hours=hour), lines)


#: How an order comes to be in each state.
WAYS = {
    "placed": [],
    "part_fulfilled": [fact(FULFILLED, a=1)],
    "fulfilled": [fact(FULFILLED, a=2), fact(FULFILLED, 1, b=1)],
    "part_returned": [fact(RETURNED, b=1)],
    "returned": [fact(RETURNED, a=2), fact(RETURNED, 1, b=1)],
    "cancelled": [fact(CANCELLED, a=2, b=1)],
}


def course_of(ordered: Mapping[str, int], facts: Iterable[Fact]) -> Course:
    """How far an order is by what was told and counts."""
    course = Course(ordered)
    for fact in facts:
        course.take(fact)
    return course


def test_every_state_is_reached():
    assert {course_of(ORDERED, way).state for way in WAYS.values()} == set(WAYS) == set(MAY)


@pytest.mark.parametrize("state", MAY)
@pytest.mark.parametrize("kind", KINDS)
def test_what_may_be_told_in_each_state(state, kind):
    """E47: by name, of a piece that is still there, as the table says."""
    course = course_of(ORDERED, WAYS[state])
    left = {"fulfilled": {"b": 1}, "returned": {"a": 1}}.get(state, {"a": 1})
    code = course.objection(Fact(kind, START + timedelta(hours=9), left))
    assert (code == "") == (kind in MAY[state])
    assert code in {"", *OBJECTIONS}


def test_parts_and_wholes():
    """E47: all that is left means what was not cancelled; the end is when the last of it went out."""
    course = course_of(ORDERED, [fact(CANCELLED, 1, b=1), fact(FULFILLED, 5)])
    assert (course.state, course.out_at) == ("fulfilled", START + timedelta(hours=5))
    course.take(fact(FULFILLED, 2, a=1))
    assert course.out_at == START + timedelta(hours=5)
    assert course.objection(fact(CANCELLED, 6, a=1)) == "order_fulfilled"
    assert course.objection(fact(CANCELLED, 4, a=1)) == ""


def test_codes_are_read_from_words():
    assert {code_of(words) for words in OBJECTIONS.values()} == set(OBJECTIONS)
    assert code_of("The order has no line '7'.") == "unknown_line"
    assert code_of("Something else.") == ""


@st.composite
def facts(draw):
    """Tellings of one order, each at an instant of its own; some name pieces."""
    return [
        Fact(
            draw(st.sampled_from(KINDS)),
            START + timedelta(hours=hour),
            draw(st.sampled_from([{}, {"a": 1}, {"a": 2}, {"b": 1}, {"a": 1, "b": 1}])),
        )
        for hour in range(draw(st.integers(1, 6)))
    ]


def names_what_is_gone(each: Fact, before: Iterable[Fact]) -> bool:
    """Whether it sends more pieces of a line than there were, by what was sent by name before."""
    sent = [other.lines for other in (*before, each) if other.kind == FULFILLED]
    return each.kind == FULFILLED and any(
        sum(lines.get(line, 0) for lines in sent) > ORDERED[line] for line in ORDERED
    )


@given(facts(), st.randoms(use_true_random=False))
def test_what_agrees_is_taken_in_any_order(told, chance):
    """I2, E31: a history that can be true ends in the same state, whichever part of it is told first."""
    course, history = Course(ORDERED), []
    for each in told:
        cannot_be = course.is_surplus(each) or names_what_is_gone(each, history)
        if not course.objection(each) and not cannot_be:
            course.take(each)
            history.append(each)
    again = Course(ORDERED)
    chance.shuffle(history)
    for each in history:
        assert again.objection(each) == ""
        again.take(each)
    assert (again.state, again.out_at) == (course.state, course.out_at)
