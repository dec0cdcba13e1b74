"""The audit trail: who, before, after and why; to take away, and not to be changed unnoticed."""

import csv
from io import StringIO

import pytest
from django.db import connection

from members import clock
from members.models import AuditRow, Seal
from members.operations import audit, ledger, members, seals
from tests.conftest import SYSTEM
from tests.staff.conftest import client_of

FILE = "/admin/members/auditrow/trail.csv"
[CHAIN] = [chain for chain in seals.CHAINS if chain.name == "audit"]


def lines(client, **asked) -> list[dict]:
    answer = client.get(FILE, asked)
    assert answer.status_code == 200
    return list(csv.DictReader(StringIO(b"".join(answer.streaming_content).decode())))


def seal_all() -> int:
    return sum(seals.seal(CHAIN, at=clock.now()) for _ in range(2))


@pytest.fixture
def outside(settings, tmp_path, monkeypatch):
    settings.CHECKPOINTS = str(tmp_path / "checkpoints.jsonl")
    monkeypatch.setattr(seals, "BLOCK", 4)
    monkeypatch.setattr(seals, "_SETTLED", "SELECT %s >= 0")


def test_the_file_says_who_what_before_after_and_why_and_names_the_seal(outside, amara, ira):
    """E66; attack 11: a reason that would be run as a formula is plain text."""
    change = {"actor": SYSTEM, "verb": "members.member.updated"}
    audit.record(amara, before={"n": 1}, after={"n": 2}, reason="=1+1", **change)
    sealed = seal_all()
    audit.record(amara, reason="Not sealed yet", **change)
    found = lines(client_of(ira))
    assert len(found) == AuditRow.objects.count() == sealed + 1
    told, fresh = found[-2:]
    assert (told["actor"], told["verb"], told["subject"], told["subject_id"]) == (
        "tests",
        "members.member.updated",
        "members.member",
        str(amara.pk),
    )
    assert (told["before"], told["after"], told["reason"]) == ('{"n": 1}', '{"n": 2}', "'=1+1")
    last = Seal.objects.filter(chain="audit").latest("number")
    assert (told["block"], told["digest"]) == (str(last.number), bytes(last.digest).hex())
    assert [row["block"] for row in found[:-1]] == [
        str(1 + place // 4) for place in range(len(found) - 1)
    ]
    assert (fresh["block"], fresh["digest"]) == ("", "")


def test_the_file_has_what_the_list_shows(amara, bo, ira, hal):
    """E66: under the same filters; without the permission nothing."""
    members.update(bo, given_name="Bob", actor=SYSTEM)
    found = lines(client_of(ira), q="members.member.updated")
    assert [(row["verb"], row["subject_id"]) for row in found] == [
        ("members.member.updated", str(bo.pk))
    ]
    assert client_of(hal).get(FILE).status_code == 403
    assert client_of(ira).post(FILE).status_code == 405


@pytest.mark.django_db(transaction=True)
def test_a_changed_row_of_the_trail_is_named(outside, amara, bo):
    """E66, P4: also when the owner of the database changed it."""
    seal_all()
    row = AuditRow.objects.order_by("pk")[1]
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute("ALTER TABLE members_auditrow DISABLE TRIGGER ALL")
        cursor.execute("UPDATE members_auditrow SET actor_name = 'x' WHERE id = %s", [row.pk])
        cursor.execute("ALTER TABLE members_auditrow ENABLE TRIGGER ALL")
    assert list(seals.faults()) == [("audit", row.pk, "the row is not as it was sealed")]


def test_an_entrys_page_lists_its_lots_and_leads_to_what_the_rules_saw(amara, points, ira):
    """E2: the exact lots and amounts, soonest end first."""
    spent = ledger.redeem(
        amara, unit=points, amount=250, key="r", reason="A mug", actor=SYSTEM, cause=("test", None)
    )
    page = client_of(ira).get(f"/admin/members/entry/{spent.pk}/change/").content.decode()
    first, second = [use.lot_id for use in spent.lot_uses.order_by("lot_id")]
    for lot, amount in ((first, 100), (second, 150)):
        assert f'<a href="/admin/members/entry/{lot}/change/">#{lot}</a>: {amount}, ends ' in page
