"""Files that staff import: mapped, checked, read in part by part, and mended."""

import csv
import io
import json
import threading

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from loyalty.connectors import private_files
from loyalty.connectors.domain import columns
from loyalty.connectors.models import Import
from loyalty.connectors.operations import import_files
from members import clock
from members.models import Activity, AuditRow, HouseholdSeat, Job, Member
from members.operations import households, jobs, keys, members
from tests.conftest import SYSTEM
from tests.staff.conftest import client_of, gil, hal, ira, staff_group

__all__ = ["gil", "hal", "ira", "staff_group"]

ADD = "/admin/connectors/import/add/"


@pytest.fixture(autouse=True)
def _private(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def table(count: int, bad: set[int] = frozenset(), between: str = ";") -> bytes:
    """Activities under a shop's own names; `bad` rows have no time."""
    rows = [between.join(("Receipt No", "Art", "Datum", "Kundennummer", "Filiale"))]
    for number in range(count):
        time = "gestern" if number in bad else "2026-03-14T09:30:00+01:00"
        member = f"m{number % 50}"
        rows.append(between.join((f"r{number}", "app.opened", time, member, "Weimar")))
    return "\n".join(rows).encode() + b"\n"


def bring(client, text: bytes, *, kind="activities", source="till", name="till.csv") -> Import:
    file = SimpleUploadedFile(name, text)
    answer = client.post(ADD, {"kind": kind, "source": source, "file": file})
    assert answer.status_code == 302, answer.context["form"].errors
    return Import.objects.latest("pk")


def check(client, found: Import) -> Import:
    mapping = {name: found.columns.get(name, "") for name in columns.SHAPES[found.kind].columns}
    answer = client.post(f"/admin/connectors/import/{found.pk}/columns/", mapping)
    assert answer.status_code == 302
    return work(found)


def read_in(client, found: Import) -> Import:
    assert client.post(f"/admin/connectors/import/{found.pk}/begin/").status_code == 302
    return work(found)


def work(found: Import) -> Import:
    while jobs.work_off():
        pass
    found.refresh_from_db()
    return found


def failed(client, found: Import) -> bytes:
    answer = client.get(f"/admin/connectors/import/{found.pk}/failed/")
    assert answer.status_code == 200
    return b"".join(answer)


def test_ten_thousand_rows_with_a_hundred_bad(units, ira):
    """US13: mapped, checked without writing, read in; the failed rows mended; a rerun adds nothing."""
    client, bad = client_of(ira), set(range(0, 10_000, 100))
    found = bring(client, table(10_000, bad))
    assert found.columns == {
        "id": "Receipt No",
        "type": "Art",
        "time": "Datum",
        "member": "Kundennummer",
        "store": "Filiale",
    }
    found = check(client, found)
    assert found.state == "checked"
    assert (found.checked["read"], found.checked["rows"]) == (9_900, 100)
    assert (Activity.objects.count(), Member.objects.count()) == (0, 0)
    page = client.get(f"/admin/connectors/import/{found.pk}/change/")
    fault = page.context["faults"][0]
    assert (fault.line, fault.column, fault.value) == (2, "time", "gestern")
    assert "2026-03-14T09:30:00+01:00" in fault.remedy
    found = read_in(client, found)
    assert (found.state, found.percent) == ("done", 100)
    assert found.done["statuses"] == {"accepted": 9_900}
    assert Activity.objects.filter(source="till").count() == 9_900

    again = read_in(client, check(client, bring(client, table(10_000, bad))))
    assert again.done["statuses"] == {"duplicate": 9_900}
    assert Activity.objects.filter(source="till").count() == 9_900

    mended = failed(client, found).replace(b"gestern", b"2026-03-15T09:30:00+01:00")
    assert len(list(csv.reader(io.StringIO(mended.decode()), delimiter=";"))) == 101
    last = read_in(client, check(client, bring(client, mended)))
    assert last.done == {
        "statuses": {"accepted": 100}, "read": 100, "members": 0, "faults": 0, "rows": 0,
    }  # fmt: skip
    assert Activity.objects.filter(source="till").count() == 10_000
    verbs = AuditRow.objects.filter(subject_type="connectors.import", subject_id=str(found.pk))
    assert list(verbs.order_by("pk").values_list("verb", flat=True)) == [
        "connectors.import.brought",
        "connectors.import.checked",
        "connectors.import.begun",
    ]


def test_a_worker_that_dies_in_the_middle_loses_and_doubles_nothing(units, ira, monkeypatch):
    """US13: what a part did and how far it came are one commit; another worker goes on from there."""
    monkeypatch.setattr(import_files, "PART", 10)
    client = client_of(ira)
    found = check(client, bring(client, table(35, {3, 12, 33})))
    client.post(f"/admin/connectors/import/{found.pk}/begin/")
    jobs.work_off(1)

    class Killed(BaseException):
        pass

    def die(*_args, **_kwargs):
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(import_files, "_add", die)  # after the activities of the part were taken in
        jobs.work_off(1)
    found.refresh_from_db()
    assert (found.part, found.state) == (1, "reading")
    assert Activity.objects.filter(source="till").count() == 9
    Job.objects.filter(state="ready").update(leased_until=None)
    found = work(found)
    assert (found.done["read"], found.done["rows"]) == (32, 3)
    assert found.faults.filter(is_trial=False).count() == 3
    assert Activity.objects.filter(source="till").count() == 32


@pytest.mark.django_db(transaction=True)
def test_two_workers_read_each_part_once(units, ira, monkeypatch):
    """US13: two connections at the same part."""
    monkeypatch.setattr(import_files, "PART", 10)
    client = client_of(ira)
    found = check(client, bring(client, table(30)))
    client.post(f"/admin/connectors/import/{found.pk}/begin/")
    found.refresh_from_db()
    start = threading.Barrier(2)

    def read() -> None:
        start.wait()
        import_files.read_part(found.pk, round_=found.round, part=0)
        connection.close()

    workers = [threading.Thread(target=read) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    found.refresh_from_db()
    assert (found.part, found.done["read"]) == (1, 10)
    assert Activity.objects.filter(source="till").count() == 10


def test_columns_are_remembered_by_source(units, ira):
    """US13: what was said once is not asked again, of the same source."""
    client = client_of(ira)
    text = b"a,b,c,d\nx1,app.opened,2026-03-14T09:30:00Z,m1\n"
    found = bring(client, text)
    assert found.columns == {}
    address = f"/admin/connectors/import/{found.pk}/columns/"
    assert client.post(address, {"id": "a", "type": "b"}).status_code == 422
    found.refresh_from_db()
    assert found.state == "brought"
    said = {"id": "a", "type": "b", "time": "c", "member": "d"}
    assert client.post(address, said).status_code == 302
    assert bring(client, text).columns == said
    assert bring(client, text, source="other").columns == {}


def test_members_are_brought_and_brought_again(amara, ira):
    """US13: members too; one who is refused keeps nobody else."""
    client = client_of(ira)
    text = (
        b"Kundennummer,Vorname,Nachname,E-Mail,Geburtstag,Mitglied seit\n"
        b"amara,Amara,Lind,amara@example.test,,\n"
        b"new,Nia,Berg,nia@example.test,1990-03-14,2020-01-31\n"
        b"bad,Bad,Day,nobody,02-30,soon\n"
        b",No,Reference,,,\n"
    )
    found = check(client, bring(client, text, kind="members"))
    assert found.checked["statuses"] == {"known": 1, "new": 1}
    assert [(fault.line, fault.column) for fault in found.faults.all()] == [
        (4, "email"), (4, "birthday"), (4, "joined_on"), (5, "ref"),
    ]  # fmt: skip
    assert Member.objects.count() == 1
    found = read_in(client, found)
    nia = Member.objects.get(ref="new")
    assert (nia.family_name, nia.birth_month, nia.birth_day) == ("Berg", 3, 14)
    assert nia.joined_on.isoformat() == "2020-01-31"
    amara.refresh_from_db()
    assert (amara.family_name, amara.birth_month) == ("Lind", 3)
    trail = AuditRow.objects.filter(subject_type="members.member").count()
    again = read_in(client, check(client, bring(client, text, kind="members")))
    assert again.done["statuses"] == {"known": 2}
    assert AuditRow.objects.filter(subject_type="members.member").count() == trail


def test_what_cannot_be_read_is_refused_and_nothing_is_kept(units, ira, settings, monkeypatch):
    monkeypatch.setattr(import_files, "LARGEST", 200)
    client = client_of(ira)
    for text in (b"", b"id,type\n", b"\xff\xfe\x00id", b"id,type\n" + b"x,y\n" * 100):
        file = SimpleUploadedFile("x.csv", text)
        sent = {"kind": "activities", "source": "till", "file": file}
        assert client.post(ADD, sent).status_code == 422
    monkeypatch.setattr(import_files, "LONGEST_LINE", 50)
    for text in (b"id,type" + b"," * 60 + b"\nx,y\n", b"id,type\nx" + b"," * 60 + b"\n"):
        sent = {"kind": "activities", "source": "till", "file": SimpleUploadedFile("x.csv", text)}
        assert client.post(ADD, sent).status_code == 422
    for source in ("../x", "", "a b"):
        file = SimpleUploadedFile("x.csv", b"id,type\nx,y\n")
        sent = {"kind": "activities", "source": source, "file": file}
        assert client.post(ADD, sent).status_code == 422
    assert not Import.objects.exists()
    kept = private_files.folder(import_files.uuid4()).parent
    assert not kept.exists() or list(kept.iterdir()) == []


def test_only_who_may_import_sees_the_way_in(units, hal, ira):
    found = bring(client_of(ira), table(3))
    client = client_of(hal)
    assert client.get(ADD).status_code == 403
    for page in ("columns", "failed", "begin", "change"):
        assert client.get(f"/admin/connectors/import/{found.pk}/{page}/").status_code == 403


def test_an_import_is_stopped_and_begun_again(units, ira, monkeypatch):
    monkeypatch.setattr(import_files, "PART", 10)
    client = client_of(ira)
    found = check(client, bring(client, table(25)))
    address = f"/admin/connectors/import/{found.pk}"
    client.post(f"{address}/begin/")
    jobs.work_off(1)
    assert client.post(f"{address}/stop/").status_code == 302
    found = work(found)
    assert (found.state, Activity.objects.filter(source="till").count()) == ("stopped", 10)
    found = read_in(client, found)
    assert found.done["statuses"] == {"duplicate": 10, "accepted": 15}


def test_cells_made_harmless_are_read_back_as_they_were(units, ira):
    """Attack 11: the file of failed rows runs nothing, and brings the same values again."""
    client = client_of(ira)
    text = b"ref,given_name,email\n=r1,+Ann,nobody\n"
    found = check(client, bring(client, text, kind="members"))
    mended = failed(client, found)
    assert b"'=r1,'+Ann,nobody" in mended
    found = read_in(
        client, check(client, bring(client, mended.replace(b"nobody", b"a@b.de"), kind="members"))
    )
    assert Member.objects.get(ref="=r1").given_name == "+Ann"


def test_json_lines_need_no_columns(units, ira):
    client = client_of(ira)
    good = b'{"id": "1", "type": "app.opened", "time": "2026-03-14T09:30:00Z", "subject": "m1"}\n'
    found = bring(client, good + b"nonsense\n", name="x.jsonl")
    assert client.post(f"/admin/connectors/import/{found.pk}/columns/").status_code == 302
    found = read_in(client, work(found))
    assert (found.done["statuses"], found.done["rows"]) == ({"accepted": 1}, 1)
    assert failed(client, found) == b"nonsense\n"


def test_odd_characters_and_endless_numbers_are_faults_and_stop_nothing(units, ira):
    """US3: what the database cannot hold is shown as far as it can be, and the rest is checked."""
    client = client_of(ira)
    head = "id,type,time,member,line_id,sku,quantity,unit_price"
    rows = [
        "a\x00,app.opened,2026-03-14T09:30:00Z,m1,,,,",
        f"b,order.placed,2026-03-14T09:30:00Z,m1,1,x,{'9' * 5000},1.00",
        "c,app.opened,2026-03-14T09:30:00Z,m1,,,,",
    ]
    found = check(client, bring(client, "\n".join([head, *rows]).encode() + b"\n"))
    assert (found.state, found.checked["rows"], found.checked["read"]) == ("checked", 2, 1)
    faults = found.faults.values_list("line", "column", "value")
    assert list(faults) == [(2, "id", "a\N{REPLACEMENT CHARACTER}"), (3, "quantity", "9" * 60)]


def test_names_of_columns_are_made_harmless_too(units, ira):
    """Attack 11: a head is a row of cells as well, and it is read back as it was."""
    client = client_of(ira)
    text = b"id,type,time,member,=cmd()\nx,app.opened,gestern,m1,1\n"
    found = check(client, bring(client, text))
    mended = failed(client, found)
    assert mended.splitlines()[0] == b"id,type,time,member,'=cmd(),what_to_do"
    again = bring(client, mended)
    assert import_files.head_of(again)[0] == [
        "id",
        "type",
        "time",
        "member",
        "=cmd()",
        "what_to_do",
    ]


def test_nobody_brings_points_to_themselves_or_their_household(units, ira, bo, dee, staff_group):
    """Attack 21: and members are changed by an import only by whoever may change them."""
    own = members.enrol("ira", user=ira, actor=SYSTEM)
    household = households.open(own, name="Home", actor=SYSTEM)
    HouseholdSeat.objects.create(household=household, member=dee, joined_at=clock.now())
    client = client_of(ira)
    lines = [f"{ref},app.opened,2026-03-14T09:30:00Z,{ref}" for ref in ("ira", "bo", "dee")]
    found = check(client, bring(client, "\n".join(["id,type,time,member", *lines]).encode()))
    found = read_in(client, found)
    assert list(found.faults.filter(is_trial=False).values_list("line", "column", "value")) == [
        (2, "member", "ira"),
        (4, "member", "dee"),
    ]
    assert not Activity.objects.filter(member=own, kind="app.opened").exists()
    assert Activity.objects.filter(member=bo, kind="app.opened").count() == 1
    people = check(client, bring(client, b"ref,given_name\nbo,Beau\n", kind="members"))
    staff_group.permissions.remove(Permission.objects.get(codename="change_member"))
    assert client.post(f"/admin/connectors/import/{people.pk}/begin/").status_code == 403
    bo.refresh_from_db()
    assert bo.given_name != "Beau"


def test_nobody_brings_points_to_themselves_by_a_key(units, ira, bo, dee):
    """Attack 21: a purchase that names no member is theirs by their card, their household's by an address;
    anybody else's is read in."""
    own = members.enrol("ira", user=ira, actor=SYSTEM)
    household = households.open(own, name="Home", actor=SYSTEM)
    HouseholdSeat.objects.create(household=household, member=dee, joined_at=clock.now())
    keys.give(own, keys={"card": ["CARD-1"]}, actor=SYSTEM)
    keys.give(dee, keys={"email": ["dee@home.test"]}, actor=SYSTEM)
    keys.give(bo, keys={"card": ["CARD-2"]}, actor=SYSTEM)
    client, lines = client_of(ira), []
    for place, customer in enumerate(
        ({"card_token": "CARD-1"}, {"email": "DEE@home.test"}, {"card_token": "CARD-2"})
    ):
        told = {"specversion": "1.0", "id": f"o{place}", "source": "till", "type": "app.opened"}
        told |= {"time": "2026-03-14T09:30:00Z", "data": {"customer": customer}}
        lines.append(json.dumps(told))
    file = bring(client, "\n".join(lines).encode(), name="a.jsonl")
    found = read_in(client, check(client, file))
    faults = found.faults.filter(is_trial=False).values_list("line", "column", "remedy")
    remedy = "a colleague imports what you or your household did"
    assert list(faults) == [(1, "member", remedy), (2, "member", remedy)]
    assert list(Activity.objects.filter(kind="app.opened").values_list("member", flat=True)) == [
        bo.pk
    ]
