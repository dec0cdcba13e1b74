"""The directory in Chromium: every page of members and partners, and their errands without scripts."""

import re
from datetime import time, timedelta

import pytest
import time_machine
from playwright.sync_api import expect

from events_directory.models import Booking, Grant, Occurrence
from events_directory.operations import (
    applications,
    bookings,
    grants,
    micro_events,
    partners,
    pools,
)
from members import clock
from members.domain.actors import Actor
from tests.browser.looks import faults_of
from tests.conftest import SYSTEM, person

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
    pytest.mark.usefixtures("from_the_right"),
]

MEMBER = [
    "/events/",
    "/events/?q=nothing+like+it",
    "/events/{event}/",
    "/events/bookings/",
    "/events/bookings/{reference}/",
    "/events/pools/",
    "/events/pools/northgate/",
]
PARTNER = [
    "/partner/elis/events/",
    "/partner/elis/events/?state=rejected",
    "/partner/elis/events/new/",
    "/partner/elis/events/{event}/",
    "/partner/elis/dates/",
    "/partner/elis/dates/{date}/guests/",
    "/partner/elis/dates/{date}/check-in/",
    "/partner/elis/venues/",
    "/partner/elis/venues/new/",
    "/partner/elis/grants/",
    "/partner/elis/grants/new/",
    "/partner/elis/grants/{application}/",
    "/partner/tickets/{ticket}/",
]


@pytest.fixture
def evening(transactional_db, amara, eli, fay) -> Occurrence:
    """Eli's evening in a week, booked by Amara; an event that was sent back; a grant, half paid."""
    shop = partners.register("Eli's repair café", slug="elis", owner=eli, actor=Actor.user(eli))
    partners.verify(shop, actor=Actor.user(fay))
    room = partners.add_venue(
        shop, name="The back room", address="Lindenweg 3", zone="Europe/Berlin", actor=SYSTEM
    )
    for title, days in (("Mend a lamp", 7), ("Talk", 9)):
        event = micro_events.draft_with_date(
            shop,
            title=title,
            venue=room,
            category="repair",
            summary="Bring the lamp, leave with light.",
            neighbourhood="Northgate",
            local_on=(clock.now() + timedelta(days=days)).date(),
            local_time=time(18),
            capacity=10,
            minutes=120,
            actor=Actor.user(eli),
        )
        micro_events.submit(event, actor=Actor.user(eli))
    micro_events.reject(event, reason="Who speaks?", actor=Actor.user(fay))
    date = Occurrence.objects.get(micro_event__title="Mend a lamp")
    micro_events.publish(date.micro_event, actor=Actor.user(fay))
    bookings.book(date, member=amara, key="k", actor=SYSTEM)
    _grant(shop, eli, fay)
    return date


def _grant(shop, eli, fay) -> None:
    ann = person("ann@example.test", first_name="Ann", is_staff=True)
    pool = pools.establish("northgate", name="Northgate pool", currency="EUR", actor=SYSTEM)
    pools.deposit(pool, amount=100_000, key="spring", note="Spring collection", actor=SYSTEM)
    answers = {"what_for": "Tools", "who_benefits": "Everybody", "how_known": "We count"}
    row = applications.draft(
        shop, pool=pool, title="Soldering", requested=40_000, actor=Actor.user(eli), **answers
    )
    applications.submit(row, actor=Actor.user(eli))
    for user in (fay, ann):
        applications.approve(row, actor=Actor.user(user))
    part = grants.release(Grant.objects.get(), amount=15_000, key="a", actor=Actor.user(fay))
    grants.pay(part, key="b", actor=Actor.user(ann))


def filled(paths: list[str], date: Occurrence) -> list[str]:
    booking = Booking.objects.get()
    return [
        path.format(
            event=date.micro_event_id,
            date=date.pk,
            reference=booking.reference,
            ticket=booking.ticket,
            application=Grant.objects.get().application_id,
        )
        for path in paths
    ]


def test_the_directory_holds_wcag_policy_and_width(visit, evening, amara, eli):
    """UA2, UA3, UA4, UA11, UM26."""
    for user, paths in ((amara.user, MEMBER), (eli, PARTNER)):
        with visit(user) as visitor:
            found = [fault for path in filled(paths, evening) for fault in faults_of(visitor, path)]
            if user == amara.user:
                visitor.go(f"/events/{evening.micro_event_id}/")
                # UA12: the venue's clock, and beside it that of a reader in New York.
                expect(visitor.page.get_by_text("where you are)").first).to_be_visible()
        assert found == []


def test_book_and_be_let_in_without_scripts(visit, evening, bo, eli):
    """UA7: RSVP in one tap; UP5 (narrow): check-in on a phone by opening the ticket's address."""
    with visit(bo.user, size="phone", scripts=False) as visitor:
        visitor.go("/events/")
        visitor.page.get_by_role("link", name="Mend a lamp").click()
        visitor.page.get_by_role("button", name="Book").click()
        expect(visitor.page).to_have_url(re.compile("/events/bookings/"))
        expect(visitor.page.get_by_alt_text("Ticket code to show at the door")).to_be_visible()
    seat = Booking.objects.get(member=bo)
    with (
        time_machine.travel(evening.starts_at, tick=True),
        visit(eli, size="phone", scripts=False) as visitor,
    ):
        visitor.go(f"/partner/tickets/{seat.ticket}/")
        visitor.page.get_by_role("button", name="Check in").click()
        expect(visitor.page.get_by_text("Welcome, Bo")).to_be_visible()
    seat.refresh_from_db()
    assert seat.state == "attended"
