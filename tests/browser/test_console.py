"""The staff console by hand: Ctrl-K, lists and their views, a history, leaving a form that was written in."""

import re

import pytest
from playwright.sync_api import expect

from loyalty.connectors.operations import import_files
from loyalty.measurement.operations import saved_views
from loyalty.rewards.models import Redemption
from members.domain.actors import Actor
from members.models import Member, User
from members.operations import bulk, jobs
from tests.browser.looks import faults_in_console

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]


@pytest.fixture
def kept(programme, fay) -> list[str]:
    """The console's own pages, each with something on it."""
    actor = Actor.user(fay)
    saved_views.keep(
        "Ranked", label="members.member", query="is_ranked__exact=1", owner=fay, actor=actor
    )
    run = bulk.choose(
        "rewards.redemption",
        step="cancel",
        ids=Redemption.objects.values_list("pk", flat=True),
        by=fay,
        actor=actor,
    )
    Member.objects.filter(ref="amara").update(language="de")
    amara = Member.objects.get(ref="amara")
    return [
        "/admin/",
        "/admin/members/member/",
        f"/admin/members/member/{amara.pk}/change/",
        f"/admin/members/member/{amara.pk}/history/",
        f"/admin/members/bulkrun/{run.pk}/confirm/",
        "/admin/connectors/import/add/",
    ]


def test_the_consoles_own_pages_hold_wcag_policy_and_width(visit, kept, fay):
    """UA2, UA4; US1, US3, US13, US15, US16, US17."""
    with visit(fay) as visitor:
        assert [fault for path in kept for fault in faults_in_console(visitor, path)] == []


def test_a_member_is_reached_in_four_keys_and_the_name(
    visit, programme, fay: User, settings, tmp_path
):
    """US2: Ctrl, K, the name, Down, Enter. US23: what was written is not left by mistake. US13: how far an
    import is shows by itself."""
    settings.MEDIA_ROOT = tmp_path / "media"
    with visit(fay) as visitor:
        page = visitor.page
        visitor.go("/admin/")
        page.keyboard.press("Control+k")
        field = page.locator("#search-input-command")
        expect(field).to_be_focused()
        page.keyboard.type("amara")
        expect(page.locator("#command-results-list li").first).to_contain_text("Amara")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/admin/members/member/\d+/change/"))
        page.locator("input[name=given_name]").fill("Amata")
        asked: list[str] = []

        def stay(dialog) -> None:
            asked.append(dialog.type)
            dialog.accept()

        page.on("dialog", stay)
        visitor.go("/admin/")
        assert asked == ["beforeunload"]
        found = import_files.bring(
            [b"ref,given_name\nnew,Nia\n"],
            kind="members",
            source="till",
            file_name="till.csv",
            by=fay,
            actor=Actor.user(fay),
        )
        import_files.map_columns(found, mapping=found.columns, actor=Actor.user(fay))
        visitor.go(f"/admin/connectors/import/{found.pk}/change/")
        expect(page.get_by_text("It is being checked: 0 %.")).to_be_visible()
        while jobs.work_off():
            pass
        expect(page.get_by_text("Checked, and nothing is wrong.")).to_be_visible()
        assert visitor.faults == []
    assert Member.objects.get(ref="amara").given_name == "Amara"
