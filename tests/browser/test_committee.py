"""Nominations, the committee desk and badge pages: accessible, within their policy, plain without
scripts."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from governance.models import Ballot, BallotDraft, Case
from governance.operations import cases
from members.domain.actors import Actor
from members.operations import members
from recognition.models import NominationDraft
from recognition.operations import badges, cycles
from tests.browser.looks import faults_of
from tests.conftest import SYSTEM
from tests.governance.conftest import cast, committee, criteria, hal, ivo, jun, seat_of
from tests.recognition.conftest import badge, cycle, give, propose

__all__ = ["badge", "committee", "criteria", "cycle", "hal", "ivo", "jun"]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
    pytest.mark.usefixtures("from_the_right"),
]

LONG = (
    "She has repaired every bicycle in the street since spring, and never asked for anything. "
    "On Saturdays she shows the children how a chain is put back on.\n\nAsk anybody."
)


@pytest.fixture
def cycle_of(cycle, amara, bo, dee, chi, hal, ivo, jun):
    """Amara and Bo are proposed; their committee has decided about Bo and is voting on Amara."""
    members.update(amara, shows_real_name=True, actor=SYSTEM)
    propose(cycle, bo, amara, LONG)
    propose(cycle, dee, amara, "She waters the trees.")
    propose(cycle, amara, bo, "He carried my shopping.")
    return cycle


def vote(case, *judges):
    for user in judges:
        cast(case, user)


def case_of(cycle, member):
    return cycle.candidates.get(member=member).case


def close(case, user):
    cases.close(case, seat=seat_of(case, user), actor=Actor.user(user))


def test_pages_hold_wcag_policy_and_width(visit, cycle_of, amara, bo, chi, hal, ivo, jun, badge):
    """UA2, UA3, UA4, UA11, UM26."""
    page = reverse("nominations:cycle", args=[cycle_of.slug])
    found = []
    with visit(bo.user) as visitor:
        found += faults_of(visitor, "/nominations/")
        found += faults_of(visitor, f"{page}?q=Amara")
        visitor.page.get_by_role("link", name="Nominate Amara Obi").click()
        expect(visitor.page.get_by_label("Why?")).to_be_visible()
        found += faults_of(visitor, visitor.page.url.removeprefix(visitor.base))
    cycles.close(cycle_of, actor=SYSTEM)
    waiting, done = case_of(cycle_of, amara), case_of(cycle_of, bo)
    vote(done, hal, ivo, jun)
    close(done, chi)
    with visit(chi) as visitor:
        for name, case in (("case", waiting), ("decision", waiting), ("result", done)):
            found += faults_of(visitor, reverse(f"governance:{name}", args=[case.pk]))
        keys = reverse("governance:case", args=[waiting.pk]) + "?ask=keys"
        for path in ("/committee/", "/committee/?show=done", keys, f"{page}laureate/"):
            found += faults_of(visitor, path)
    vote(waiting, hal, ivo, jun)
    close(waiting, chi)
    with visit(chi) as visitor:
        found += faults_of(visitor, f"{page}laureate/")
    laureate = cycles.decide(cycle_of, citation="For forty bicycles.", actor=SYSTEM)
    revoked = badges.revoke(give(bo, badge), reason="Not theirs", actor=SYSTEM)
    with visit() as visitor:
        for path in (page, f"/b/{laureate.award.slug}/", f"/b/{revoked.slug}/"):
            found += faults_of(visitor, path)
    with visit(amara.user) as visitor:
        found += faults_of(visitor, f"/b/{laureate.award.slug}/")
    assert found == []


def test_nominating_and_judging_work_without_scripts(visit, cycle_of, amara, bo, hal):
    """UA7, UC1, UC2: search, write, send; then read, keep, score, vote, send; then step back."""
    with visit(amara.user, scripts=False) as visitor:
        visitor.go(reverse("nominations:cycle", args=[cycle_of.slug]))
        visitor.page.get_by_label("Whom do you nominate?").fill("dee")
        visitor.page.get_by_role("button", name="Search").click()
        visitor.page.get_by_role("link", name="Nominate Member").click()
        visitor.page.get_by_label("Why?").fill("She listens.")
        visitor.page.get_by_role("button", name="Nominate").click()
        expect(visitor.page.get_by_text("Thank you.")).to_be_visible()
        expect(visitor.page.get_by_text("She listens.")).to_be_visible()
    cycles.close(cycle_of, actor=SYSTEM)
    with visit(hal, scripts=False) as visitor:
        visitor.go("/committee/")
        visitor.page.get_by_role("link", name="Amara Obi").click()
        visitor.page.get_by_role("button", name="I have read it").click()
        visitor.page.get_by_label("Comment on “Kindness”").fill("Every week")
        visitor.page.get_by_role("button", name="Keep for later").click()
        expect(visitor.page.get_by_label("Comment on “Kindness”")).to_have_value("Every week")
        for group, score in (("Kindness", "5"), ("Effort", "4"), ("Example", "does not apply")):
            fields = visitor.page.get_by_role("group", name=group)
            fields.get_by_label(score, exact=True).check()
        visitor.page.get_by_role("group", name="Your vote").get_by_label("yes").check()
        visitor.page.get_by_role("button", name="Cast my ballot").click()
        expect(visitor.page.get_by_text("is cast.")).to_be_visible()
        visitor.page.get_by_role("link", name="Done").click()
        visitor.page.get_by_role("link", name="Amara Obi").click()
        visitor.page.get_by_label("Why").select_option("relative")
        visitor.page.get_by_role("button", name="Step back from this case").click()
        expect(visitor.page.get_by_text("You have stepped back.")).to_be_visible()
    assert not Case.objects.visible_to(hal).filter(title="Amara Obi").exists()


SAVED = re.compile(r"^Saved \d\d:\d\d")


class Keyboard:
    """Presses keys and counts them; letters that are typed are counted apart."""

    def __init__(self, visitor):
        self.page, self.pressed, self.typed = visitor.page, 0, 0

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def type(self, text):
        self.page.keyboard.type(text)
        self.typed += len(text)

    def tab_to(self, target):
        """Tab until `target` has the focus; nothing on the way may trap it."""
        for _ in range(60):
            if target.evaluate("(one) => one === document.activeElement"):
                return
            self.press("Tab")
        raise AssertionError("not reached by Tab")


def mark_of(page, group, score):
    return page.get_by_role("group", name=group).get_by_label(score, exact=True)


def test_a_round_is_scored_without_a_mouse(visit, cycle_of, amara, bo, hal):
    """UC1, UC2, UC3: J, K, 1-5, Tab and Enter; counts change on an open page; a killed tab loses nothing."""
    cycles.close(cycle_of, actor=SYSTEM)
    first, second = (
        reverse("governance:case", args=[case_of(cycle_of, one).pk]) for one in (amara, bo)
    )
    with visit(hal) as desk:
        desk.go("/committee/")
        desk.page.evaluate("window.isSamePage = true")
        counts = desk.page.locator(".tabs-count")
        expect(counts).to_have_text(["2", "0", "0", "0"])
        with visit(hal) as visitor:
            keys, page = Keyboard(visitor), visitor.page
            visitor.go("/committee/")
            keys.press("j")
            page.wait_for_url(visitor.base + first)
            expect(counts).to_have_text(["1", "1", "0", "0"])
            entry, rubric = (
                page.get_by_role("heading", name=name).bounding_box()
                for name in ("Nomination 1", "Your ballot")
            )
            assert entry["x"] + entry["width"] <= rubric["x"]
            keys.press("4")  # nothing is in focus: the first criterion without a mark
            expect(mark_of(page, "Kindness", "4")).to_be_checked()
            keys.press("5")
            expect(mark_of(page, "Kindness", "5")).to_be_checked()
            expect(page.get_by_text(SAVED)).to_be_visible()
            keys.press("Tab")
            keys.type("J 5 k?")  # letters, not keys
            expect(page.get_by_label("Comment on “Kindness”")).to_have_value("J 5 k?")
            keys.press("Tab", "Alt+1", "3")
            expect(mark_of(page, "Effort", "3")).to_be_checked()
            expect(page.get_by_text(SAVED)).to_be_visible()
        # The tab is gone. What it had saved is there again.
        with visit(hal) as visitor:
            keys, page = Keyboard(visitor), visitor.page
            visitor.go("/committee/")
            keys.press("j")
            page.wait_for_url(visitor.base + second)
            expect(page.get_by_text("Entry 2 of 2")).to_be_visible()
            keys.press("k")
            page.wait_for_url(visitor.base + first)
            expect(mark_of(page, "Kindness", "5")).to_be_checked()
            expect(mark_of(page, "Effort", "3")).to_be_checked()
            expect(page.get_by_label("Comment on “Kindness”")).to_have_value("J 5 k?")
            expect(page.get_by_text(SAVED)).to_be_visible()
            keys.press("2")
            expect(mark_of(page, "Example", "2")).to_be_checked()
            cast_by(keys, page)
            expect(counts).to_have_text(["0", "1", "1", "0"])
            keys.press("j")
            page.wait_for_url(visitor.base + second)
            # Nobody has to wait for a mark to be saved before they go on.
            keys.press("4", "Tab", "Tab", "4", "Tab", "Tab", "4", "k")
            page.wait_for_url(visitor.base + first)
            keys.press("j")
            page.wait_for_url(visitor.base + second)
            expect(mark_of(page, "Example", "4")).to_be_checked()
            cast_by(keys, page)
            expect(counts).to_have_text(["0", "0", "2", "0"])
            assert visitor.faults + visitor.policy_faults() == []
        assert desk.page.evaluate("window.isSamePage")
    assert [one.scores for one in Ballot.objects.order_by("pk")] == [
        {"kindness": 5, "effort": 3, "example": 2},
        {"kindness": 4, "effort": 4, "example": 4},
    ]


def cast_by(keys, page):
    keys.tab_to(page.get_by_role("radio", name="yes", exact=True))
    keys.press("Space")
    keys.tab_to(page.get_by_role("button", name="Cast my ballot"))
    keys.press("Enter")
    expect(page.get_by_text("is cast.")).to_be_visible()


def test_keys_are_explained_and_switched_off(visit, cycle_of, hal, amara):
    """UC3: ? opens the help; the switch is remembered; without keys the page still works (WCAG 2.1.4)."""
    cycles.close(cycle_of, actor=SYSTEM)
    path = reverse("governance:case", args=[case_of(cycle_of, amara).pk])
    with visit(hal) as visitor:
        keys, page = Keyboard(visitor), visitor.page
        switch = page.get_by_role("switch", name="Use these keys on this device")
        visitor.go(path)
        keys.press("?")
        expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
        keys.press("j", "3")  # nothing happens behind a dialog
        keys.tab_to(switch)
        keys.press("Space", "Escape")
        visitor.go(path)
        keys.press("3", "?", "j")
        expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
        assert page.locator("input:checked").count() == 0 and page.url.endswith(path)
        page.get_by_role("link", name="Keys").click()
        expect(switch).to_have_attribute("aria-checked", "false")
        keys.tab_to(switch)
        keys.press("Space", "Escape", "3")
        expect(mark_of(page, "Kindness", "3")).to_be_checked()


def test_what_cannot_be_saved_is_said_and_kept(visit, cycle_of, hal, amara):
    """UC2: another tab, and signed out meanwhile: words, the input stays, one button goes on."""
    cycles.close(cycle_of, actor=SYSTEM)
    path = reverse("governance:case", args=[case_of(cycle_of, amara).pk])
    with visit(hal) as visitor:
        page, context = visitor.page, visitor.page.context
        visitor.go(path)
        other = context.new_page()
        other.goto(visitor.base + path)
        mark_of(page, "Kindness", "4").check()
        expect(page.get_by_text(SAVED)).to_be_visible()
        mark_of(other, "Kindness", "2").check()
        expect(other.get_by_text("Nothing was overwritten.")).to_be_visible()
        expect(mark_of(other, "Kindness", "2")).to_be_checked()
        assert BallotDraft.objects.get().scores == {"kindness": 4}
        other.get_by_role("button", name="Keep what is here").click()
        expect(other.get_by_text(SAVED)).to_be_visible()
        assert BallotDraft.objects.get().scores == {"kindness": 2}
        cookies = context.cookies()
        context.clear_cookies()
        mark_of(other, "Effort", "5").check()
        expect(other.get_by_text("you are signed out")).to_be_visible()
        # Signed in again, with the new token that comes with it.
        token = {"name": "csrftoken", "value": "n" * 32, "url": visitor.base}
        context.add_cookies([each for each in cookies if each["name"] != "csrftoken"] + [token])
        other.get_by_role("button", name="Try again").click()
        expect(other.get_by_text(SAVED)).to_be_visible()
    assert BallotDraft.objects.get().scores == {"kindness": 2, "effort": 5}


def test_a_peer_is_nominated_by_keyboard_in_a_few_presses(visit, cycle_of, amara, dee):
    """UM21: found while typing, criteria in sight, saved by itself; 20 presses besides the letters."""
    members.update(dee, given_name="Dorothea", shows_real_name=True, actor=SYSTEM)
    words = "She listens to everybody in the house."
    with visit(amara.user, size="phone") as visitor:
        keys, page = Keyboard(visitor), visitor.page
        visitor.go(reverse("nominations:cycle", args=[cycle_of.slug]))
        keys.press("Tab", "Enter")  # over the head of the page
        keys.tab_to(page.get_by_label("Whom do you nominate?"))
        keys.type("doro")
        found = page.get_by_role("link", name="Nominate Dorothea")
        expect(found).to_be_visible()
        keys.tab_to(found)
        keys.press("Enter")
        expect(page.get_by_label("Why?")).to_be_focused()
        expect(page.get_by_text("Kindness").first).to_be_in_viewport()
        keys.type(words)
        expect(page.get_by_text(SAVED)).to_be_visible()
        assert NominationDraft.objects.get().statement == words
        keys.tab_to(page.get_by_role("button", name="Nominate"))
        keys.press("Enter")
        expect(page.get_by_text("Thank you.")).to_be_visible()
        assert visitor.faults + visitor.policy_faults() == []
    assert cycle_of.nominations.filter(nominator=amara, statement=words).exists()
    assert not NominationDraft.objects.exists()
    assert keys.pressed <= 20, keys.pressed
