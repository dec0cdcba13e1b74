"""What was over before anybody looked at the demo: a round that was decided, a month that was billed, a
note to guests. With it no list of the console is empty."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction

from events_directory.models import Booking, GuestNote, Occurrence, Partner
from events_directory.operations import guest_notes
from governance.models import Case, Committee, Seat
from governance.operations import ballots, cases, criteria
from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.models import Campaign
from loyalty.campaigns.operations import intake, standard
from loyalty.demo.honours import RUBRIC
from loyalty.rewards.operations import funds
from members import clock
from members.domain.actors import Actor
from members.domain.calendar import local_date, start_of_day
from members.models import Member, Unit, User
from members.operations import members
from recognition.models import Badge, NominationCycle
from recognition.operations import cycles, nominations

ROUND, EVENINGS = "neighbour-first", "harbour-evenings"
#: Who came by in the evenings of last month, on so many days.
VISITOR, VISITS = "nils", 3


def tell(*, now: datetime, points: Unit, users: dict[str, User], actor: Actor) -> None:
    """Tell what is not told yet. Needs `places` and `honours`, and comes before what happens today."""
    if not Campaign.objects.filter(slug=EVENINGS).exists():
        _bill(now, points=points, actor=actor)
    if not NominationCycle.objects.filter(slug=ROUND).exists():
        _round(now, users=users, actor=actor)
    if not GuestNote.objects.exists():
        _note(actor=Actor.user(users["eli"]))


@transaction.atomic
def _bill(now: datetime, *, points: Unit, actor: Actor) -> None:
    """The co-op pays by the month for evenings in its shed; the sweep bills the month that is over."""
    this_month = local_date(now, settings.PROGRAMME_TIME_ZONE).replace(day=1)
    began = start_of_day(this_month, settings.PROGRAMME_TIME_ZONE) - timedelta(days=10)
    with clock.standing_at(began):
        fund = funds.open_fund(
            EVENINGS,
            name="Evenings in the shed",
            partner=Partner.objects.get(slug="harbour-co-op"),
            unit=points,
            kind="postpaid",
            price=Decimal("8.00"),
            currency="EUR",
            actor=actor,
        )
        evening = {
            "slug": EVENINGS,
            "name": "An evening in the shed",
            "description": "10 points for an evening, once a day. The Harbour co-op pays for them.",
            "triggers": ["visit.checked_in"],
            "conditions": {"field": "activity.store", "op": "is", "value": "shed"},
            "effects": [{"kind": "earn", "unit": "points", "amount": 10}],
            "limit": {"times": 1, "per": "day"},
            "funded_by": fund,
        }
        standard.publish(evening, actor=actor)
        members.enrol(
            VISITOR, given_name="Nils", email=f"{VISITOR}@demo.example", at=began, actor=actor
        )
    for days in range(1, VISITS + 1):
        at = began + timedelta(days=2 * days)
        with clock.standing_at(at):
            visit = Told(
                "demo", f"demo-evening-{days}", "visit.checked_in", VISITOR, at, {"store": "shed"}
            )
            intake.take([visit], actor=actor)


@transaction.atomic
def _round(now: datetime, *, users: dict[str, User], actor: Actor) -> None:
    """The committee's first round, decided three weeks ago: Bo is its laureate."""
    committee = Committee.objects.get(slug="neighbours")
    opened, closed, decided = (now - timedelta(days=days) for days in (29, 26, 22))
    bo, dee = (Member.objects.get(ref=ref) for ref in ("bo", "dee"))
    with clock.standing_at(opened):
        cycle = cycles.draft(
            ROUND,
            title="First neighbour",
            criteria=criteria.publish(
                "neighbour", title="A good neighbour", criteria=RUBRIC, actor=actor
            ),
            committee=committee,
            badge=Badge.objects.get(slug="good-neighbour"),
            opens_at=opened,
            closes_at=closed,
            actor=actor,
        )
        cycle = cycles.open(cycle, actor=actor)
        by_dee = Actor.user(users["dee"])
        nominations.nominate(
            cycle, nominator=dee, nominee=bo, statement="He carried the stage.", actor=by_dee
        )
    with clock.standing_at(closed):
        cycle = cycles.close(cycle, actor=actor)
    with clock.standing_at(decided):
        _decide(
            Case.objects.get(pk=cycle.candidates.values_list("case", flat=True).get()), users=users
        )
        cycles.decide(cycle, citation="For carrying, and for coming back.", actor=actor)


def _decide(case: Case, *, users: dict[str, User]) -> None:
    """Three of four judge; Dee proposed him, so she does not."""
    for name in ("chi", "fay", "gil"):
        seat = Seat.objects.get(user=users[name], committee=case.committee)
        scores = {"care": 4, "steadiness": 4, "example": 3}
        ballots.cast(case, seat=seat, vote="yes", scores=scores, actor=Actor.user(users[name]))
    chair = Seat.objects.get(role=Seat.Role.CHAIR, committee=case.committee)
    cases.close(case, seat=chair, actor=Actor.user(users["chi"]))


@transaction.atomic
def _note(*, actor: Actor) -> None:
    """Eli writes to those who booked the next date that somebody booked."""
    booked = Booking.objects.filter(state=GuestNote.Audience.BOOKED)
    coming = Occurrence.objects.filter(starts_at__gt=clock.now(), bookings__in=booked)
    date = coming.order_by("starts_at", "pk").first()
    assert date is not None  # `places` books some
    guest_notes.send(
        date,
        audience=GuestNote.Audience.BOOKED,
        text="Come by the quay: the front door sticks.",
        expected=booked.filter(occurrence=date).count(),
        key="demo",
        actor=actor,
    )
