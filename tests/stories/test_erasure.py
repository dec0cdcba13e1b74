"""Erasing a person: gone from every table, the sums stay, and nobody brings them back."""

import csv
import io
import json
import zipfile
from datetime import timedelta

import pytest
from axes.models import AccessAttempt, AccessLog
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.http import HttpRequest

from loyalty.accounts import lockouts
from loyalty.campaigns.operations import intake, standard
from loyalty.connectors import lists, private_files
from loyalty.connectors.operations import exports as list_exports
from loyalty.connectors.operations import import_files
from loyalty.connectors.operations.file_days import forget_files
from loyalty.measurement.operations import saved_views
from loyalty.messaging.models import Message
from loyalty.messaging.operations.messages import Note, tell
from loyalty.rewards.models import Reward
from loyalty.rewards.operations import redemptions
from members import clock
from members.domain.actors import Actor
from members.errors import ErasedMember, Frozen
from members.models import (
    Activity,
    AuditRow,
    Balance,
    Entry,
    Member,
    MemberExport,
    User,
)
from members.operations import (
    accounts,
    adjustments,
    audit,
    bulk,
    consents,
    erasures,
    exports,
    gifts,
    holds,
    households,
    jobs,
    keys,
    members,
    purses,
    references,
    seals,
    traits,
)
from recognition.operations import badges
from tests.campaigns.conftest import order
from tests.conftest import SYSTEM, person
from tests.events_directory.conftest import broken

pytestmark = pytest.mark.django_db

#: What only this person is called: each stands in some field of theirs.
CANARIES = (
    "Zyxwara",
    "Vutsrobi",
    "qponmlk",
    "hgfedcba",
    "lmaocard",
    "giftwordz",
    "reasonwordz",
    "noticewordz",
    "attributz",
    "evidencez",
    "streetwordz",
    "boardnamez",
)


@pytest.fixture
def zyx(units, fay, bo) -> Member:
    """Somebody who has used everything, under names that occur nowhere else."""
    standard.install(actor=SYSTEM)
    user = person("hgfedcba@example.test", first_name="Zyxwara", last_name="Vutsrobi")
    zyx = members.enrol(
        "qponmlk",
        user=user,
        email=user.email,
        given_name="Zyxwara",
        family_name="Vutsrobi",
        actor=Actor.user(user),
    )
    names = {"shows_real_name": True, "display_name": "boardnamez"}
    zyx = members.update(zyx, actor=Actor.user(user), **names)
    points = units["points"]
    intake.take([order("qponmlk", "400.00", id="o1", store="streetwordz")], actor=SYSTEM)
    zyx = Member.objects.get(pk=zyx.pk)
    keys.give(zyx, keys={"card": ["lmaocard"], "email": [user.email]}, actor=SYSTEM)
    traits.set_attribute(zyx, name="nick", value="attributz", cause="t", actor=SYSTEM)
    consents.record(zyx, purpose="programme", channel="email", granted=True, actor=Actor.user(user))
    gifts.give(
        zyx,
        receiver=bo,
        unit=points,
        amount=30,
        key="g",
        message="giftwordz",
        actor=Actor.user(user),
    )
    adjustments.make(zyx, unit=points, amount=10, reason="reasonwordz", key="a", by=fay)
    holds.place(zyx, unit=points, amount=20, key="h", reference="reasonwordz", actor=SYSTEM)
    households.open(zyx, name="Vutsrobi", actor=Actor.user(user))
    purses.contribute(zyx, unit=points, amount=40, key="p", actor=Actor.user(user))
    mug = Reward.objects.create(
        slug="mug", name="Mug", cost=50, unit=points, state="active", kind="product"
    )
    redemptions.redeem(zyx, reward=mug, key="r", actor=Actor.user(user))
    redemptions.reserve(zyx, reward=mug, key="s", actor=Actor.user(user))
    badge = badges.define("first", name="First", criteria="Do it.", actor=SYSTEM)
    badges.activate(badge, actor=SYSTEM)
    badges.award(zyx, badge=badge, key="k", reason="evidencez", actor=SYSTEM)
    tell([Note(zyx.pk, "points", "n", "noticewordz", "noticewordz", "/")])
    while jobs.work_off():
        pass
    return zyx


