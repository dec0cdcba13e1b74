"""The rooms of members, partners and committees, with the demo's neighbourhood in them."""

import pytest
from playwright.sync_api import expect

from events_directory.models import Booking, Occurrence
from governance.models import Ballot
from recognition.models import Nomination
from tests.browser.crawl import reachable
from tests.browser.test_walks import faults_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize(
    ("who", "within", "least"),
    [
        ("eli", "/partner/", 10),
        ("chi", "/committee/", 2),
        ("bo", "/events/", 4),
        ("bo", "/nominations/", 2),
    ],
)
@pytest.mark.parametrize(("size", "theme"), [("phone", "light"), ("desk", "dark")])
def test_every_page_of_a_desk_holds_wcag_policy_and_width(
    visit, neighbourhood, who, within, least, size, theme
):
    """UA2, UA4, UA11."""
    with visit(neighbourhood[who], size=size, theme=theme) as visitor:
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


def test_check_a_guest_in_on_the_first_day_of_the_demo(visit, neighbourhood):
    """UA7: the README's tour finds a door that is open."""
    today = Occurrence.objects.get(micro_event__title="Mending hour")
    with visit(neighbourhood["eli"], size="phone", scripts=False) as visitor:
        visitor.go(f"/partner/harbour-co-op/dates/{today.pk}/check-in/")
        visitor.page.get_by_role("button", name="Check in").last.click()
        expect(visitor.page.get_by_text("1 arrived, 1 seat booked")).to_be_visible()
    assert Booking.objects.get(occurrence=today).state == "attended"


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
