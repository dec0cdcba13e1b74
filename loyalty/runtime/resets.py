"""Starting the demo anew: asked for by a file, done by the launcher, which owns the database (ADR 46).

Imported by the launcher and by the web, so it imports nothing of Django's.
"""

import contextlib
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import psycopg
from psycopg import sql

from loyalty.runtime import environment
from loyalty.runtime.faults import Fault


class Loaded(Protocol):
    """What remembers that the demo has been loaded."""

    def forget(self) -> None: ...


#: Its being there asks for a reset, until the database is empty.
REQUEST = "demo_reset"
#: Its being there says that this installation has served a programme of somebody's own.
SERIOUS = "served_without_demo"
#: Who wrote the first row of the audit trail where a database began as the demo.
LOADER = "load_demo"
#: What belongs to the demo beside its database.
FILES = ("checkpoints.jsonl", "erasures.jsonl")
FOLDERS = ("demo", "private", "media", "mail")


def ask(var: Path) -> bool:
    """Ask for a reset; False when one is asked for already."""
    try:
        os.close(os.open(var / REQUEST, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return False
    return True


def is_asked(var: Path) -> bool:
    """Whether one is asked for, and not done yet; by a link that leads nowhere as well, as `ask` sees it."""
    return os.path.lexists(var / REQUEST)


def answered(var: Path) -> None:
    """It is done, or will not be done."""
    (var / REQUEST).unlink(missing_ok=True)


def obstacle(var: Path) -> str:
    """Why this installation is never reset, by how it was started; empty when it may be."""
    if not environment.is_demo():
        return "this is not the demo"
    if os.environ.get("DATABASE_URL"):
        return "the database is one of your own (DATABASE_URL)"
    if os.environ.get("CHECKPOINTS"):
        return "its seals are kept elsewhere (CHECKPOINTS)"
    for name in (*FILES, *FOLDERS):
        if (var / name).is_symlink():
            return f"what belongs to it is kept elsewhere ({var / name} is a link)"
    if (var / SERIOUS).exists():
        return "it has served a programme of your own (DEMO=0)"
    return ""


def began_as_demo(settings: Mapping[str, str]) -> bool:
    """Whether the database began as the demo, by the first row of its audit trail, which nobody can change.
    An empty one did not begin yet."""
    with environment.connect(settings) as connection:
        try:
            found = connection.execute(
                "SELECT actor_kind, actor_name FROM members_auditrow ORDER BY id LIMIT 1"
            ).fetchone()
        except psycopg.errors.UndefinedTable:
            return True
    return found is None or found == ("system", LOADER)


def remember_seriousness(var: Path) -> None:
    """From now on what is here may be somebody's own; it is never reset."""
    try:
        (var / SERIOUS).touch()
    except OSError as error:
        raise Fault(f"{var / SERIOUS} cannot be written: {error.strerror}.") from error


def carry_out(
    var: Path, *, connect: Callable[[str], psycopg.Connection], name: str, demo: Loaded
) -> None:
    """Empty the database and remove what lies beside it. Ended anywhere in between it is begun again at the
    next start, for the request goes last; from then on the database is empty and the demo is to be loaded.
    """
    demo.forget()
    with connect("postgres") as server:
        database = sql.Identifier(name)
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))
        server.execute(sql.SQL("CREATE DATABASE {}").format(database))
    remove_files(var)
    answered(var)


def remove_files(var: Path) -> None:
    """What lies beside the database. What is gone already stays gone; what cannot be removed is a fault, for
    people were promised that it goes."""
    for name in FILES:
        (var / name).unlink(missing_ok=True)
    for name in FOLDERS:
        with contextlib.suppress(FileNotFoundError):
            for found in (var / name).iterdir():
                if found.is_dir() and not found.is_symlink():
                    shutil.rmtree(found)
                else:
                    found.unlink(missing_ok=True)
