"""The staff's calendar, by the addresses and forms that a browser without scripts uses."""

from datetime import UTC, date, datetime, time
from urllib.parse import urlencode

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events_directory.models import Occurrence
from events_directory.operations import micro_events, occurrences, partners
from loyalty.campaigns import calendar_entries
from loyalty.campaigns.models import Campaign
from loyalty.campaigns.operations import campaigns
from members.models import AuditRow
from tests.conftest import SYSTEM
from tests.events_directory.conftest import drafted as _drafted
from tests.events_directory.conftest import shop, venue
from tests.governance.conftest import committee, criteria, ivo, jun
from tests.recognition.conftest import cycle
from tests.staff.conftest import client_of, colleague

__all__ = ["committee", "criteria", "cycle", "ivo", "jun", "shop", "venue"]
listing = _drafted

CALENDAR = "/admin/campaigns/campaign/calendar/"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def campaign_of(name: str, starts: str = "", ends: str = "", state: str = "draft") -> Campaign:
    campaign = campaigns.draft(
        name,
        starts_at=at(starts) if starts else None,
        ends_at=at(ends) if ends else None,
        actor=SYSTEM,
    )
    Campaign.objects.filter(pk=campaign.pk).update(state=state)
    campaign.refresh_from_db()
    return campaign


def shown(client, **asked) -> dict[str, tuple]:
    """The entries of a page by title: their first and last days."""
    page = client.get(CALENDAR, asked)
    return {entry.title: (entry.first, entry.last) for entry in page.context["found"].entries}


@pytest.fixture
def seeing(ira):
    """Ira may also see rounds and dates."""
    names = ("view_nominationcycle", "view_occurrence")
    ira.user_permissions.add(*Permission.objects.filter(codename__in=names))
    return client_of(ira)


@pytest.fixture
def evening(listing) -> Occurrence:
    """At seven on 26 October, the day after the clocks went back."""
    found = occurrences.add(
        listing, local_on=date(2026, 10, 26), local_time=time(19), capacity=10, actor=SYSTEM
    )
    micro_events.submit(listing, actor=SYSTEM)
    micro_events.publish(listing, actor=SYSTEM)
    return found


@pytest.fixture(autouse=True)
def _october():
    with time_machine.travel(at("2026-10-14T10:00"), tick=True):
        yield


@pytest.mark.django_db
def test_days_are_the_programmes_own_also_when_the_clocks_change(ira):
    """US11: the day of 25 hours in Berlin holds what is on it, by the wall there."""
    campaign_of("Whole day", "2026-10-24T22:00", "2026-10-25T23:00")
    campaign_of("Day before", "2026-10-23T22:00", "2026-10-24T22:00")
    campaign_of("Elsewhere", "2026-11-30T22:00", "2026-12-25T23:00")
    assert shown(client_of(ira), month="2026-10") == {
        "Whole day": (date(2026, 10, 25),) * 2,
        "Day before": (date(2026, 10, 24),) * 2,
    }


