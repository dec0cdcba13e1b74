"""A committee of five: Chi chairs it, Dee is related to Amara, and Hal, Ivo and Jun judge with them."""

import pytest

from governance.domain.rubric import Criterion
from governance.models import Ballot, Case, Committee, Criteria, Seat
from governance.operations import ballots, cases, committees
from governance.operations import criteria as rubrics
from members.domain.actors import Actor
from members.models import User
from tests.conftest import SYSTEM, person

RUBRIC = (
    Criterion("kindness", "Kindness", 50, "Made the street a better place to live in"),
    Criterion("effort", "Effort", 30, "Gave time and work"),
    Criterion("example", "Example", 20, "Others followed"),
)
HIGH = {"kindness": 5, "effort": 4, "example": 5}
#: Why the extreme ones among `HIGH` and `LOW`.
SAID = {"kindness": "So kind", "example": "Nobody came"}
LOW = {"kindness": 2, "effort": 2, "example": 1}


@pytest.fixture
def criteria(db) -> Criteria:
    """Three criteria that weigh 50, 30 and 20."""
    return rubrics.publish("neighbour", title="Neighbour", criteria=RUBRIC, actor=SYSTEM)


@pytest.fixture
def hal(db) -> User:
    return person("hal@example.test", first_name="Hal")


@pytest.fixture
def ivo(db) -> User:
    return person("ivo@example.test", first_name="Ivo")


@pytest.fixture
def jun(db) -> User:
    return person("jun@example.test", first_name="Jun")


@pytest.fixture
def committee(chi, dee, hal, ivo, jun) -> Committee:
    """Five seats, Chi's first."""
    committee = committees.create("neighbours", name="Neighbours", actor=SYSTEM)
    committees.seat(committee, user=chi, role=Seat.Role.CHAIR, actor=SYSTEM)
    for user in (dee.user, hal, ivo, jun):
        committees.seat(committee, user=user, actor=SYSTEM)
    return committee


def open_case(committee, criteria, *, key="1", interested=None) -> Case:
    """A case about Amara."""
    return cases.open(
        committee,
        subject_type="test.subject",
        subject_key=key,
        title="Amara Obi",
        statements=[{"title": "Nomination", "text": "She repairs everybody's bicycles."}],
        criteria=criteria,
        interested_members=interested or {},
        actor=SYSTEM,
    )


@pytest.fixture
def case(committee, criteria) -> Case:
    """An open case that nobody has an interest in."""
    return open_case(committee, criteria)


def cast(case: Case, user: User, vote: str = "yes", scores=HIGH, comments=SAID) -> Ballot:
    """The user's ballot on a case."""
    return ballots.cast(
        case,
        seat=seat_of(case, user),
        vote=vote,
        scores=scores,
        comments=comments,
        actor=Actor.user(user),
    )


def seat_of(case: Case, user: User) -> Seat:
    """The user's seat on the case's committee."""
    return case.committee.seats.get(user=user)
