"""Nominations, the committee desk and badge pages: accessible, within their policy, plain without
scripts."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from governance.models import Case
from governance.operations import ballots, cases
from members.domain.actors import Actor
from members.operations import members
from recognition.operations import badges, cycles
from tests.browser.looks import faults_of
from tests.conftest import SYSTEM
from tests.governance.conftest import HIGH, committee, criteria, hal, ivo, jun, seat_of
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
        ballots.cast(
            case, seat=seat_of(case, user), vote="yes", scores=HIGH, actor=Actor.user(user)
        )


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
        for path in ("/committee/", "/committee/?show=judged", f"{page}laureate/"):
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
    """UA1: search, write, send; then score, vote, send; then step back."""
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
        for group, score in (("Kindness", "5"), ("Effort", "4"), ("Example", "does not apply")):
            fields = visitor.page.get_by_role("group", name=group)
            fields.get_by_label(score, exact=True).check()
        visitor.page.get_by_role("group", name="Your vote").get_by_label("yes").check()
        visitor.page.get_by_role("button", name="Cast my ballot").click()
        expect(visitor.page.get_by_text("is cast.")).to_be_visible()
        visitor.page.get_by_role("link", name="Ballot cast").click()
        visitor.page.get_by_role("link", name="Amara Obi").click()
        visitor.page.get_by_label("Why").select_option("relative")
        visitor.page.get_by_role("button", name="Step back from this case").click()
        expect(visitor.page.get_by_text("You have stepped back.")).to_be_visible()
    assert not Case.objects.visible_to(hal).filter(title="Amara Obi").exists()