@pytest.mark.django_db
def test_campaigns_rounds_and_dates_stand_together_each_for_who_may_see_it(
    ira, hal, seeing, cycle, evening
):
    """US11: filters by kind are in the address; what somebody may not see is not offered either."""
    campaign_of("Autumn", "2026-10-01T22:00")
    campaign_of("Ended early", "2026-09-01T22:00", "2026-12-01T22:00", state="ended")
    Campaign.objects.filter(name="Ended early").update(ended_at=at("2026-10-02T08:00"))
    campaign_of("Always", state="live")
    whole = shown(seeing, month="2026-10")
    assert whole == {
        "Ended early": (date(2026, 9, 2), date(2026, 10, 2)),
        "Autumn": (date(2026, 10, 2), None),
        f"Nominations: {cycle.title}": (date(2026, 10, 13), date(2026, 10, 21)),
        f"Judging: {cycle.title}": (date(2026, 10, 21), date(2026, 11, 4)),
        evening.micro_event.title: (date(2026, 10, 26),) * 2,
    }
    page = seeing.get(CALENDAR, {"month": "2026-10", "kind": ["event"], "view": "agenda"})
    assert [(each.title, each.time) for each in page.context["found"].entries] == [
        (evening.micro_event.title, "19:00")
    ]
    assert "?view=agenda&amp;month=2026-11&amp;kind=event" in page.content.decode()
    page = seeing.get(CALENDAR)
    assert [each.title for each in page.context["found"].undated] == ["Always"]
    assert page.context["today"] == date(2026, 10, 14)
    assert page.content.decode().count('aria-current="date"') == 1
    gil = colleague("gil")
    gil.user_permissions.add(Permission.objects.get(codename="view_occurrence"))
    assert list(shown(client_of(gil), kind="campaign")) == [evening.micro_event.title]
    assert client_of(hal).get(CALENDAR).status_code == 403
    assert "Calendar" not in client_of(hal).get("/admin/").content.decode()
    assert f'href="{CALENDAR}"' in seeing.get("/admin/").content.decode()


@pytest.mark.django_db
def test_a_date_of_a_suspended_organisation_is_on_hold_while_it_is_ahead(seeing, evening):
    """US11: the calendar says of it what every other list says."""
    partners.suspend(evening.micro_event.partner, reason="Asked about", actor=SYSTEM)
    for now, state in (("2026-10-14T10:00", "on hold"), ("2026-10-27T10:00", "published")):
        with time_machine.travel(at(now), tick=True):
            page = seeing.get(CALENDAR, {"month": "2026-10", "kind": "event"})
            assert [each.state for each in page.context["found"].entries] == [state]


@pytest.mark.django_db
def test_what_was_called_off_before_it_started_lies_on_no_day(ira):
    """US11: a scheduled campaign can be ended; its bar would have no length."""
    for name, ended in (("Day before", "2026-10-19T08:00"), ("That day", "2026-10-20T06:00")):
        off = campaign_of(name, "2026-10-20T07:00", "2026-10-29T22:00", state="ended")
        Campaign.objects.filter(pk=off.pk).update(ended_at=at(ended))
    short = campaign_of("An hour", "2026-10-20T07:00", state="ended")
    Campaign.objects.filter(pk=short.pk).update(ended_at=at("2026-10-20T08:00"))
    assert shown(client_of(ira), month="2026-10") == {"An hour": (date(2026, 10, 20),) * 2}


@pytest.mark.django_db
@pytest.mark.parametrize("sent", [{}, {"starts_on": "2026-10-20"}])
def test_where_nothing_moves_nobody_is_told_that_it_did(ira, sent):
    """US11: an emptied day stays, and says so."""
    campaign = campaign_of("Autumn", "2026-10-19T22:00", "2026-10-29T22:00")
    client, move = client_of(ira), f"/admin/campaigns/campaign/{campaign.pk}/move/"
    seen = client.get(move).context["form"]["seen"].value()
    page = client.post(move, sent | {"seen": seen}, follow=True)
    assert [str(one) for one in page.context["messages"]] == ["Its days stay as they were."]


@pytest.mark.django_db
@pytest.mark.parametrize("month", ["x", "0000-00", "9999-12", "2026-10-01", "२०२६-१०"])
def test_what_is_no_month_shows_the_present_one(ira, month):
    page = client_of(ira).get(CALENDAR, {"month": month, "kind": "x", "view": "x"})
    assert (page.status_code, page.context["month"]) == (200, date(2026, 10, 1))


