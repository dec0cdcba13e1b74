"""The directory in Chromium: every page of members and partners, and their errands without scripts."""

import re
from datetime import time, timedelta
from decimal import Decimal

import pytest
import segno
import time_machine
from playwright.sync_api import expect

from events_directory.models import Booking, CheckIn, Grant, MicroEvent, Occurrence
from events_directory.operations import (
    applications,
    bookings,
    grants,
    invitations,
    micro_events,
    occurrences,
    partners,
    pools,
    waitlists,
)
from members import clock
from members.domain.actors import Actor
from members.operations import members
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
    "/events/?view=map",
    "/events/?view=calendar",
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
    "/partner/elis/events/{sent_back}/preview/",
    "/partner/elis/dates/",
    "/partner/elis/dates/{date}/guests/",
    "/partner/elis/dates/{date}/guests/booked/note/",
    "/partner/elis/dates/{date}/check-in/",
    "/partner/elis/team/",
    "/partner/elis/venues/",
    "/partner/elis/venues/new/",
    "/partner/elis/venues/{venue}/",
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
        shop,
        name="The back room",
        address="Lindenweg 3",
        city="Hamburg",
        latitude=Decimal("53.54"),
        longitude=Decimal("9.97"),
        zone="Europe/Berlin",
        actor=SYSTEM,
    )
    invitations.invite(shop, role="helper", by=eli)
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
    _full(date, amara)
    _grant(shop, eli, fay)
    return date


def _full(date: Occurrence, amara) -> None:
    """A second date with one seat, which is taken; Amara waits for it."""
    small = occurrences.add(
        date.micro_event,
        local_on=date.local_on + timedelta(days=1),
        local_time=time(10),
        capacity=1,
        actor=SYSTEM,
    )
    guest = members.enrol("early", given_name="Early", actor=SYSTEM)
    bookings.book(small, member=guest, key="k", actor=SYSTEM)
    waitlists.join(small, member=amara, key="w", actor=SYSTEM)


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
    booking = Booking.objects.get(occurrence=date)
    return [
        path.format(
            event=date.micro_event_id,
            date=date.pk,
            sent_back=MicroEvent.objects.get(state="rejected").pk,
            venue=date.micro_event.venue_id,
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
        visitor.page.get_by_role("link", name="Mend a lamp").first.click()
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


#: A camera that films one picture, and a browser that reads no codes itself.
CAMERA = """
delete window.BarcodeDetector;
navigator.mediaDevices.getUserMedia = async () => {
  const picture = new Image();
  picture.src = %r;
  await picture.decode();
  const paper = Object.assign(document.createElement("canvas"), { width: 400, height: 400 });
  const draw = () => paper.getContext("2d").drawImage(picture, 40, 40, 320, 320);
  paper.getContext("2d").fillRect(0, 0, 0, 0);
  setInterval(() => { const p = paper.getContext("2d"); p.fillStyle = "#fff";
    p.fillRect(0, 0, 400, 400); draw(); }, 100);
  return paper.captureStream(10);
};
"""


def test_scans_without_a_connection_are_kept_and_told_once(visit, evening, bo, eli):
    """UP5: camera, typed code and name; queued in sight while offline, also over a reload; told once."""
    by_camera, by_name = (
        Booking.objects.get(occurrence=evening),
        bookings.book(evening, member=bo, key="k", actor=SYSTEM),
    )
    picture = segno.make_qr(f"https://laurel.example/partner/tickets/{by_camera.ticket}/")
    with (
        time_machine.travel(evening.starts_at, tick=True),
        visit(eli, size="phone", offline=True) as visitor,
    ):
        page = visitor.page
        page.clock.set_fixed_time(evening.starts_at)
        page.add_init_script(CAMERA % picture.svg_data_uri(scale=6, light="#fff"))
        visitor.go(f"/partner/elis/dates/{evening.pk}/check-in/")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        visitor.go(f"/partner/elis/dates/{evening.pk}/check-in/")
        page.wait_for_function("Boolean(self.jsQR)")
        page.context.set_offline(True)
        page.get_by_role("button", name="Scan with the camera").click()
        expect(page.locator("[data-scan-count]")).to_have_text("1")
        page.get_by_role("button", name="Check in Bo").click()
        page.get_by_label("Ticket code").fill("nonsense")
        page.get_by_label("Ticket code").press("Enter")
        expect(page.locator("[data-scan-count]")).to_have_text("3")
        expect(page.get_by_text("No connection just now.")).to_be_visible()
        assert not CheckIn.objects.exists()
        page.reload()
        expect(page.get_by_text("This page is a copy.")).to_be_visible()
        expect(page.locator("[data-scan-rows]")).to_contain_text("Bo")
        page.context.set_offline(False)
        expect(page.get_by_text("2 arrived, 2 seats booked")).to_be_visible(timeout=15000)
        expect(page.get_by_text("This is not one of our tickets.")).to_be_visible()
        expect(page.locator("[data-scan-queue]")).to_be_hidden()
        assert visitor.faults + visitor.policy_faults() == []
    assert CheckIn.objects.count() == 3
    by_name.refresh_from_db()
    by_camera.refresh_from_db()
    assert (by_name.state, by_camera.state) == ("attended", "attended")


def test_the_dates_of_a_rule_appear_while_it_is_filled_in(visit, evening, eli):
    """UP2: live, from the server's own words."""
    with visit(eli) as visitor:
        page = visitor.page
        visitor.go("/partner/elis/events/new/")
        page.get_by_label("When?").fill("2027-03-16T18:00")
        page.get_by_text("Repeat it").click()
        page.get_by_label("Does it come again?").select_option("WEEKLY")
        page.get_by_label("How many times?").fill("6")
        page.get_by_label("How many times?").blur()
        expect(page.get_by_text("Every Tuesday at 18:00, 6 times")).to_be_visible()
        expect(page.get_by_text("Tue 30 Mar 2027, 18:00 CEST")).to_be_visible()
        assert visitor.faults + visitor.policy_faults() == []
