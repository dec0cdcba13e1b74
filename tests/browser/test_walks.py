"""Every page, at two widths, in two themes: accessible, within its policy, alone with its own host."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from loyalty.rewards.models import Reward
from loyalty.rewards.operations import redemptions
from members.models import Entry, Member, Unit
from members.operations import gifts, households, purses
from tests.browser.chromium import SIZES, THEMES
from tests.conftest import SYSTEM

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]

STANDARD = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
    # Else axe fetches every imported stylesheet again, from the wrong folder.
    "preload": False,
}
VISITOR = [
    "/",
    "/account/login/",
    "/account/signup/",
    "/account/password/reset/",
    "/badges/",
    "/nowhere/",
]
MEMBER = [
    "/",
    "/points/",
    "/points/?unit=status",
    "/points/{line}/",
    "/points/gifts/",
    "/points/gifts/new/",
    "/points/gifts/{gift}/",
    "/points/household/",
    "/rewards/",
    "/rewards/coffee/",
    "/rewards/dinner/",
    "/rewards/vouchers/",
    "/rewards/vouchers/{voucher}/",
    "/badges/",
    "/leaderboards/",
    "/leaderboards/month/?window=all",
    "/inbox/",
    "/account/messages/",
    "/programme/",
    "/programme/terms/",
    "/badges/first/",
    "/account/preferences/",
    "/account/email/",
    "/account/password/change/",
    "/account/2fa/",
    "/account/2fa/totp/activate/",
    "/account/2fa/webauthn/add/",
    "/account/logout/",
]


def faults_of(visitor, path: str) -> list[str]:
    """Everything that is wrong with a page: what axe finds, refused policies, sideways scroll."""
    response = visitor.go(path)
    found = [] if response.status < 500 else [f"{path}: status {response.status}"]
    return found + faults_here(visitor, path)


def faults_here(visitor, path: str = "here") -> list[str]:
    """The same of a page as it stands now."""
    found = []
    # What lies under the bar at this scroll position can be scrolled free; axe cannot know that.
    visitor.page.evaluate(
        "document.querySelectorAll('.tab-bar').forEach((bar) => bar.style.position = 'static')"
    )
    for rule in Axe().run(visitor.page, options=STANDARD).response["violations"]:
        places = "; ".join(node["html"][:160] for node in rule["nodes"][:3])
        found.append(f"{rule['id']}: {rule['help']}: {places}")
    found += visitor.policy_faults() + visitor.faults
    visitor.faults.clear()
    if visitor.overflow() > 0:
        found.append(f"scrolls sideways by {visitor.overflow()} px")
    return [f"{path}: {fault}" for fault in found]


def addresses(programme) -> list[str]:
    """The member's pages, with a line and a voucher of their own."""
    coffee = Reward.objects.get(slug="coffee")
    voucher = redemptions.redeem(programme, reward=coffee, key="walk", actor=SYSTEM)
    line = Entry.objects.of_member(programme).filter(reverses__isnull=False).first()
    friend = Member.objects.get(ref="m0")
    gift = gifts.give(
        programme, receiver=friend, unit=line.unit, amount=5, key="walk", actor=SYSTEM
    )
    gifts.give_code(programme, actor=SYSTEM)
    _household(programme, friend, line.unit)
    return [path.format(line=line.pk, voucher=voucher.pk, gift=gift.pk) for path in MEMBER]


def _household(head: Member, friend: Member, unit: Unit) -> None:
    """With a code that waits, somebody to show out, and a move that can be undone."""
    if head.household_seats.exists():
        return
    households.open(head, name="Lindenweg 3", actor=SYSTEM)
    code = households.invite(head, actor=SYSTEM).code
    households.join(friend, code=code, actor=SYSTEM)
    households.invite(head, actor=SYSTEM)
    purses.contribute(head, unit=unit, amount=5, key="walk:purse", actor=SYSTEM)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES)
def test_member_pages_hold_wcag_policy_and_width(visit, programme, size, theme):
    """UA2, UA4, UA11."""
    paths = addresses(programme)
    with visit(programme.user, size=size, theme=theme) as visitor:
        assert [fault for path in paths for fault in faults_of(visitor, path)] == []


def test_the_way_into_a_household_holds_wcag_policy_and_width(visit, programme, bo):
    """UA2, UA3: the two forms, in error, and the page that shows whose it is."""
    households.open(programme, name="Lindenweg 3", actor=SYSTEM)
    code = str(households.invite(programme, actor=SYSTEM))
    with visit(bo.user, width=320, size="phone") as visitor:
        assert faults_of(visitor, "/points/household/") == []
        for wrong in ("K7QP-3MXD", code):
            visitor.page.get_by_label("Code of the household").fill(wrong)
            visitor.page.get_by_role("button", name="Next").click()
        assert visitor.page.get_by_role("heading", level=1).inner_text() == "Lindenweg 3"
        visitor.page.get_by_role("button", name="Join").click()
        assert faults_of(visitor, "/points/household/") == []
        assert bo.household_seats.count() == 1


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES)
def test_visitors_pages_hold_wcag_policy_and_width(visit, programme, size, theme):
    """UA2, UA4, UA11."""
    with visit(size=size, theme=theme) as visitor:
        assert [fault for path in VISITOR for fault in faults_of(visitor, path)] == []


def test_the_styleguide_holds_wcag_policy_and_width(visit, fay):
    """UA2: every component, with its form in error."""
    with visit(fay, theme="dark") as visitor:
        assert faults_of(visitor, "/styleguide/") == []
        visitor.page.get_by_role("button", name="Save").click()
        expect(visitor.page.locator("#error-summary")).to_be_focused()


def test_nothing_scrolls_sideways_at_320_pixels_or_with_text_twice_the_size(visit, programme):
    """UA3."""
    with visit(programme.user, width=320, size="phone") as visitor:
        for path in addresses(programme):
            visitor.go(path)
            assert (path, visitor.overflow()) == (path, 0)
            visitor.page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert (path, "200%", max(visitor.overflow(), 0)) == (path, "200%", 0)
