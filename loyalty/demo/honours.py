"""The demo's recognition: two cycles before the committee, one of them blind, and an open one."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from governance.domain.rubric import Criterion
from governance.models import Assignment, Committee, Seat
from governance.operations import ballots, committees, criteria
from loyalty.demo import people
from members import clock
from members.domain.actors import Actor
from members.models import Member, User
from recognition.models import Badge, NominationCycle
from recognition.operations import cycles, nominations

RUBRIC = (
    Criterion(
        "care",
        "Care for others",
        50,
        "Who is better off because of them?",
        {
            "1": "Nobody beside themselves, as far as anybody can tell.",
            "2": "A friend or two, when they were asked.",
            "3": "The people next door, and they would miss it.",
            "4": "A house or a street, strangers among them.",
            "5": "People who had nobody else to turn to.",
        },
    ),
    Criterion(
        "steadiness",
        "Steadiness",
        30,
        "Is it once, or week after week?",
        {
            "1": "Once, and it was announced more than it was done.",
            "2": "Now and then, when it suited them.",
            "3": "Through one season.",
            "4": "All year, with somebody to stand in for them.",
            "5": "For years, also when nobody looked.",
        },
    ),
    Criterion(
        "example",
        "Example",
        20,
        "Do others follow?",
        {
            "1": "Others kept away because of how it was done.",
            "2": "Nobody has joined in so far.",
            "3": "Some lend a hand when they are there.",
            "4": "Two or three do the same by themselves.",
            "5": "It goes on without them by now.",
        },
    ),
)


@transaction.atomic
def install(*, users: dict[str, User], now: datetime, actor: Actor) -> None:
    """Set the committee and its cycles up, unless they are there."""
    if Committee.objects.filter(slug="neighbours").exists():
        return
    past = now - timedelta(days=30)
    with clock.standing_at(past):
        committee = committees.create("neighbours", name="Neighbours' committee", actor=actor)
        committees.seat(committee, user=users["chi"], role=Seat.Role.CHAIR, actor=actor)
        for name in ("dee", "fay", "gil"):
            committees.seat(committee, user=users[name], actor=actor)
        first = _cycle("neighbour-last", "Neighbour of last quarter", committee, past, actor)
        _nominate(first, "bo", people.AMARA, "She mends what others throw away.", users)
        _nominate(first, "dee", people.AMARA, "Her repair evenings fill the loft.", users)
        _nominate(first, people.AMARA, "bo", "He cleans the slip every Sunday.", users)
        quiet = _cycle(
            "quiet-hands", "Quiet hands", committee, past, actor, is_blind=True, judging_days=21
        )
        _nominate(quiet, "bo", "dee", "Dee sits with the two old sisters on the corner.", users)
        _nominate(quiet, "dee", "bo", "Every frost, Bo has gritted the steps by seven.", users)
    with clock.standing_at(now - timedelta(days=5)):
        for cycle in (first, quiet):
            cycles.close(cycle, actor=actor)
        _vote(users["chi"])
    with clock.standing_at(now - timedelta(days=2)):
        _cycle("neighbour-now", "Neighbour of the quarter", committee, clock.now(), actor)


def _cycle(
    slug: str, title: str, committee: Committee, opens_at: datetime, actor: Actor, **fields: Any
) -> NominationCycle:
    cycle = cycles.draft(
        slug,
        title=title,
        criteria=criteria.publish(
            "neighbour", title="A good neighbour", criteria=RUBRIC, actor=actor
        ),
        committee=committee,
        badge=Badge.objects.get(slug="good-neighbour"),
        opens_at=opens_at,
        closes_at=opens_at + timedelta(days=25),
        actor=actor,
        **fields,
    )
    return cycles.open(cycle, actor=actor)


def _nominate(
    cycle: NominationCycle, nominator: str, nominee: str, statement: str, users: dict[str, User]
) -> None:
    by, of = (Member.objects.select_related("user").get(ref=ref) for ref in (nominator, nominee))
    assert by.user is not None
    nominations.nominate(
        cycle, nominator=by, nominee=of, statement=statement, actor=Actor.user(by.user)
    )


def _vote(chair: User) -> None:
    """The chair has read one of the two."""
    seat = Seat.objects.get(user=chair)
    mine = Assignment.objects.filter(seat=seat).select_related("case").order_by("pk").first()
    if mine is not None:
        ballots.cast(
            mine.case,
            seat=seat,
            vote="yes",
            scores={"care": 5, "steadiness": 4, "example": 4},
            comments={"care": "The man from number 9 comes to nobody else."},
            actor=Actor.user(chair),
        )