@pytest.mark.django_db
def test_a_draft_is_moved_by_a_plain_form_and_comes_back_to_the_calendar(ira):
    """US11, WCAG 2.5.7: the twin of dragging; both send this form."""
    campaign = campaign_of("Autumn", "2026-10-04T22:00", "2026-10-14T22:00")
    client = client_of(ira)
    page = client.get(CALENDAR, {"month": "2026-10", "kind": "campaign"})
    [entry] = page.context["found"].entries
    back = urlencode({"back": page.context["here"]})
    assert f"{entry.move}?{back}" in page.content.decode().replace("&amp;", "&")
    form = client.get(f"{entry.move}?{back}").context["form"]
    assert (form["starts_on"].value(), form["ends_on"].value()) == (
        date(2026, 10, 5),
        date(2026, 10, 14),
    )
    assert 'type="date" name="starts_on" value="2026-10-05"' in str(form["starts_on"])
    sent = {"ends_on": "2026-10-31", "seen": entry.seen}
    answer = client.post(f"{entry.move}?{back}", sent)
    assert answer["Location"] == f"{CALENDAR}?view=month&month=2026-10&kind=campaign"
    campaign.refresh_from_db()
    assert (campaign.starts_at, campaign.ends_at) == (
        at("2026-10-04T22:00"),
        at("2026-10-31T23:00"),
    )
    # What was seen then is not there any more.
    answer = client.post(entry.move, {"ends_on": "2026-10-20", "seen": entry.seen})
    assert answer.status_code == 422
    assert b"Somebody moved it meanwhile." in answer.content
    for sent in ({"ends_on": "2026-10-20"}, {"ends_on": "9999-12-31", "seen": "x"}, {"seen": "/"}):
        assert client.post(entry.move, sent).status_code == 422
    assert AuditRow.objects.filter(verb="campaigns.campaign.revised").count() == 1


@pytest.mark.django_db
def test_what_is_live_has_no_move_and_refuses_one(ira):
    """US11: never a live rule, nor by whom may only look."""
    live = campaign_of("Live", "2026-10-04T22:00", "2026-10-20T22:00", state="live")
    campaign_of("Draft", "2026-10-04T22:00", "2026-10-20T22:00")
    page = client_of(ira).get(CALENDAR)
    moves = {entry.title: bool(entry.move) for entry in page.context["found"].entries}
    assert moves == {"Live": False, "Draft": True}
    answer = client_of(ira).post(
        f"/admin/campaigns/campaign/{live.pk}/move/", {"ends_on": "2026-10-30", "seen": "x"}
    )
    assert answer.status_code == 403
    assert b"its days do not move under those who earn by it" in answer.content
    looking = colleague("jo")
    looking.user_permissions.add(Permission.objects.get(codename="view_campaign"))
    page = client_of(looking).get(CALENDAR)
    assert [entry.move for entry in page.context["found"].entries] == ["", ""]
    assert b"data-edge" not in page.content


@pytest.mark.django_db
def test_it_costs_the_same_however_much_there_is(seeing, cycle, evening):
    """Query budget, also of what is moved; what a week does not show is in the agenda."""
    campaign_of("One", "2026-10-04T22:00", "2026-10-20T22:00")
    seeing.get(CALENDAR)
    with CaptureQueriesContext(connection) as few:
        seeing.get(CALENDAR)
    for number in range(20):
        campaign_of(f"More {number}", "2026-10-04T22:00", "2026-10-20T22:00")
        occurrences.add(
            evening.micro_event,
            local_on=date(2026, 10, 27),
            local_time=time(number),
            capacity=10,
            actor=SYSTEM,
        )
    with CaptureQueriesContext(connection) as many:
        page = seeing.get(CALENDAR)
    assert len(many) == len(few) <= 9
    assert "more in the agenda" in page.content.decode()


@pytest.mark.django_db
def test_more_than_anybody_looks_at_is_cut_and_said(ira, monkeypatch):
    """US11: of each kind; exactly so many are no more than that."""
    monkeypatch.setattr(calendar_entries, "MOST", 2)
    said, client = "There is more than is shown.", client_of(ira)
    for number, is_cut in ((1, False), (2, False), (3, True)):
        campaign_of(f"No. {number}", f"2026-10-0{number}T22:00", "2026-10-20T22:00")
        page = client.get(CALENDAR)
        assert (said in page.content.decode()) is is_cut
    assert [each.title for each in page.context["found"].entries] == ["No. 1", "No. 2"]
