"""P17: what a backup holds comes back, to the row, with the ledger's laws in force."""

import tarfile

import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, connection
from django.db.utils import DatabaseError

from loyalty.runtime import backups
from members.models import Entry, Member, User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def media(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    (settings.MEDIA_ROOT / "logo.svg").write_text("<svg/>")
    return settings.MEDIA_ROOT


def counted() -> dict[str, int]:
    """Rows of every table."""
    with connection.cursor() as cursor:
        tables = sorted(connection.introspection.table_names(cursor))
        found = {}
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            found[table] = cursor.fetchone()[0]
    return found


def test_what_a_backup_holds_comes_back(amara, media, tmp_path):
    file = tmp_path / "laurel.backup"
    before = counted()
    assert before[Entry._meta.db_table] > 0
    call_command("backup", str(file))
    assert file.stat().st_mode & 0o777 == 0o600

    User.objects.create_user("later@example.org")
    (media / "logo.svg").unlink()
    call_command("restore", str(file), "--no-input")

    assert counted() == before
    assert Member.objects.filter(pk=amara.pk).exists()
    assert (media / "logo.svg").read_text() == "<svg/>"
    with pytest.raises((InternalError, DatabaseError)), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {Entry._meta.db_table}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('laurel_app', 'members_member', 'INSERT')")
        assert cursor.fetchone() == (True,)


def test_a_file_that_is_no_backup_changes_nothing(amara, tmp_path):
    before = counted()
    for number, content in enumerate([b"", b"not a tar file at all" * 99]):
        file = tmp_path / str(number)
        file.write_bytes(content)
        with pytest.raises(CommandError, match=r"^Nothing was changed\. .* is not a backup"):
            call_command("restore", str(file), "--no-input")
    assert counted() == before


def test_a_damaged_backup_changes_nothing(amara, media, tmp_path):
    good, bad = tmp_path / "good", tmp_path / "bad"
    call_command("backup", str(good))
    (tmp_path / "open").mkdir()
    with tarfile.open(good) as archive:
        backups._extract(archive, tmp_path / "open")
    dump = tmp_path / "open" / "database.dump"
    dump.write_bytes(dump.read_bytes()[: dump.stat().st_size // 2])
    with tarfile.open(bad, "w") as archive:
        for name in ("manifest.json", "database.dump"):
            archive.add(tmp_path / "open" / name, name)
    before = counted()
    with pytest.raises(CommandError, match=r"^Nothing was changed\. pg_restore failed"):
        call_command("restore", str(bad), "--no-input")
    assert counted() == before


def test_an_existing_file_is_not_overwritten(tmp_path):
    file = tmp_path / "precious"
    file.write_text("mine")
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", str(file))
    assert file.read_text() == "mine"


def test_an_archive_cannot_write_outside_its_folder(tmp_path):
    evil, inside = tmp_path / "evil.tar", tmp_path / "inside"
    inside.mkdir()
    with tarfile.open(evil, "w") as archive:
        for name in ("../escaped", "/tmp/laurel-escaped", "media/kept"):
            archive.addfile(tarfile.TarInfo(name))
        link = tarfile.TarInfo("media/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    with tarfile.open(evil) as archive:
        backups._extract(archive, inside)
    kept = [path.relative_to(tmp_path).as_posix() for path in inside.rglob("*") if path.is_file()]
    assert kept == ["inside/media/kept"]
    assert not (tmp_path / "escaped").exists()
