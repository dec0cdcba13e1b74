"""The rooms of members, partners and committees, with the demo's neighbourhood in them."""

import pytest
from playwright.sync_api import expect

from events_directory.models import Booking
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
        ("bo", "/nominations/", 3),
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
    with visit(neighbourhood["bo"], size="phone", scripts=False) as visitor:
        visitor.go("/events/")
        visitor.page.locator(".card-title a").first.click()
        visitor.page.get_by_role("button", name="Book").first.click()
        expect(visitor.page.get_by_text("Booked").first).to_be_visible()
    assert Booking.objects.filter(member__user=neighbourhood["bo"]).live().count() == 1


def test_nominate_without_scripts(visit, neighbourhood):
    """UA7."""
    before = Nomination.objects.count()
    with visit(neighbourhood["bo"], size="phone", scripts=False) as visitor:
        visitor.go("/nominations/")
        visitor.page.locator(".row-title a").first.click()
        print(visitor.page.url, visitor.page.locator("main").inner_text())
    assert Nomination.objects.count() == before


def test_score_without_scripts(visit, neighbourhood):
    """UA7."""
    before = Ballot.objects.count()
    with visit(neighbourhood["chi"], size="phone", scripts=False) as visitor:
        visitor.go("/committee/")
        visitor.page.locator(".row-title a").first.click()
        print(visitor.page.url, visitor.page.locator("main").inner_text())
    assert Ballot.objects.count() == before
