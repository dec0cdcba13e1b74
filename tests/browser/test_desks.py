"""The rooms of members, partners and committees, with the demo's neighbourhood in them."""

import pytest
from playwright.sync_api import expect

from events_directory.models import Booking, Occurrence
from governance.models import Ballot
from loyalty.campaigns.operations import standard
from members.operations import jobs
from recognition.models import Nomination
from tests.browser.crawl import reachable
from tests.browser.looks import faults_of
from tests.conftest import SYSTEM

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
    pytest.mark.usefixtures("from_the_right"),
]


@pytest.mark.parametrize(
    ("who", "within", "least"),
    [
        ("eli", "/partner/", 10),
        ("chi", "/committee/", 2),
        ("bo", "/events/", 4),
        ("bo", "/nominations/", 2),
    ],
)
def test_every_page_of_a_desk_holds_wcag_policy_and_width(visit, neighbourhood, who, within, least):
    """UA2, UA4, UA11."""
    with visit(neighbourhood[who]) as visitor:
        paths = reachable(visitor, within, within=within)
        assert len(paths) >= least, paths
        assert [fault for path in paths for fault in faults_of(visitor, path)] == []


def test_book_without_scripts(visit, neighbourhood):
    """UA7."""
    mine = Booking.objects.filter(member__user=neighbourhood["bo"]).live()
    before = mine.count()
    with visit(neighbourhood["bo"], size="phone", scripts=False) as visitor:
        visitor.go("/events/")
        visitor.page.locator(".card-title a").first.click()
        visitor.page.get_by_role("button", name="Book").first.click()
        expect(visitor.page.get_by_text("Booked").first).to_be_visible()
    assert mine.count() == before + 1


def test_a_guest_is_checked_in_and_sees_the_points_come(visit, neighbourhood):
    """UM18, UA7: the README's tour finds a door that is open; the guest's page is not loaded again."""
    standard.install(actor=SYSTEM)
    today = Occurrence.objects.get(micro_event__title="Mending hour")
    booking = Booking.objects.get(occurrence=today)
    with (
        visit(booking.member.user, size="phone") as guest,
        visit(neighbourhood["eli"], size="phone", scripts=False) as door,
    ):
        guest.go("/")
        guest.page.evaluate("window.isSamePage = true")
        figure = guest.page.locator(".standing .figure-hero")
        before = figure.inner_text()
        door.go(f"/partner/harbour-co-op/dates/{today.pk}/check-in/")
        door.page.get_by_role("button", name="Check in").last.click()
        expect(door.page.get_by_text("1 arrived, 1 seat booked")).to_be_visible()
        while jobs.work_off():
            pass
        expect(guest.page.get_by_role("status").get_by_text("points:")).to_be_visible(timeout=3000)
        expect(figure).not_to_have_text(before)
        assert guest.page.evaluate("window.isSamePage")
        assert guest.faults + guest.policy_faults() == []
    booking.refresh_from_db()
    assert booking.state == "attended"


def test_nominate_without_scripts(visit, neighbourhood):
    """UA7."""
    mine = Nomination.objects.filter(nominator__user=neighbourhood["dee"])
    before = mine.count()
    with visit(neighbourhood["dee"], size="phone", scripts=False) as visitor:
        visitor.go("/nominations/neighbour-now/")
        visitor.page.get_by_label("Whom do you nominate?").fill("cdnow-1166")
        visitor.page.get_by_role("button", name="Search").click()
        visitor.page.get_by_role("link", name="Nominate").first.click()
        visitor.page.locator("[name=statement]").fill("She mends what others throw away.")
        visitor.page.get_by_role("button", name="Nominate").click()
        expect(visitor.page.get_by_text("Thank you.")).to_be_visible()
        assert "/neighbour-now/" in visitor.page.url
    assert mine.count() == before + 1


def test_score_without_scripts(visit, neighbourhood):
    """UA7."""
    before = Ballot.objects.count()
    with visit(neighbourhood["chi"], size="phone", scripts=False) as visitor:
        visitor.go("/committee/")
        visitor.page.locator(".row-title a").first.click()
        for mark in visitor.page.get_by_role("radio", name="4", exact=True).all():
            mark.check()
        visitor.page.get_by_role("radio", name="yes", exact=True).check()
        visitor.page.get_by_role("button", name="Cast my ballot").click()
        expect(visitor.page.get_by_text("is cast")).to_be_visible()
    assert Ballot.objects.count() == before + 1
