"""The staff console by hand: Ctrl-K, lists and their views, a history, leaving a form that was written in."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from loyalty.campaigns.models import Campaign
from loyalty.campaigns.operations import campaigns
from loyalty.connectors.operations import import_files, webhook_secrets, webhooks
from loyalty.measurement.operations import saved_views
from loyalty.rewards.models import Redemption
from members import clock
from members.domain.actors import Actor
from members.domain.calendar import start_of_day
from members.models import Member, User
from members.operations import bulk, jobs
from tests.browser.looks import faults_in_console

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("browser")]


CALENDAR = "/admin/campaigns/campaign/calendar/?month=2026-10"


def _autumn(actor: Actor) -> Campaign:
    """A draft from the fifth to the eighth of October 2026."""
    starts, ends = (start_of_day(date(2026, 10, day), "Europe/Berlin") for day in (5, 9))
    return campaigns.draft("Autumn", starts_at=starts, ends_at=ends, actor=actor)


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
    told, _secret = webhooks.add("Till", url="https://till.example/hook", actor=actor)
    webhooks.announce(topic="test", key="k", at=clock.now().isoformat(), told={})
    webhook_secrets.rotate(told, actor=actor)
    _autumn(actor)
    amara = Member.objects.get(ref="amara")
    return [
        "/admin/",
        "/admin/members/member/",
        f"/admin/members/member/{amara.pk}/change/",
        f"/admin/members/member/{amara.pk}/history/",
        f"/admin/members/bulkrun/{run.pk}/confirm/",
        "/admin/connectors/import/add/",
        f"/admin/connectors/webhookendpoint/{told.pk}/change/",
        CALENDAR,
    ]


def test_the_consoles_own_pages_hold_wcag_policy_and_width(visit, kept, fay):
    """UA2, UA4; US1, US3, US13, US15, US16, US17."""
    with visit(fay) as visitor:
        assert [fault for path in kept for fault in faults_in_console(visitor, path)] == []


def test_a_member_is_reached_in_four_keys_and_the_name(
    visit, programme, fay: User, settings, tmp_path
):
    """US2: Ctrl, K, the name, Down, Enter. US23: what was written is not left by mistake. US13: how far an
    import is shows by itself. US11: dragging and its twin."""
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
        # US11: the last day is dragged to another one, and by its keyboard twin to a third.
        autumn = _autumn(Actor.user(fay))
        visitor.go(CALENDAR)
        day = page.locator("[data-day='2026-10-10']")
        page.locator("[data-edge=ends_on]").drag_to(day)
        expect(page.get_by_text("It has been moved.")).to_be_visible()
        autumn.refresh_from_db()
        assert autumn.ends_at == start_of_day(date(2026, 10, 11), "Europe/Berlin")
        page.get_by_role("link", name="Move Autumn").first.focus()
        page.keyboard.press("Enter")
        page.get_by_label("Ends with").fill("2026-10-20")
        page.get_by_label("Ends with").press("Enter")
        page.wait_for_url(re.compile("calendar"))
        autumn.refresh_from_db()
        assert autumn.ends_at == start_of_day(date(2026, 10, 21), "Europe/Berlin")
        assert visitor.faults == []
    assert Member.objects.get(ref="amara").given_name == "Amara"
