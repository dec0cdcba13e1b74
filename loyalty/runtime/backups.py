"""One file that holds an installation, and the way back from it.

A backup is a tar file with `manifest.json`, `database.dump` (PostgreSQL's custom format, compressed)
and `media/`. Restoring fills a new database beside the present one, brings it up to the code's
migrations, and only then lets the two change places: whatever fails before leaves all as it was.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from django.conf import settings
from django.db import connections
from psycopg import sql
from psycopg.conninfo import make_conninfo

from loyalty.runtime import addresses, carriers
from loyalty.runtime.faults import Fault
from members import clock

FORMAT = 1
HEAD_OF_SCRIPT = 40  # the lines in which a dump sets parameters
# What a DATABASE_URL may add for libpq itself; `options` is ours, and takes the restricted role.
_LIBPQ = {"sslmode", "sslrootcert", "sslcert", "sslkey", "target_session_attrs"}
MANIFEST, DUMP, MEDIA = "manifest.json", "database.dump", "media"


def _present() -> str:
    """The name of the installation's database."""
    return connections["default"].settings_dict["NAME"]


def _conninfo(database: str, **more: Any) -> str:
    """How to reach a database of the same server, as its owner: without the restricted role."""
    entry = connections["default"].settings_dict
    options = {name: value for name, value in entry["OPTIONS"].items() if name in _LIBPQ}
    place = {"host": entry["HOST"], "port": str(entry["PORT"]), "user": entry["USER"]}
    given = {name: value for name, value in place.items() if value}
    return make_conninfo(**options, **given, dbname=database, **more)


def _connect(database: str) -> psycopg.Connection:
    secret = connections["default"].settings_dict["PASSWORD"]
    more = {"password": secret} if secret else {}
    return psycopg.connect(_conninfo(database, **more), autocommit=True)


def _command(program: str, *arguments: str) -> list[str]:
    return [str(carriers.postgres_programs() / program), *arguments]


def _environment() -> dict[str, str]:
    """The password goes where `ps` does not show it."""
    secret = connections["default"].settings_dict["PASSWORD"]
    return dict(os.environ) | ({"PGPASSWORD": secret} if secret else {})


def _check_end(program: str, code: int, said: str) -> None:
    if code:
        last = said.strip().splitlines()[-1:] or ["no reason given"]
        raise Fault(f"{program} failed: {last[0]}")


