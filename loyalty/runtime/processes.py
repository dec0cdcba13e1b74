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
        ["/usr/bin/env", "test", "-x", str(path)], cwd="/", check=False, **identity(account)
    )
    return answer.returncode == 0


def identity(account: Account | None) -> dict:
    """The keywords that make `subprocess` run a program as `account`."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def ask_for_death_signal(number: int) -> None:
    """Have the kernel send us `number` when our parent dies."""
    _libc.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)


def die_with_parent(death_signal: int) -> Callable[[], None]:
    """A `preexec_fn`: the kernel sends `death_signal` to the program when its parent dies.

    It runs after the change of user, which would clear the wish.
    """
    parent = os.getpid()

    def arrange() -> None:
        ask_for_death_signal(death_signal)
        if os.getppid() != parent:  # the parent died before the line above
            os._exit(1)

    return arrange


def spawn(
    command: list[str],
    *,
    output: IO[bytes] | int,
    errors: IO[bytes] | int = subprocess.STDOUT,
    account: Account | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | str = "/",
    death_signal: int = signal.SIGTERM,
) -> subprocess.Popen:
    """Start a program in a session of its own, out of reach of the terminal's Ctrl-C.

    Call it from the main thread only: the death signal is tied to the thread that starts.
    """
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=errors,
        env=dict(environment) if environment is not None else None,
        cwd=folder,
        start_new_session=True,
        preexec_fn=die_with_parent(death_signal),
        **identity(account),
    )


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat from the state on; empty when there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def is_running(pid: int) -> bool:
    """Whether a process with this id exists and is not just waiting to be reaped."""
    fields = _stat(pid)
    return bool(fields) and fields[0] not in "ZX"


def session_members(session: int) -> list[int]:
    """The running processes of a session: a program and whatever it started."""
    members = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = _stat(int(entry.name))
            if fields and fields[0] not in "ZX" and int(fields[3]) == session:
                members.append(int(entry.name))
    return members


def working_in(folder: Path) -> list[int]:
    """The processes whose current folder this is, as far as we may look."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if (entry / "cwd").readlink() == folder:
                    found.append(int(entry.name))
    return found


def wait_until_gone(pids: Iterable[int], seconds: float) -> bool:
    """Wait until none of these processes runs; False when time ran out."""
    waiting = list(pids)
    deadline = time.monotonic() + seconds
    while waiting := [pid for pid in waiting if is_running(pid)]:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def send(pid: int, number: int) -> None:
    """Send a signal to a process that may be gone already."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def kill_session(session: int) -> None:
    """End what is left of a session, without asking."""
    for _ in range(50):
        left = session_members(session)
        if not left:
            return
        for pid in left:
            send(pid, signal.SIGKILL)
        wait_until_gone(left, 0.2)


def end(process: subprocess.Popen, steps: Iterable[tuple[int, float]]) -> None:
    """Stop a program by `steps` of (signal or 0, seconds to wait), then what it left behind."""
    for number, seconds in steps:
        if process.poll() is not None:
            break
        if number:
            send(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    kill_session(process.pid)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5)
