"""The demo's recognition: one cycle before the committee, the next one taking nominations."""

from datetime import datetime, timedelta

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
    Criterion("care", "Care for others", 50, "Who is better off because of them?"),
    Criterion("steadiness", "Steadiness", 30, "Is it once, or week after week?"),
    Criterion("example", "Example", 20, "Do others follow?"),
)


@transaction.atomic
def install(*, users: dict[str, User], now: datetime, actor: Actor) -> None:
    """Set the committee and its two cycles up, unless they are there."""
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
    with clock.standing_at(now - timedelta(days=5)):
        first = cycles.close(first, actor=actor)
        _vote(users["chi"])
    with clock.standing_at(now - timedelta(days=2)):
        _cycle("neighbour-now", "Neighbour of the quarter", committee, clock.now(), actor)


def _cycle(
    slug: str, title: str, committee: Committee, opens_at: datetime, actor: Actor
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
            actor=Actor.user(chair),
        )
