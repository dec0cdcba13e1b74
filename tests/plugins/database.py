"""Real PostgreSQL for every test run, without asking anybody to install one.

Loaded with `-p` before Django reads its settings. Unless `DATABASE_URL` is set, it starts an
embedded server of its own (never the one of `make run`), in a short private folder that outlives the
run so that the next one is quick. Migrations run once into a template database, named after a fingerprint
of everything that shapes it; each xdist worker tests in a clone of that template.

Two runs of one clone at the same time take different slots. The server dies with pytest, however
pytest dies.
"""

import atexit
import fcntl
import os
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
EMBEDDED = "LAUREL_TEST_SLOT" in os.environ or not os.environ.get("DATABASE_URL")

# What the suite must be independent of: the shell it is started from.
os.environ.update(
    {
        "LAUREL_TEST": "1",
        "DEBUG": "0",
        "LAUREL_DEMO": "0",
        "SECURE": "0",
        "SECRET_KEY": "only-for-tests-" + "0123456789abcdef" * 4,
        "CELERY_BROKER_URL": "memory://",
        "CACHE_URL": "",
        "EMAIL_URL": "memory://",
        "DJANGO_SETTINGS_MODULE": "loyalty.settings",
    }
)
for name in ("LAUREL_DB_ROLE", "PROGRAMME_NAME", "PROGRAMME_TIME_ZONE", "PROGRAMME_CURRENCY"):
    os.environ.pop(name, None)

# Safe to lose: a test database is made anew from the template.
FAST_AND_FORGETFUL = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "1h",
    "shared_buffers": "128MB",
    "max_connections": "100",
    "autovacuum": "off",
}


@dataclass
class Slot:
    """A folder with a test server, held by one pytest run through a lock on its file."""

    folder: Path
    lock: IO[bytes]


def _home() -> Path:
    """The folder of this clone's test servers: short, ours alone, reachable for their user."""
    from loyalty.runtime import processes

    clone = sha256(os.fsencode(ROOT)).hexdigest()[:8]
    account = processes.unprivileged_account()
    for parent in dict.fromkeys([tempfile.gettempdir(), "/tmp", "/var/tmp"]):
        home = Path(parent) / f"laurel-tests-{os.geteuid()}-{clone}"
        home.mkdir(mode=0o711, parents=True, exist_ok=True)
        stat = home.lstat()
        is_ours = home.is_dir() and not home.is_symlink() and stat.st_uid == os.geteuid()
        if is_ours and len(str(home)) < 70 and processes.can_reach(account, home):
            home.chmod(0o711)
            return home
    raise pytest.UsageError("No temporary folder is short and reachable enough; set TMPDIR.")


def take_slot() -> Slot:
    """The first slot that no other run holds."""
    home = _home()
    for number in range(50):
        folder = home / str(number)
        lock = (home / f"{number}.lock").open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        return Slot(folder, lock)
    raise pytest.UsageError(f"Fifty test runs hold {home}.")


SLOT: Slot | None = None
if EMBEDDED and not IS_WORKER:
    SLOT = take_slot()
    os.environ["LAUREL_TEST_SLOT"] = str(SLOT.folder)
    os.environ["LAUREL_VAR"] = str(SLOT.folder.with_suffix(".var"))
    os.environ["DATABASE_URL"] = f"postgresql://laurel@/laurel?host={SLOT.folder / 'run'}&port=5432"


def pytest_configure(config: pytest.Config) -> None:
    """Start the server in the process that leads the run; the template waits for its first user."""
    if SLOT is not None and not config.option.collectonly:
        _start(SLOT)


def _start(slot: Slot) -> None:
    from loyalty.runtime import carriers, postgres, processes

    cluster = postgres.Cluster(
        folder=slot.folder,
        sockets=slot.folder / "run",
        log=slot.folder.with_suffix(".log"),
        settings=FAST_AND_FORGETFUL,
    )
    (slot.folder.with_suffix(".var") / "static").mkdir(parents=True, exist_ok=True)
    if not processes.can_reach(cluster.account, cluster.programs / "postgres"):
        cluster.programs = carriers.copy_postgres(slot.folder.parent / "postgresql")
    cluster.log.unlink(missing_ok=True)
    if not cluster.is_created:
        cluster.create()
    atexit.register(cluster.stop)
    try:
        cluster.start()
    except Exception:  # without fsync a crash of the machine may have spoilt it: begin anew
        cluster.stop()
        cluster.create()
        cluster.start()
