"""A badge, a board, and people who earned something."""

from datetime import UTC, datetime, timedelta

import pytest

from members import clock
from members.domain.actors import Actor
from members.models import Member
from members.operations import ledger, members
from recognition.models import Badge, Leaderboard, NominationCycle
from recognition.operations import badges, cycles, leaderboards, nominations
from tests.conftest import SYSTEM
from tests.governance.conftest import committee, criteria, hal, ivo, jun

__all__ = ["committee", "criteria", "hal", "ivo", "jun"]

#: 15 June 2026, noon, in a June whose first day is a Monday.
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.fixture
def badge(db) -> Badge:
    """An active badge that is won once."""
    badge = badges.define(
        "first-refill",
        name="First refill",
        criteria="Send one container back.",
        motif="recycle",
        starts_public=True,
        actor=SYSTEM,
    )
    return badges.activate(badge, actor=SYSTEM)


def give(member: Member, badge: Badge, key: str = "order:1", **fields):
    """An award by rule."""
    fields.setdefault("reason", "Your first container came back")
    return badges.award(member, badge=badge, key=key, actor=SYSTEM, **fields)


def earn(member: Member, unit, amount: int, at: datetime, key: str = ""):
    """An accrual at an instant."""
    return ledger.accrue(
        member,
        unit=unit,
        amount=amount,
        key=key or f"{member.ref}:{at.isoformat()}:{amount}",
        reason="An order",
        actor=SYSTEM,
        cause=("test", None),
        at=at,
    )


@pytest.fixture
def six(units) -> list[Member]:
    """Six members on the boards, who earned 60, 50, 50, 30, 20 and 10 points in June 2026, in that order."""
    people = [members.enrol(f"m{place}", is_ranked=True, actor=SYSTEM) for place in range(6)]
    for place, (member, amount) in enumerate(zip(people, (60, 50, 50, 30, 20, 10), strict=True)):
        earn(member, units["points"], amount, NOON - timedelta(days=10 - place))
    return people


@pytest.fixture
def board(units) -> Leaderboard:
    """Points this month, ranked 1, 2, 2, 4."""
    board = leaderboards.define(
        "points-this-month", name="Points this month", unit=units["points"], actor=SYSTEM
    )
    return leaderboards.activate(board, actor=SYSTEM)


@pytest.fixture
def cycle(committee, criteria) -> NominationCycle:
    """A cycle that takes nominations from yesterday until in a week, two per member."""
    badge = badges.define(
        "neighbour",
        name="Neighbour of the quarter",
        criteria="Chosen by the committee.",
        metal="gold",
        is_repeatable=True,
        actor=SYSTEM,
    )
    badges.activate(badge, actor=SYSTEM)
    now = clock.now()
    cycle = cycles.draft(
        "neighbour-q4",
        title="Neighbour of the quarter",
        criteria=criteria,
        committee=committee,
        badge=badge,
        opens_at=now - timedelta(days=1),
        closes_at=now + timedelta(days=7),
        limit_per_nominator=2,
        actor=SYSTEM,
    )
    return cycles.open(cycle, actor=SYSTEM)


def propose(cycle, nominator: Member, nominee: Member, statement="Repairs our bicycles."):
    """A nomination by its nominator."""
    return nominations.nominate(
        cycle,
        nominator=nominator,
        nominee=nominee,
        statement=statement,
        actor=Actor.user(nominator.user) if nominator.user else SYSTEM,
    )
