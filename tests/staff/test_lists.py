"""What stands above every list: saved views, and the list as a file."""

import csv
import io
from datetime import timedelta

import pytest
import time_machine
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from loyalty.connectors import private_files
from loyalty.connectors.models import Export
from loyalty.connectors.operations.file_days import forget_files
from loyalty.measurement.models import SavedView
from members import clock
from members.models import AuditRow, Job, Member
from members.operations import jobs, members
from tests.conftest import SYSTEM
from tests.contracts.world import build
from tests.staff.conftest import client_of

MEMBERS = "/admin/members/member/"


@pytest.fixture(autouse=True)
def _private(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def keep(client, name: str, query: str, **more):
    sent = {"label": "members.member", "name": name, "query": query, **more}
    return client.post("/admin/measurement/savedview/keep/", sent)


def views(client, address: str = MEMBERS) -> list[tuple[str, bool]]:
    page = client.get(address)
    assert page.status_code == 200
    shown = [context.get("views") for context in page.context if "views" in context]
    return [(view["name"], view["is_shown"]) for view in shown[0]]


def test_a_view_is_kept_shown_and_forgotten(amara, bo, ira, gil):
    """US15: mine; the address carries all state and opens alike in another browser."""
    members.update(amara, is_ranked=True, actor=SYSTEM)
    client = client_of(ira)
    answer = keep(client, "Ranked", "is_ranked__exact=1&q=ama&p=3&o=1")
    assert answer.status_code == 302
    view = SavedView.objects.get()
    assert view.query == "is_ranked__exact=1&o=1&q=ama"
    address = f"{MEMBERS}?{view.query}"
    assert views(client, address) == [("Ranked", True)]
    assert views(client) == [("Ranked", False)]
    assert views(client_of(gil)) == []
    for somebody in (ira, gil):
        found = client_of(somebody).get(address).context["cl"].result_list
        assert [member.ref for member in found] == ["amara"]
    forget = f"/admin/measurement/savedview/{view.pk}/forget/"
    assert client_of(gil).post(forget).status_code == 404
    assert SavedView.objects.exists()
    assert client.post(forget).status_code == 302
    assert not SavedView.objects.exists()
    verbs = AuditRow.objects.filter(verb__startswith="measurement.saved").order_by("pk")
    assert [row.verb for row in verbs] == [
        "measurement.saved_view.kept",
        "measurement.saved_view.forgotten",
    ]


def test_a_shared_view_is_for_those_who_may_see_the_list(amara, ira, gil, hal, fay):
    """US15: shared; only its owner and superusers forget it."""
    keep(client_of(ira), "Ranked", "is_ranked__exact=1", is_shared="on")
    view = SavedView.objects.get()
    assert views(client_of(gil)) == [("Ranked", False)]
    assert client_of(gil).post(f"/admin/measurement/savedview/{view.pk}/forget/").status_code == 403
    assert client_of(hal).get(f"/admin/measurement/savedview/{view.pk}/change/").status_code == 403
    assert keep(client_of(hal), "Mine", "").status_code == 403
    assert SavedView.objects.count() == 1
    assert client_of(fay).post(f"/admin/measurement/savedview/{view.pk}/forget/").status_code == 302


def test_the_same_name_is_the_same_view_and_nonsense_is_refused(amara, ira):
    client = client_of(ira)
    for query in ("q=a", "q=b"):
        keep(client, "Mine", query)
    assert [view.query for view in SavedView.objects.all()] == ["q=b"]
    assert keep(client, "", "q=a").status_code == 302
    assert keep(client, "Long", "q=" + "x" * 3_000).status_code == 302
    for label in ("no.such", "nonsense", "sessions.session"):
        sent = {"label": label, "name": "x", "query": ""}
        assert client.post("/admin/measurement/savedview/keep/", sent).status_code == 404
    assert SavedView.objects.count() == 1


def export(client, label: str, query: str = "") -> Export | None:
    sent = {"label": label, "query": query}
    answer = client.post("/admin/connectors/export/ask/", sent)
    if answer.status_code != 302:
        return None
    with translation.override("en"):  # as a worker speaks
        while jobs.work_off():
            pass
    return Export.objects.latest("pk")


def rows(client, found: Export) -> list[list[str]]:
    answer = client.get(f"/admin/connectors/export/{found.pk}/file.csv")
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(b"".join(answer).decode())))