def _dump(database: str, file: Path) -> None:
    arguments = ["--format=custom", "--no-owner", "--no-privileges", f"--file={file}"]
    answer = subprocess.run(
        _command("pg_dump", f"--dbname={_conninfo(database)}", *arguments),
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    _check_end("pg_dump", answer.returncode, answer.stderr)


def _fill(database: str, file: Path) -> None:
    """Play a dump into an empty database, stopping at the first fault.

    By way of a script, because pg_restore 18 sets a parameter that servers before 17 do not know.
    """
    script = file.with_suffix(".sql")
    plain = ["--no-owner", "--no-privileges", f"--file={script}", str(file)]
    answer = subprocess.run(
        _command("pg_restore", *plain), capture_output=True, text=True, check=False
    )
    _check_end("pg_restore", answer.returncode, answer.stderr)
    playing = subprocess.Popen(
        _command(
            "psql",
            "--no-psqlrc",
            "--quiet",
            "--set=ON_ERROR_STOP=1",
            f"--dbname={_conninfo(database)}",
        ),
        env=_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert playing.stdin is not None and playing.stderr is not None
    with script.open("rb") as lines, contextlib.suppress(BrokenPipeError), playing.stdin:
        for number, line in enumerate(lines):
            if number > HEAD_OF_SCRIPT or not line.startswith(b"SET transaction_timeout"):
                playing.stdin.write(line)
    said = playing.stderr.read().decode(errors="replace")
    _check_end("psql", playing.wait(), said)


def _check_version() -> None:
    """PostgreSQL's programs read servers of their own version and older."""
    with _connect(_present()) as connection:
        server = connection.info.server_version // 10000
    if server > 18:
        raise Fault(f"The server is PostgreSQL {server}; use its own pg_dump and pg_restore.")


def write(file: Path) -> int:
    """Write a backup of the whole installation to `file`; returns its size in bytes.

    The file appears when it is complete, and only its owner may read it.
    """
    _check_version()
    file = file.absolute()
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as folder:
        dump = Path(folder) / DUMP
        _dump(_present(), dump)
        manifest = Path(folder) / MANIFEST
        manifest.write_text(json.dumps({"format": FORMAT, "made_at": clock.now().isoformat()}))
        draft = Path(folder) / "backup"
        with tarfile.open(draft, "w") as archive:
            archive.add(manifest, MANIFEST)
            archive.add(dump, DUMP)
            if Path(settings.MEDIA_ROOT).is_dir():
                archive.add(settings.MEDIA_ROOT, MEDIA)
        draft.chmod(0o600)
        draft.replace(file)
    return file.stat().st_size


@contextmanager
def opened(file: Path) -> Iterator[Path]:
    """A backup's content in a temporary folder; raises Fault when the file is no backup."""
    with tempfile.TemporaryDirectory(prefix="laurel-restore-") as folder:
        try:
            with tarfile.open(file) as archive:
                _extract(archive, Path(folder))
            manifest = json.loads((Path(folder) / MANIFEST).read_text())
        except (tarfile.TarError, OSError, ValueError) as error:
            raise Fault(f"{file} is not a backup of this programme: {error}.") from error
        if manifest.get("format") != FORMAT:
            raise Fault(
                f"{file} has the format {manifest.get('format')}; this code reads {FORMAT}."
            )
        yield Path(folder)


def _extract(archive: tarfile.TarFile, folder: Path) -> None:
    """Plain files only, and none outside `folder`, whatever the archive says."""
    for member in archive:
        target = (folder / member.name).resolve()
        content = archive.extractfile(member) if member.isreg() else None
        if content is not None and target.is_relative_to(folder.resolve()):
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as written:
                shutil.copyfileobj(content, written)


def read(file: Path) -> None:
    """Put the installation back to what `file` holds. Everything since then is lost."""
    _check_version()
    with opened(file) as folder:
        name = _present()
        fresh = f"{name}_restored"
        with _connect("postgres") as server:
            _drop(server, fresh)
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(fresh)))
            try:
                _fill(fresh, folder / DUMP)
                _migrate(fresh)
                _change_places(server, present=name, fresh=fresh)
            except BaseException:
                _drop(server, fresh)
                raise
        if (folder / MEDIA).is_dir():
            shutil.copytree(folder / MEDIA, settings.MEDIA_ROOT, dirs_exist_ok=True)


def _drop(server: psycopg.Connection, name: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _change_places(server: psycopg.Connection, *, present: str, fresh: str) -> None:
    """Rename under everybody's feet; each part connects again at its next request."""
    connections.close_all()
    old = f"{present}_replaced"
    _drop(server, old)
    allow = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    server.execute(allow.format(sql.Identifier(present), sql.SQL("false")))
    try:
        server.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
            [present],
        )
        with server.transaction():
            server.execute(rename.format(sql.Identifier(present), sql.Identifier(old)))
            server.execute(rename.format(sql.Identifier(fresh), sql.Identifier(present)))
    except psycopg.Error:
        server.execute(allow.format(sql.Identifier(present), sql.SQL("true")))
        raise
    _drop(server, old)


def _migrate(database: str) -> None:
    """Bring an older backup up to this code, and give the application's role its rights."""
    entry = connections["default"].settings_dict
    user, secret = quote(entry["USER"], safe=""), quote(entry["PASSWORD"], safe="")
    options = {name: value for name, value in entry["OPTIONS"].items() if name in _LIBPQ}
    query = urlencode({"host": entry["HOST"], "port": entry["PORT"]} | options, quote_via=quote)
    url = f"postgresql://{user}:{secret}@/{quote(database)}?{query}"
    answer = subprocess.run(
        [sys.executable, str(addresses.ROOT / "manage.py"), "migrate", "--no-input"],
        env=dict(os.environ) | {"DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        last = answer.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise Fault(f"The backup could not be brought up to this code: {last[0]}")
