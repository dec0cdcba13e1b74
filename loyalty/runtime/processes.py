"""Starting and stopping other programs so that none outlives us."""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Account:
    """An operating-system user that a program runs as."""

    name: str
    uid: int
    gid: int


def unprivileged_account() -> Account | None:
    """Whom PostgreSQL runs as: None (ourselves) for an ordinary user, `nobody` for root."""
    if os.geteuid() != 0:
        return None
    for name in ("nobody", "daemon"):
        with contextlib.suppress(KeyError):
            found = pwd.getpwnam(name)
            return Account(found.pw_name, found.pw_uid, found.pw_gid)
    return Account("65534", 65534, 65534)


def current_user_name() -> str:
    """The name of the user we run as, as `peer` authentication sees it."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def can_reach(account: Account | None, path: Path) -> bool:
    """Whether that user may enter (or run) `path`, asked of the kernel as that user."""
    if account is None:
        return os.access(path, os.X_OK)
    answer = subprocess.run(
        ["/usr/bin/env", "test", "-x", str(path)], **identity(account), cwd="/", check=False
    )
    return answer.returncode == 0


def identity(account: Account | None) -> dict:
    """The keywords that make `subprocess` run a program as `account`."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def die_with_parent(death_signal: int) -> Callable[[], None]:
    """A `preexec_fn`: the kernel sends `death_signal` to the program when its parent dies.

    It takes effect after the change of user, which would clear it.
    """
    parent = os.getpid()

    def arrange() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the line above
            os._exit(1)

    return arrange


def spawn(
    command: list[str],
    *,
    log: IO[bytes] | int,
    account: Account | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | str = "/",
    death_signal: int = signal.SIGTERM,
) -> subprocess.Popen:
    """Start a program in a process group of its own. Call it from the main thread only:

    the kernel's death signal is tied to the thread that started the program.
    """
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        env=dict(environment) if environment is not None else None,
        cwd=folder,
        process_group=0,
        preexec_fn=die_with_parent(death_signal),
        **identity(account),
    )


def is_running(pid: int) -> bool:
    """Whether a process with this id exists and is not just waiting to be reaped."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return False
    return state != "Z"


def wait_until_gone(pids: Iterable[int], seconds: float) -> bool:
    """Wait until none of these processes runs; False when time ran out."""
    waiting = list(pids)
    deadline = time.monotonic() + seconds
    while waiting := [pid for pid in waiting if is_running(pid)]:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def signal_group(group: int, number: int) -> None:
    """Send a signal to a whole process group, which may be gone already."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
