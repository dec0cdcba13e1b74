"""The demo's neighbourhood: a partner with events past and to come, and a pool for microgrants."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

from django.db import transaction

from events_directory.domain.repeats import WEEKLY, Repeat
from events_directory.models import Occurrence, Partner, Venue
from events_directory.operations import (
    applications,
    bookings,
    check_ins,
    micro_events,
    partners,
    pools,
    waitlists,
)
from loyalty.demo import people
from members import clock
from members.domain.actors import Actor
from members.models import Member, User

ZONE = "Europe/Berlin"
#: Two friends and a gramophone: it is full, and somebody waits.
SWAP = "Record swap"
#: What comes again, and how often.
WEEKLY_TITLE, TIMES = "Soap from the kitchen", 4
#: (title, category, days from now, hour, seats, what it is about)
EVENTS = (
    ("Repair café", "repair", -12, 15, 20, "Bring what is broken; leave with it mended."),
    (WEEKLY_TITLE, "workshop", 6, 18, 12, "Make a bar of soap from what is at hand."),
    (SWAP, "swap", 9, 14, 2, "Bring five, take five."),
    ("Harbour clean-up", "clean_up", 13, 10, 60, "Gloves and bags are there; wear boots."),
    ("Tasting: bread and butter", "tasting", 20, 19, 16, "Four loaves, one very good butter."),
)
#: Begins within an hour of the demo's first start: its doors are open, so a guest can be checked in.
TODAY = ("Mending hour", "repair", 10, "Needle, thread and somebody who knows how.")


@transaction.atomic
def install(*, users: dict[str, User], now: datetime, actor: Actor) -> None:
    """Set the neighbourhood up, unless it is there."""
    if Partner.objects.filter(slug="harbour-co-op").exists():
        return
    eli, fay, gil = (Actor.user(users[name]) for name in ("eli", "fay", "gil"))
    with clock.standing_at(now - timedelta(days=20)):
        partner = partners.register("Harbour co-op", owner=users["eli"], actor=eli)
        partner = partners.verify(partner, actor=fay)
        loft, shed = _venues(partner, actor=eli)
        for title, category, starts, seats, summary in _listings(now):
            event = micro_events.draft_with_date(
                partner,
                title=title,
                category=category,
                venue=shed if title == SWAP else loft,
                summary=summary,
                neighbourhood="Harbour",
                local_on=starts.date(),
                local_time=starts.time(),
                capacity=seats,
                minutes=120,
                repeat=(
                    Repeat(WEEKLY, (starts.weekday(),), count=TIMES)
                    if title == WEEKLY_TITLE
                    else None
                ),
                actor=eli,
            )
            event = micro_events.submit(event, actor=eli)
            if title != EVENTS[-1][0]:
                micro_events.publish(event, actor=gil)
        _grants(partner, eli=eli, fay=fay, actor=actor)
    _visits(now, eli=eli)


def _venues(partner: Partner, *, actor: Actor) -> tuple[Venue, Venue]:
    """The co-op's two places, on the map."""
    add = partial(partners.add_venue, partner, city="Hamburg", zone=ZONE, actor=actor)
    loft = add(
        name="The old net loft",
        address="Quay 4",
        latitude=Decimal("53.544600"),
        longitude=Decimal("9.966700"),
    )
    shed = add(
        name="Shed 9",
        address="Timber yard 9",
        latitude=Decimal("53.534100"),
        longitude=Decimal("9.984200"),
    )
    return loft, shed


def _listings(now: datetime) -> list[tuple[str, str, datetime, int, str]]:
    """The events with the local time at which each begins."""
    title, category, seats, summary = TODAY
    next_hour = (now.astimezone(ZoneInfo(ZONE)) + timedelta(hours=1)).replace(
        minute=0, second=0, microsecond=0, tzinfo=None
    )
    return [(title, category, next_hour, seats, summary)] + [
        (title, category, datetime.combine(now + timedelta(days=days), time(hour)), seats, summary)
        for title, category, days, hour, seats, summary in EVENTS
    ]


def _visits(now: datetime, *, eli: Actor) -> None:
    """Amara and Bo came to the event that is over; Dee has booked today's, Amara the one after."""
    amara, bo, dee = (Member.objects.get(ref=ref) for ref in (people.AMARA, "bo", "dee"))
    dates = Occurrence.objects.order_by("starts_at").select_related("micro_event")
    past, today, following = dates[:3]
    with clock.standing_at(past.starts_at - timedelta(days=3)):
        taken = [
            bookings.book(past, member=member, key=f"demo:{member.ref}", actor=eli)
            for member in (amara, bo)
        ]
    with clock.standing_at(past.starts_at + timedelta(minutes=5)):
        for booking in taken:
            check_ins.check_in(past, ticket=booking.ticket, nonce=f"demo-{booking.pk}", actor=eli)
    with clock.standing_at(now):
        bookings.book(today, member=dee, key="demo:today", actor=eli)
        bookings.book(following, member=amara, key="demo:next", actor=eli)
        swap = dates.get(micro_event__title=SWAP)
        bookings.book(swap, member=bo, seats=2, key="demo:swap", actor=eli)
        waitlists.join(swap, member=dee, key="demo:swap", actor=eli)


def _grants(partner: Partner, *, eli: Actor, fay: Actor, actor: Actor) -> None:
    """A pool with money in it, and an application that waits for its second approval."""
    pool = pools.establish(
        "harbour-fund",
        name="Harbour fund",
        currency="EUR",
        purpose="Small sums for things neighbours do together.",
        actor=actor,
    )
    pools.deposit(pool, amount=500_000, key="demo:deposit", note="Town council", actor=actor)
    application = applications.draft(
        partner,
        pool=pool,
        title="Tools for the repair café",
        requested=80_000,
        actor=eli,
        what_for="Two workbenches, a lathe, and a set of hand tools.",
        who_benefits="Everybody with a broken toaster, and sixteen apprentices.",
        how_known="We count what leaves mended, each month.",
    )
    applications.submit(application, actor=eli)
    applications.approve(application, actor=fay)
