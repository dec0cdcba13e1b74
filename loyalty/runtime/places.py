"""Which folders an installation uses, and why it is sometimes not `var/`."""

import os
import secrets
import shutil
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from loyalty.runtime import addresses, faults, postgres, processes
from loyalty.runtime.faults import Fault

NEW_NEEDS = 600 * 2**20
LONGEST_SHORT_FOLDER = 70
NOTHING_LEFT = 4 * 2**20
EXISTING_NEEDS = 100 * 2**20
PUBLIC_FOLDERS = (
    Path("/var/lib"),
    Path("/var/tmp"),  # noqa: S108 - what we make there is checked to be ours before its use
    Path("/tmp"),  # noqa: S108 - likewise checked
)


@dataclass
class Places:
    """The folders of one installation. `notes` says, in sentences, what is not where it usually is."""

    var: Path
    home: Path
    sockets: Path
    programs: Path | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def logs(self) -> Path:
        """One log file for each part."""
        return self.var / "log"

    @property
    def postgres(self) -> Path:
        """The embedded database."""
        return self.home / "postgres"


def find(account: processes.Account | None) -> Places:
    """Choose and make the folders; raises Fault when there is no place for them."""
    var = addresses.var()
    try:
        for folder in (var, var / "log", var / "mail", var / "media"):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise faults.from_os_error(error, f"making the folder {var}") from error
    places = Places(var=var, home=var, sockets=var / "run")
    _find_home(places, account)
    _find_sockets(places, account)
    _check_space(places)
    return places


def _mark(var: Path) -> str:
    return sha256(os.fsencode(var)).hexdigest()[:10]


def _find_home(places: Places, account: processes.Account | None) -> None:
    """Where the database's user can reach its files. Noted in `var`, and kept from then on.

    The name is drawn, so that a later clone at the same path does not meet this one's data.
    """
    if account is None or processes.can_reach(account, places.var):
        return
    note = places.var / "home"
    kept = [Path(note.read_text().strip())] if note.exists() else []
    mark = secrets.token_hex(5)
    for home in kept or [parent / f"laurel-{mark}" for parent in PUBLIC_FOLDERS]:
        if _make_ours(home) and processes.can_reach(account, home):
            break
    else:
        raise Fault(
            f"PostgreSQL runs as the user {account.name}, who can enter neither {places.var} nor "
            "any other folder found; set LAUREL_VAR to a folder everybody may enter."
        )
    note.write_text(f"{home}\n")
    places.home, places.sockets = home, home / "run"
    places.notes.append(
        f"The user {account.name}, whom PostgreSQL runs as, cannot enter {places.var}, "
        f"so the database is in {home}."
    )


def _make_ours(folder: Path) -> bool:
    """Make a folder in a public place; False when it is not surely ours."""
    try:
        folder.mkdir(mode=0o711, exist_ok=True)
        stat = folder.lstat()
        if folder.is_symlink() or not folder.is_dir() or stat.st_uid != os.geteuid():
            return False
        folder.chmod(0o711)
    except OSError:
        return False
    return True


def _find_sockets(places: Places, account: processes.Account | None) -> None:
    """Where a socket's path is short enough for the kernel."""
    socket = places.sockets / f".s.PGSQL.{postgres.PORT}"
    if len(os.fsencode(socket)) <= postgres.LONGEST_SOCKET_PATH:
        return
    sentence = (
        f"The path {places.sockets} is too long for a unix socket "
        f"(over {postgres.LONGEST_SOCKET_PATH} bytes)"
    )
    for parent in (Path(os.environ.get("XDG_RUNTIME_DIR") or "/run"), *PUBLIC_FOLDERS[::-1]):
        short = parent / f"laurel-{os.geteuid()}-{_mark(places.var)}"
        is_short = len(os.fsencode(short)) < LONGEST_SHORT_FOLDER
        if is_short and _make_ours(short) and processes.can_reach(account, short):
            places.sockets = short / "run"
            places.notes.append(f"{sentence}, so the sockets are in {places.sockets}.")
            return
    raise Fault(f"{sentence}; clone to a shorter path or set LAUREL_VAR to a shorter folder.")


def _check_space(places: Places) -> None:
    needed = EXISTING_NEEDS if (places.postgres / "created").exists() else NEW_NEEDS
    for folder in dict.fromkeys((places.home, places.var)):
        free = shutil.disk_usage(folder).free
        if free < needed:
            raise Fault(
                f"The disk is full: {folder} has {free // 2**20} MB left "
                f"and {needed // 2**20} MB are needed."
            )


def full_disk(var: Path) -> str:
    """The sentence that explains whatever else went wrong, when the disk has filled up; else ''."""
    try:
        free = shutil.disk_usage(var).free
    except OSError:
        return ""
    if free > NOTHING_LEFT:
        return ""
    return f"The disk is full: {var} has {free // 2**20} MB left. Free some and start again."
