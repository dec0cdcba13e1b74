"""Every page, in every size, theme and direction: accessible, within its policy, alone with its own host."""

import pytest
from playwright.sync_api import Page, Route, expect

from loyalty.rewards.models import Reward
from loyalty.rewards.operations import redemptions
from members.models import Entry, Member, Unit
from members.operations import gifts, households, purses
from tests.browser.looks import faults_here, faults_of
from tests.conftest import SYSTEM

__all__ = ["faults_here", "faults_of"]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
    pytest.mark.usefixtures("from_the_right"),
]

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


def test_member_pages_hold_wcag_policy_and_width(visit, programme):
    """UA2, UA3, UA4, UA11, UM26."""
    paths = addresses(programme)
    with visit(programme.user) as visitor:
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


def test_visitors_pages_hold_wcag_policy_and_width(visit, programme):
    """UA2, UA3, UA4, UA11, UM26."""
    with visit() as visitor:
        assert [fault for path in VISITOR for fault in faults_of(visitor, path)] == []


#: UA8: links of the summary that reach no field.
LEADING_NOWHERE = """[...document.querySelectorAll("#error-summary a")]
  .map((link) => link.hash).filter((hash) => !document.querySelector(hash))"""


def _a_switch_turns_back_when_the_server_fails(page: Page) -> None:
    """UA9: at once, waiting shown only when it takes long, and back with a word."""
    held: list[Route] = []
    page.route("**/styleguide/?do=switch", lambda route: held.append(route))
    switch = page.get_by_role("switch")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    expect(page.locator("form.switch")).to_have_attribute("data-busy", "yes")
    held.pop().fulfill(status=500)
    expect(switch).to_have_attribute("aria-checked", "false")
    expect(page.get_by_role("status").get_by_text("That did not work.")).to_be_visible()
    delay = "getComputedStyle(document.querySelector('.skeleton')).animationDelay"
    assert page.evaluate(delay) == "0.2s"


def _a_dialog_keeps_the_focus_and_gives_it_back(page: Page) -> None:
    """UA1."""
    opener = page.get_by_role("link", name="Leave the household")
    opener.click()
    dialog = page.get_by_role("dialog", name="Leave the household?")
    expect(dialog).to_be_visible()
    for _ in range(6):
        page.keyboard.press("Tab")
        place = (
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
        assert page.evaluate(place)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_the_styleguide_holds_wcag_policy_and_width(visit, fay):
    """UA2, UA8: every component, with its form in error."""
    with visit(fay, theme="dark") as visitor:
        assert faults_of(visitor, "/styleguide/?ask=leave") == []
        assert faults_of(visitor, "/styleguide/?said") == []
        _a_switch_turns_back_when_the_server_fails(visitor.page)
        _a_dialog_keeps_the_focus_and_gives_it_back(visitor.page)
        with visitor.page.expect_response("**/styleguide/**") as refused:
            visitor.page.get_by_role("button", name="Save").click()
        assert refused.value.status == 422
        expect(visitor.page.locator("#error-summary")).to_be_focused()
        assert visitor.page.evaluate(LEADING_NOWHERE) == []