def everywhere(words) -> list[str]:
    """Every table and column, of all schemas of ours, in which one of the words stands."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns"
            " JOIN information_schema.tables USING (table_schema, table_name)"
            " WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
            " AND table_type = 'BASE TABLE'"
        )
        for schema, table, column, kind in cursor.fetchall():
            text = f'"{column}"::text'
            if kind == "bytea":
                text = f"encode(\"{column}\", 'escape')"
            cursor.execute(
                f'SELECT count(*) FROM "{schema}"."{table}" WHERE {text} ~* %s', ["|".join(words)]
            )
            if cursor.fetchone()[0]:
                found.append(f"{table}.{column}")
    return sorted(found)


def test_the_words_are_there_before():
    """What is searched for below is searched for rightly."""
    person("hgfedcba@example.test")
    assert everywhere(CANARIES) == ["members_user.email"]


def test_nothing_that_names_them_is_left_and_the_books_keep_their_sums(zyx):
    """P19, E69."""
    exports.ask(zyx, actor=SYSTEM)
    while jobs.work_off():
        pass
    for chain in seals.CHAINS:
        for _ in range(3):
            seals.seal(chain, at=clock.now())
    before, entries = broken(), Entry.objects.count()
    assert len(everywhere(CANARIES)) > 10
    erasures.erase(zyx, actor=Actor.user(zyx.user))
    assert everywhere(CANARIES) == []
    assert (before, broken()) == ({}, {})
    assert list(seals.faults()) == []
    assert Entry.objects.count() > entries
    left = Balance.objects.filter(account__member=zyx).exclude(amount=0)
    assert not left.exists()
    row = AuditRow.objects.get(verb="members.member.erased")
    assert (row.actor_name, row.subject_id) == ("the member", str(zyx.pk))


def test_nothing_is_left_of_them_at_the_console(
    zyx, fay, settings, tmp_path, django_capture_on_commit_callbacks
):
    """P19: lists that were searched for them, files that name them, steps on many rows."""
    settings.MEDIA_ROOT = tmp_path / "media"
    actor, query = Actor.user(fay), "q=hgfedcba%40example.test"
    saved_views.keep("Z", label="members.member", query=query, owner=fay, actor=actor)
    export = list_exports.ask(
        "members.member",
        title="Members",
        query=query,
        total=1,
        last_row=zyx.pk,
        by=fay,
        actor=actor,
    )
    told = {"kind": "members", "source": "till", "by": fay, "actor": actor}
    named = import_files.bring([b"ref,email\nqponmlk,x\n"], file_name="a.csv", **told)
    other = import_files.bring([b"ref,email\nqponmlkj,x\n"], file_name="b.csv", **told)
    moving = import_files.bring([b"ref\nqponmlk\n"], file_name="c.csv", **told)
    import_files.Import.objects.filter(pk=moving.pk).update(state="reading")
    named.faults.create(is_trial=True, line=2, column="ref", value="qponmlk", remedy="x")
    run = bulk.choose("members.member", step="adjust", ids=[zyx.pk], by=fay, actor=actor)
    bulk.begin(run, asked="reason=For+qponmlk", actor=actor)
    bulk.take(run.pk, lambda pk: str(Member.objects.get(pk=pk)), most=2)
    while jobs.work_off():
        pass
    assert b"Zyxwara" in b"".join(lists.lines(list_exports.Export.objects.get()))
    with django_capture_on_commit_callbacks(execute=True):
        erasures.erase(zyx, actor=SYSTEM)
    assert everywhere(CANARIES) == []
    kept = [private_files.folder(each.folder).exists() for each in (export, named, other)]
    assert kept == [False, False, True]
    import_files.Import.objects.filter(pk=moving.pk).update(state="done")
    forget_files(clock.now(), clock.now())
    assert not private_files.folder(moving.folder).exists()


def test_nothing_is_left_of_their_signing_in(zyx):
    """P19: also of what was written down before that ended."""
    tried = lockouts.name_of(HttpRequest(), {"email": zyx.email})
    AccessAttempt.objects.create(username=tried, failures_since_start=1)
    AccessLog.objects.create(username=zyx.email, ip_address="203.0.113.7")
    erasures.erase(zyx, actor=SYSTEM)
    assert not AccessAttempt.objects.exists() and not AccessLog.objects.exists()


def test_names_in_any_script_are_found(bo):
    """P19: PostgreSQL keeps letters in JSON as they are."""
    zoe = members.enrol("größe-zoë", actor=SYSTEM)
    audit.record(bo, actor=SYSTEM, verb="members.member.updated", after={"ref": zoe.ref})
    assert len(everywhere(["größe-zoë"])) > 1
    erasures.erase(zoe, actor=SYSTEM)
    assert everywhere(["größe-zoë"]) == []


def test_erasing_again_changes_nothing(zyx):
    erasures.erase(zyx, actor=SYSTEM)
    rows = AuditRow.objects.count()
    erasures.erase(zyx, actor=SYSTEM)
    assert AuditRow.objects.count() == rows


def test_what_is_told_later_is_refused_and_brings_nobody_back(zyx):
    """P19: a late activity, an upsert, an import, a retry of an old activity."""
    erasures.erase(zyx, actor=SYSTEM)
    told = Activity.objects.count()
    answers = intake.take(
        [
            order("qponmlk", "5.00", id="late"),
            order("qponmlk", "400.00", id="o1", store="streetwordz"),
        ],
        actor=SYSTEM,
    )
    assert [(each.status, each.errors[0]["code"]) for each in answers] == [
        ("rejected", "erased_member"),
        ("rejected", "erased_member"),
    ]
    with pytest.raises(ErasedMember):
        members.enrol("qponmlk", actor=SYSTEM)
    today = clock.now().date()
    assert members.enrol_missing(["qponmlk"], actor=SYSTEM, joined_on={"qponmlk": today}) == 0
    assert Activity.objects.count() == told
    assert not Member.objects.known_as("qponmlk").exists()
    assert everywhere(["qponmlk"]) == []


def test_nobody_is_written_to_after_it(zyx):
    """I24."""
    tell([Note(zyx.pk, "points", "n2", "later", "later", "/")])
    erasures.erase(zyx, actor=SYSTEM)
    while jobs.work_off():
        pass
    assert Message.objects.get(dedupe_key="n2", channel="email").state == "dropped"


def test_words_of_history_change_by_no_other_way(zyx):
    """P4: not while the member is there, not by hand, and what is left cannot be rewritten unnoticed."""
    with pytest.raises(Exception, match="only words about erased members"):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT erase_words(%s)", [[zyx.pk]])
    erasures.erase(zyx, actor=SYSTEM)
    entry = Entry.objects.filter(debit__member=zyx).earliest("pk")
    with pytest.raises(Exception, match="append-only"):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL laurel.erasing = 'on'")
            cursor.execute("UPDATE members_entry SET amount = amount + 1 WHERE id = %s", [entry.pk])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL laurel.erasing = 'on'")
        cursor.execute("UPDATE members_entry SET reason = 'Other' WHERE id = %s", [entry.pk])
    assert ("entry", entry.pk) in [(chain, pk) for chain, pk, _ in seals.faults()]


def test_a_frozen_account_waits_for_a_person_first(zyx):
    balance = Balance.objects.filter(account__member=zyx, account__kind="wallet").first()
    accounts.freeze(balance.account_id, reason="look", actor=SYSTEM)
    with pytest.raises(Frozen):
        erasures.erase(zyx, actor=SYSTEM)
    zyx.refresh_from_db()
    assert (zyx.erased_at, zyx.given_name) == (None, "Zyxwara")


def test_staff_keep_their_sign_in(zyx, fay):
    members.enrol("fay", user=fay, actor=SYSTEM, given_name="Fay")
    assert erasures.foresee(Member.objects.get(ref="fay")).keeps_sign_in
    erasures.erase(Member.objects.get(ref="fay"), actor=SYSTEM)
    fay.refresh_from_db()
    assert (fay.is_active, fay.email) == (True, "fay@example.test")
    assert not Member.objects.of(fay).exists()


def test_a_backup_that_is_put_back_is_erased_again(
    zyx, settings, tmp_path, django_capture_on_commit_callbacks
):
    """P19: the journal lies outside the database."""
    settings.CHECKPOINTS = str(tmp_path / "checkpoints.jsonl")
    sleep = transaction.savepoint()
    with django_capture_on_commit_callbacks(execute=True):
        erasures.erase(zyx, actor=SYSTEM)
    assert not any(word in erasures.journal().read_text() for word in CANARIES)
    transaction.savepoint_rollback(sleep)
    assert Member.objects.known_as("qponmlk").exists()
    call_command("erase_member", "--again")
    assert everywhere(CANARIES) == []


def test_a_backup_that_is_put_back_erases_nobody_who_joined_since(zyx, bo, settings, tmp_path):
    """P19: a number that the backup forgot is given again; who has it now is somebody else. And one who
    is refused keeps nobody else."""
    settings.CHECKPOINTS = str(tmp_path / "checkpoints.jsonl")
    fro = members.enrol("fro", actor=SYSTEM)
    balance = Balance.objects.filter(account__member=zyx, account__kind="wallet").first()
    accounts.freeze(balance.account_id, reason="look", actor=SYSTEM)
    for member, at in (
        (bo, bo.created_at - timedelta(days=1)),
        (zyx, clock.now()),
        (fro, clock.now()),
    ):
        digest = references.digests_of(member.ref)[0].hex()
        with erasures.journal().open("a") as file:
            file.write(json.dumps({"digest": digest, "at": at.isoformat()}) + "\n")
    assert erasures.erase_again() == 1
    erased = Member.objects.filter(erased_at__isnull=False)
    assert list(erased.values_list("pk", flat=True)) == [fro.pk]


def test_the_copy_holds_everything_of_theirs_and_nothing_of_others(zyx, bo):
    """UM24."""
    export = exports.ask(zyx, actor=SYSTEM)
    assert exports.ask(zyx, actor=SYSTEM) == export
    while jobs.work_off():
        pass
    archive = zipfile.ZipFile(io.BytesIO(bytes(MemberExport.objects.get().file)))
    whole = json.loads(archive.read("everything.json"))
    assert whole["members.member"][0]["given_name"] == "Zyxwara"
    assert [row["message"] for row in whole["members.gift"]] == ["giftwordz"]
    assert sum(row["amount"] for row in whole["members.balance"]) >= 0
    assert whole["members.memberattribute"][0]["value"] == "attributz"
    assert "password" not in whole["members.user"][0]
    assert bo.email not in archive.read("everything.json").decode()
    rows = list(csv.DictReader(io.StringIO(archive.read("members.entry.csv").decode())))
    own = Entry.objects.filter(debit__member=zyx) | Entry.objects.filter(credit__member=zyx)
    assert len(rows) == own.count() > 5


def test_what_a_spreadsheet_would_run_is_text(zyx):
    """Attack 11."""
    members.update(zyx, given_name="=1+1", actor=SYSTEM)
    archive = zipfile.ZipFile(io.BytesIO(exports.packed(zyx)))
    assert "'=1+1" in archive.read("members.member.csv").decode()
    assert json.loads(archive.read("everything.json"))["members.member"][0]["given_name"] == "=1+1"


def test_the_commands(zyx, tmp_path, capsys):
    """`export_member REF`, `erase_member REF`: what an operator does for somebody who writes a letter."""
    target = tmp_path / "zyx.zip"
    call_command("export_member", "qponmlk", "--to", str(target))
    assert zipfile.is_zipfile(target)
    call_command("erase_member", "qponmlk", "--no-input")
    said = capsys.readouterr().out
    assert "points will end" in said and "qponmlk is erased" in said
    call_command("erase_member", "qponmlk", "--no-input")
    with pytest.raises(CommandError):
        call_command("export_member", "qponmlk")
    assert not User.objects.filter(email="hgfedcba@example.test").exists()
