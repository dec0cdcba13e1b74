"""What people do, in a real browser: by keyboard, on a phone, and without scripts."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import caches
from playwright.sync_api import expect

from loyalty.rewards.models import Redemption
from members.models import Member, User
from tests.browser.conftest import PASSWORD
from tests.conftest import person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]


def verified(user: User) -> User:
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def sign_in(visitor, email: str) -> None:
    visitor.go("/account/login/")
    visitor.page.get_by_label("E-mail", exact=True).fill(email)
    visitor.page.get_by_label("Password").fill(PASSWORD)
    visitor.page.get_by_role("button", name="Sign in", exact=True).click()


def test_balance_tier_and_ring_are_in_the_first_screen_of_a_phone(visit, programme):
    """UM1."""
    with visit(programme.user, size="phone") as visitor:
        visitor.go("/")
        ring = visitor.page.get_by_role("img", name=re.compile(r"points to \w+ by|highest tier"))
        for part in (
            visitor.page.locator(".figure-hero"),
            ring,
            visitor.page.locator(".pill").first,
        ):
            box = part.bounding_box()
            assert box["y"] >= 0 and box["y"] + box["height"] <= 844 - 57


def test_what_was_won_is_announced_goes_at_a_press_and_never_comes_again(visit, programme):
    """UM10: words and a voice in any case; nothing moves for whoever wants it still."""
    with visit(programme.user, size="phone") as visitor:
        visitor.page.emulate_media(reduced_motion="reduce")
        with visitor.page.expect_response("**/celebrations/"):
            visitor.go("/")
        shown = visitor.page.locator("[data-celebration]")
        expect(shown.get_by_role("heading", name="You have won “First”.")).to_be_visible()
        said = visitor.page.get_by_role("status").filter(has_text="won")
        expect(said).to_have_text("You have won “First”.")
        moving = "element => element.getAnimations({subtree: true}).length"
        assert shown.evaluate(moving) == 0
        visitor.page.keyboard.press("Escape")
        expect(shown).to_have_count(0)
        visitor.go("/")
        expect(visitor.page.locator("[data-celebration]")).to_have_count(0)
        assert visitor.faults == []


def test_sign_in_and_redeem_in_two_taps_without_scripts(visit, programme):
    """UA7, UM7."""
    verified(programme.user)
    with visit(size="phone", scripts=False) as visitor:
        sign_in(visitor, programme.user.email)
        # The terms have changed since Amara joined; they are asked once.
        visitor.page.get_by_role("checkbox", name="I agree to this").check()
        visitor.page.get_by_role("button", name="Agree and go on").click()
        expect(visitor.page).to_have_url(visitor.base + "/")
        visitor.page.get_by_role("link", name="Coffee").click()
        visitor.page.get_by_role("button", name="Redeem for 80").click()
        expect(visitor.page).to_have_url(re.compile(r"/rewards/vouchers/\d+/$"))
        redemption = Redemption.objects.get()
        assert visitor.page.url.endswith(f"/rewards/vouchers/{redemption.pk}/")
        assert redemption.member == programme
        visitor.page.get_by_role("button", name="Undo").click()
        expect(visitor.page.get_by_role("button", name="Undo")).to_have_count(0)
        redemption.refresh_from_db()
        assert redemption.state == "cancelled"


def test_menus_and_language_work_without_scripts(visit, programme):
    """UM26: the switch stays on the page."""
    with visit(programme.user, size="phone", scripts=False) as visitor:
        visitor.go("/points/?unit=status")
        visitor.page.get_by_text("More", exact=True).click()
        expect(visitor.page.get_by_role("link", name="Leaderboards").last).to_be_visible()
        visitor.page.get_by_text("More", exact=True).click()
        visitor.page.get_by_role("button", name="Deutsch").click()
        expect(visitor.page.locator("html")).to_have_attribute("lang", "de")
        assert visitor.page.url == visitor.base + "/points/?unit=status"


def test_signing_up_makes_a_member(visit, units):
    with visit(size="phone") as visitor:
        visitor.go("/account/signup/")
        visitor.page.get_by_label("E-mail", exact=True).fill("noor@example.test")
        visitor.page.get_by_label("Password", exact=True).fill("three-green-jars")
        visitor.page.get_by_label("Password (again)").fill("three-green-jars")
        visitor.page.get_by_label("I agree to this").check()
        visitor.page.get_by_role("button", name="Sign up").click()
        expect(visitor.page).to_have_url(re.compile("/confirm-email/"))
        assert visitor.faults == [] == visitor.policy_faults()
    assert Member.objects.get().user.email == "noor@example.test"


def test_a_wrong_password_says_so_at_the_top_and_keeps_the_address(visit, db):
    """UA8."""
    verified(person("bo@example.test"))
    with visit() as visitor:
        visitor.go("/account/login/")
        visitor.page.get_by_label("E-mail", exact=True).fill("bo@example.test")
        visitor.page.get_by_label("Password").fill("wrong")
        visitor.page.get_by_role("button", name="Sign in", exact=True).click()
        expect(visitor.page.locator("#error-summary")).to_be_focused()
        assert visitor.page.get_by_label("E-mail").input_value() == "bo@example.test"


def test_the_skip_link_comes_first_and_nothing_traps_the_keyboard(visit, programme):
    """UA1."""
    with visit(programme.user) as visitor:
        visitor.go("/rewards/")
        press = visitor.page.keyboard.press
        press("Tab")
        assert visitor.page.evaluate("document.activeElement.className") == "skip"
        press("Enter")
        assert visitor.page.evaluate("document.activeElement.id") == "content"
        seen = []
        for _ in range(40):
            press("Tab")
            seen.append(
                visitor.page.evaluate(
                    "(() => { const e = document.activeElement; const r = e.getBoundingClientRect();"
                    " return [e.tagName, e.textContent.trim().slice(0, 20), r.width > 0 &&"
                    " getComputedStyle(e).outlineStyle !== 'none'] })()"
                )
            )
            if seen[-1][0] == "BODY":
                break
        assert seen[-1][0] == "BODY", "the focus never left the page"
        assert all(is_seen for tag, _, is_seen in seen if tag != "BODY")


#: The colours that the page had from its first frame on; before there is a style there is none.
PAPERS = """
window.papers = new Set();
const look = () => {
  const colour = document.documentElement && getComputedStyle(document.documentElement).backgroundColor;
  if (colour && colour !== "rgba(0, 0, 0, 0)") window.papers.add(colour);
  requestAnimationFrame(look);
};
look();
"""


def test_dark_follows_the_system_and_the_switch_is_remembered(visit, programme, settings):
    """UA5."""
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    with visit(programme.user, theme="dark") as visitor:
        visitor.go("/")
        night = visitor.page.evaluate(paper)
        visitor.page.get_by_role("button", name="Light", exact=True).click()
        day = visitor.page.evaluate(paper)
        assert (night, day) == ("rgb(19, 23, 21)", "rgb(250, 249, 245)")
        visitor.page.add_init_script(PAPERS)
        visitor.go("/points/")
        assert visitor.page.evaluate(paper) == day
        frames = (
            "[...document.querySelectorAll('meta[name=theme-color]')].map((meta) => meta.content)"
        )
        assert visitor.page.evaluate(frames) == ["#faf9f5", "#faf9f5"]
        assert visitor.page.evaluate("[...window.papers]") == [day]  # no flash of the night
        visitor.page.get_by_role("button", name="As the system").click()
        visitor.go("/")
        assert visitor.page.evaluate(paper) == night
        settings.PROGRAMME_ACCENT = "#0057b8"
        caches["pages"].clear()  # settings change with a restart
        visitor.go("/")
        accent = "getComputedStyle(document.querySelector('.mark-sprig')).color"
        assert visitor.page.evaluate(accent) == "rgb(138, 186, 253)"  # its lighter shade, at night
        visitor.page.get_by_role("button", name="Light", exact=True).click()
        assert visitor.page.evaluate(accent) == "rgb(0, 87, 184)"
        assert visitor.faults + visitor.policy_faults() == []


def test_a_menu_closes_with_escape_and_gives_the_focus_back(visit, programme):
    """UA1."""
    with visit(programme.user) as visitor:
        visitor.go("/")
        menu = visitor.page.locator(".site-head details.menu")
        menu.locator("summary").click()
        visitor.page.get_by_role("link", name="Preferences").focus()
        visitor.page.keyboard.press("Escape")
        assert menu.get_attribute("open") is None
        expect(menu.locator("summary")).to_be_focused()