def test_a_list_is_exported_as_it_is_filtered(amara, bo, dee, ira, monkeypatch):
    """US14: rows = list count, in parts, with who asked in the trail."""
    monkeypatch.setattr("loyalty.connectors.lists.PART", 2)
    members.update(amara, is_ranked=True, actor=SYSTEM)
    for number in range(5):
        members.enrol(f"amara{number}", given_name="Amar", is_ranked=True, actor=SYSTEM)
    client = client_of(ira)
    query = "q=amar&is_ranked__exact=1"
    count = client.get(f"{MEMBERS}?{query}").context["cl"].result_count
    found = export(client, "members.member", query)
    assert (found.state, found.total, found.parts) == ("ready", count, 4)
    head, *lines = rows(client, found)
    assert len(lines) == count == 6
    assert head[0] == "reference"
    assert {line[0] for line in lines} == {"amara", *(f"amara{number}" for number in range(5))}
    verbs = list(AuditRow.objects.filter(verb__startswith="connectors.exp").order_by("pk"))
    assert [row.verb for row in verbs] == ["connectors.export.asked", "connectors.export.fetched"]
    assert verbs[0].after == {"list": "members.member", "filters": query, "rows": 6}
    page = client.get(f"/admin/connectors/export/{found.pk}/change/")
    assert b"Fetch the file" in page.content


def test_a_file_speaks_the_language_of_who_asked(amara, ira):
    """US14: the worker writes it later, in a language of its own."""
    german = client_of(ira)
    german.cookies["django_language"] = "de"
    heads = {}
    for name, client in (("en", client_of(ira)), ("de", german)):
        found = export(client, "members.member")
        assert found.language == name
        heads[name] = rows(client, found)[0]
    assert heads["en"][0] == "reference" and len(heads["de"]) == len(heads["en"])
    with translation.override("de"):
        label = admin.site._registry[Member].model._meta.get_field("ref").verbose_name
        assert heads["de"][0] == str(label)


def test_cells_that_would_be_run_are_harmless(units, ira):
    """Attack 11."""
    for number, name in enumerate(("=1+1", "+49", "-x", "@cmd", "\tx", 'a"b,\nc')):
        members.enrol(f"x{number}", given_name=name, family_name="", actor=SYSTEM)
    client = client_of(ira)
    found = rows(client, export(client, "members.member"))
    names = {line[1] for line in found[1:]}
    assert {"'=1+1", "'+49", "'-x", "'@cmd", 'a"b,\nc'} <= names
    assert not any(cell.startswith(("=", "+", "-", "@", "\t")) for line in found for cell in line)


def test_an_export_is_for_who_asked_while_they_may_and_for_a_day(amara, ira, gil, staff_group):
    """US14: nobody else's link works, a right that is gone ends it, and so does a day."""
    client = client_of(ira)
    found = export(client, "members.member")
    address = f"/admin/connectors/export/{found.pk}/file.csv"
    assert client_of(gil).get(address).status_code == 404
    right = Permission.objects.get(codename="view_member")
    staff_group.permissions.remove(right)
    staff_group.permissions.remove(Permission.objects.get(codename="change_member"))
    assert client.get(address).status_code == 403
    staff_group.permissions.add(right)
    assert client.get(address).status_code == 200
    folder = private_files.folder(found.folder)
    assert folder.exists()
    now = clock.now()
    with time_machine.travel(now + timedelta(hours=25), tick=False):
        assert client_of(ira).get(address).status_code == 403
        forget_files(now, clock.now())
    assert not folder.exists()
    found.refresh_from_db()
    assert found.state == "gone"


