"""The migrated template database and its clones."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from loyalty.runtime import addresses

ROOT = Path(__file__).resolve().parent.parent.parent
FLOORS = ("members", "governance", "recognition", "events_directory", "loyalty")
SHAPING_FOLDERS = {"migrations", "models"}
OLDEST_SUPPORTED = 150000


def fingerprint() -> str:
    """A name for the schema: changes with any file that migrations or post_migrate depend on.

    Those are migrations, models, and the modules beside an `apps.py`.
    """
    user = addresses.database(os.environ["DATABASE_URL"])["USER"]  # owns what it migrates
    digest = sha256(user.encode())
    files = [
        file
        for floor in FLOORS
        for file in sorted((ROOT / floor).rglob("*"))
        if file.suffix in (".py", ".sql")
        and (SHAPING_FOLDERS & set(file.parts) or (file.parent / "apps.py").exists())
    ]
    for file in [ROOT / "requirements" / "run.txt", ROOT / "loyalty" / "settings.py", *files]:
        digest.update(os.fsencode(file.relative_to(ROOT)) + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def template_name() -> str:
    """The template database for the code as it is now."""
    return f"laurel_template_{fingerprint()}"


def connect(database: str = "postgres") -> psycopg.Connection:
    """An autocommit connection to a database of the test server."""
    entry = addresses.database(os.environ["DATABASE_URL"])
    return psycopg.connect(
        host=entry["HOST"],
        port=entry["PORT"] or None,
        user=entry["USER"] or None,
        password=entry.get("PASSWORD") or None,
        dbname=database,
        autocommit=True,
        **entry.get("OPTIONS", {}),
    )


def prepare() -> str:
    """Make the template unless an earlier run left the right one; drop those of older code.

    The first xdist worker here makes it while the others wait at an advisory lock.
    """
    name = template_name()
    with connect() as server:
        server.execute("SELECT pg_advisory_lock(hashtext('laurel test template'))")
        if server.info.server_version < OLDEST_SUPPORTED:
            raise pytest.UsageError("The tests need PostgreSQL 15 or newer.")
        found = server.execute("SELECT datname, datistemplate FROM pg_database").fetchall()
        for database, is_template in found:
            if database == name and is_template:
                return name
            if database.startswith("laurel_template_") and "LAUREL_TEST_SLOT" in os.environ:
                drop(server, database)
        drop(server, name)
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        _migrate(name)
        server.execute(
            sql.SQL("ALTER DATABASE {} WITH IS_TEMPLATE true").format(sql.Identifier(name))
        )
    return name


def _migrate(database: str) -> None:
    """Migrate in a process of its own: Django here must not have a connection to the template."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database}").geturl()
    answer = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity=0", "--skip-checks"],
        env=os.environ | {"DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        raise pytest.UsageError(f"Migrations failed:\n{answer.stdout}\n{answer.stderr}")


def drop(server: psycopg.Connection, database: str) -> None:
    """Drop a database, whoever is connected to it."""
    name = sql.Identifier(database)
    with contextlib.suppress(psycopg.errors.InvalidCatalogName):
        server.execute(sql.SQL("ALTER DATABASE {} WITH IS_TEMPLATE false").format(name))
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))


def clone(server: psycopg.Connection, database: str, template: str) -> None:
    """Make `database` a fresh copy of `template`."""
    drop(server, database)
    # Copying files needs checkpoints: dear on a server with fsync, twice as fast on one without.
    strategy = "file_copy" if "LAUREL_TEST_SLOT" in os.environ else "wal_log"
    server.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY {}").format(
            sql.Identifier(database), sql.Identifier(template), sql.SQL(strategy)
        )
    )


def worker_database() -> str:
    """The database of this process: one per run and xdist worker."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))[-8:]
    return f"laurel_test_{run}_{worker}"


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: object) -> Iterator[None]:
    """Replaces pytest-django's: a clone of the template instead of a migration per worker.

    A test with `transaction=True` leaves rows behind, and history may not be truncated; so after it
    the clone is made anew instead of flushed.
    """
    from django.db import connections
    from django.test import TransactionTestCase

    template = prepare()
    name = worker_database()
    connection = connections["default"]

    def renew(*_: object) -> None:
        connections.close_all()
        with connect() as server:
            clone(server, name, template)

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        renew()
        connection.settings_dict["NAME"] = name
    TransactionTestCase._fixture_teardown = renew
    yield
    with django_db_blocker.unblock(), connect() as server:  # type: ignore[attr-defined]
        connections.close_all()
        drop(server, name)
