"""One step on many rows: counted, confirmed, refused row by row."""

import pytest
import time_machine

from loyalty.rewards.models import Redemption
from loyalty.rewards.operations import redemptions, rewards
from members import clock
from members.models import Adjustment, AuditRow, Balance, BulkRun, Job
from members.operations import bulk, jobs
from tests.conftest import SYSTEM
from tests.staff.conftest import client_of

LIST = "/admin/rewards/redemption/"


@pytest.fixture
def fifty(amara, points) -> list[Redemption]:
    """Fifty mugs to be handed over, one of which has been cancelled."""
    mug = rewards.offer("mug", unit=points, actor=SYSTEM, name="Mug", kind="product", cost=10)
    found = [
        redemptions.redeem(amara, reward=mug, key=f"mug:{number}", actor=SYSTEM)
        for number in range(50)
    ]
    redemptions.cancel(found[7], actor=SYSTEM, reason="Broken", at_any_time=True)
    return found


def choose(client, step: str, rows, **more) -> BulkRun | None:
    sent = {"action": f"bulk_{step}", "_selected_action": [row.pk for row in rows], **more}
    answer = client.post(LIST, sent)
    if answer.status_code != 302 or "bulkrun" not in answer["Location"]:
        return None
    return BulkRun.objects.latest("pk")


def confirm(client, run: BulkRun, **asked) -> int:
    answer = client.post(f"/admin/members/bulkrun/{run.pk}/confirm/", asked)
    run.refresh_from_db()
    return answer.status_code


def test_one_failing_row_of_fifty_keeps_forty_nine(fifty, ira):
    """US16: counted first, confirmed, partial failures listed, audit for each row."""
    client = client_of(ira)
    run = choose(client, "fulfil", fifty)
    page = client.get(f"/admin/members/bulkrun/{run.pk}/confirm/")
    assert b"Handed over: 50 rows" in page.content
    assert b"and 40 more" in page.content
    assert Redemption.objects.filter(state="fulfilled").count() == 0
    assert confirm(client, run) == 302
    assert (run.state, run.done, run.refused) == ("done", 49, 1)
    assert Redemption.objects.filter(state="fulfilled").count() == 49
    fifty[7].refresh_from_db()
    assert fifty[7].state == "cancelled"
    page = client.get(f"/admin/members/bulkrun/{run.pk}/change/")
    (refused,) = page.context["rows"]
    assert refused["pk"] == fifty[7].pk
    assert refused["why"]
    assert f"/admin/rewards/redemption/{fifty[7].pk}/change/".encode() in page.content
    trail = AuditRow.objects.filter(verb="rewards.redemption.fulfilled", actor_name="Ira")
    assert trail.count() == 49
    assert confirm(client, run) == 302
    assert trail.count() == 49


def test_what_cannot_be_undone_is_confirmed_by_typing_the_number(fifty, ira):
    """US16: typed confirmation; nothing happens before."""
    client = client_of(ira)
    run = choose(client, "cancel", fifty[:3])
    for typed in ({}, {"typed": "30"}, {"typed": "x"}):
        assert confirm(client, run, reason="Sold out", **typed) == 422
    assert confirm(client, run, typed="3") == 422  # no reason
    assert (run.state, Redemption.objects.filter(state="cancelled").count()) == ("chosen", 1)
    assert confirm(client, run, reason="Sold out", typed="3") == 302
    assert (run.done, Redemption.objects.filter(state="cancelled").count()) == (3, 4)
    assert set(
        AuditRow.objects.filter(verb="rewards.redemption.cancelled", actor_name="Ira").values_list(
            "reason", flat=True
        )
    ) == {"Sold out"}


def test_many_run_in_the_background(fifty, ira, monkeypatch):
    """US16: part by part; a worker that comes again takes nothing twice."""
    monkeypatch.setattr(bulk, "AT_ONCE", 5)
    monkeypatch.setattr(bulk, "PART", 20)
    client = client_of(ira)
    while jobs.work_off():
        pass
    run = choose(client, "fulfil", fifty, select_across="1")
    assert confirm(client, run) == 302
    assert (run.state, run.done) == ("running", 0)
    page = client.get(f"/admin/members/bulkrun/{run.pk}/change/")
    assert b'hx-trigger="every 2s"' in page.content
    jobs.work_off(1)
    run.refresh_from_db()
    assert run.done + run.refused == 20
    Job.objects.filter(kind="bulk.take").update(state="ready", not_before=run.chosen_at)
    while jobs.work_off():
        pass
    run.refresh_from_db()
    assert (run.state, run.done, run.refused) == ("done", 49, 1)
    assert AuditRow.objects.filter(verb="rewards.redemption.fulfilled").count() == 49


def test_points_for_many_are_given_once_to_each(amara, bo, dee, points, ira):
    """US16, UA8: a key for each row, however often the page is sent."""
    client = client_of(ira)
    rows = (amara, bo, dee)
    sent = {"action": "bulk_adjust", "_selected_action": [row.pk for row in rows]}
    client.post("/admin/members/member/", sent)
    run = BulkRun.objects.get()
    page = client.get(f"/admin/members/bulkrun/{run.pk}/confirm/")
    key = page.context["forms"][0]["key"].value()
    asked = {"unit": points.pk, "amount": "5", "reason": "For the delay", "key": key}
    assert confirm(client, run, **asked) == 302
    assert (run.done, Adjustment.objects.count()) == (3, 3)
    owned = Balance.objects.filter(account__kind="wallet", account__unit=points)
    assert sorted(owned.values_list("amount", flat=True)) == [5, 5, 605]


def test_nobody_takes_a_step_in_bulk_that_they_may_not_take(fifty, ira, gil, hal, staff_group):
    """US16: neither by the action nor by the address, nor any more in the background."""
    assert choose(client_of(hal), "fulfil", fifty) is None
    run = choose(client_of(ira), "fulfil", fifty[:2])
    address = f"/admin/members/bulkrun/{run.pk}/confirm/"
    assert client_of(gil).get(address).status_code == 404
    assert client_of(gil).get(f"/admin/members/bulkrun/{run.pk}/change/").status_code == 302
    staff_group.permissions.clear()
    assert client_of(ira).post(address).status_code == 403
    assert Redemption.objects.filter(state="fulfilled").count() == 0


def test_more_rows_than_anybody_looks_through_are_refused(fifty, ira, monkeypatch):
    """US16: nothing is remembered, and the list says why."""
    monkeypatch.setattr(bulk, "MOST", 10)
    client = client_of(ira)
    assert choose(client, "fulfil", fifty) is None
    assert not BulkRun.objects.exists()
    assert b"Choose at most 10 rows at once." in client.get(LIST).content


def test_a_short_run_that_is_cut_off_goes_on_in_the_background(fifty, ira, monkeypatch):
    """US16: the page that takes it may end in the middle."""
    client = client_of(ira)
    run = choose(client, "fulfil", fifty)
    taken = bulk.take
    monkeypatch.setattr(bulk, "take", lambda pk, step, most: bulk._take_one(pk, step))
    assert confirm(client, run) == 302
    assert (run.state, run.done) == ("running", 1)
    monkeypatch.setattr(bulk, "take", taken)
    with time_machine.travel(clock.now() + bulk.CUT_OFF):
        while jobs.work_off():
            pass
    run.refresh_from_db()
    assert (run.state, run.done, run.refused) == ("done", 49, 1)