def test_a_right_that_is_gone_before_it_is_written_writes_nothing(amara, ira, staff_group):
    client = client_of(ira)
    client.post("/admin/connectors/export/ask/", {"label": "members.member", "query": ""})
    staff_group.permissions.clear()
    while jobs.work_off():
        pass
    found = Export.objects.get()
    assert (found.state, found.rows) == ("failed", 0)
    assert not private_files.folder(found.folder).exists()


def test_without_permission_nothing_is_exported(amara, hal, ira, staff_group):
    """Attack 11, 12: neither the list of others nor by a filter that gives secrets away."""
    hal.user_permissions.add(Permission.objects.get(codename="view_member"))
    assert export(client_of(hal), "members.member") is None
    hal.user_permissions.add(Permission.objects.get(codename="add_export"))
    assert export(client_of(hal), "members.user") is None
    assert export(client_of(hal), "no.such") is None
    client = client_of(ira)
    for label, query in (
        ("members.user", "password__startswith=pbkdf2"),
        ("members.member", "user__password__startswith=pbkdf2"),
        ("connectors.apikey", "digest__startswith=a"),
        ("connectors.webhookendpoint", "sealed_before__isnull=True"),
        ("rewards.coupon", "sealed__isnull=False"),
    ):
        sent = {"label": label, "query": query}
        assert client.post("/admin/connectors/export/ask/", sent).status_code == 400, query
        address = f"/admin/{label.replace('.', '/')}/?{query}"
        assert client.get(address).status_code in (302, 400), query
    assert Export.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["state__exact=%00", "topic=a%00b", "key__startswith=%00"])
def test_a_filter_that_no_text_holds_is_refused(ira, query):
    """US14: nonsense in an address is an answer, not a fault of ours."""
    client = client_of(ira)
    assert client.get(f"/admin/connectors/webhookdelivery/?{query}").status_code == 400
    sent = {"label": "connectors.webhookdelivery", "query": query}
    assert client.post("/admin/connectors/export/ask/", sent).status_code == 400


def test_every_list_can_be_exported(amara, fay):
    """US14: any list; the columns of each can be told as cells."""
    client = client_of(fay)
    labels = [model._meta.label_lower for model in admin.site._registry]
    for label in labels:
        found = export(client, label)
        assert found.state == "ready", (label, Job.objects.filter(state="dead").values())
        assert len(rows(client, found)) == found.total + 1, label
    assert Member.objects.count() > 0


#: What every list may ask: who asks, the sidebar, saved views, filters' choices; and its rows.
MOST = 14
#: What rows may add, however many there are: relations that are fetched together.
FOR_ROWS = 2


def test_no_list_asks_row_by_row(db):
    """US1, criticism "N+1": every list of the console, full and empty."""
    client = build().clients["SU"]
    faults = []
    for model in admin.site._registry:
        address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        counts = []
        for query in ("", f"?{model._meta.pk.name}__exact=0"):
            with CaptureQueriesContext(connection) as asked:
                page = client.get(address + query)
            assert page.status_code == 200, address
            counts.append(len(asked))
        if counts[0] > MOST or counts[0] - counts[1] > FOR_ROWS:
            faults.append(f"{address}: {counts[0]} queries, {counts[1]} when empty")
    assert faults == []


def test_filters_that_no_list_knows_are_refused(amara, ira, staff_group):
    """US15: neither a fault of ours nor a file that is never written."""
    client = client_of(ira)
    for query in ("birth_month=x", "joined_on=x"):
        sent = {"label": "members.member", "query": query}
        assert client.post("/admin/connectors/export/ask/", sent).status_code == 404, query
    assert not Export.objects.exists()
    sent = {"label": "members.member", "query": "email__startswith=a"}
    assert client.post("/admin/connectors/export/ask/", sent).status_code == 302
    staff_group.permissions.remove(Permission.objects.get(codename="see_contact"))
    while jobs.work_off():
        pass
    assert Export.objects.get().state == "failed"
