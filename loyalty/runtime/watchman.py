"""Ends what the launcher started when the launcher itself was killed.

A fork of the launcher that waits at the end of a pipe. As long as the launcher lives, the pipe is
open; when it closes, the programs have been sent their death signals by the kernel already, and the
watchman sees to it that they go, with everything they started in turn.
"""

import contextlib
import os
import signal
import time

from loyalty.runtime import processes

PATIENCE = 6.0


class Watchman:
    """The launcher's side: tells the watchman which sessions there are to end."""

    def __init__(self) -> None:
        """Fork. Call it before any thread or other program is started."""
        reading, self._writing = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._writing)
            try:
                _watch(reading)
            finally:
                os._exit(0)
        os.close(reading)

    def started(self, session: int) -> None:
        """This session exists from now on."""
        self._tell(f"+{session}\n")

    def ended(self, session: int) -> None:
        """This session is over; its number may come to mean something else."""
        self._tell(f"-{session}\n")

    def _tell(self, line: str) -> None:
        with contextlib.suppress(BrokenPipeError):
            os.write(self._writing, line.encode())

    def dismiss(self) -> None:
        """Everything has ended: the watchman goes too."""
        os.close(self._writing)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._pid, 0)


def _watch(reading: int) -> None:
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sessions: set[int] = set()
    with os.fdopen(reading) as lines:
        for line in lines:
            if line[0] == "+":
                sessions.add(int(line[1:]))
            else:
                sessions.discard(int(line[1:]))
    _end(sessions)


def _end(sessions: set[int]) -> None:
    deadline = time.monotonic() + PATIENCE
    while sessions and time.monotonic() < deadline:
        sessions = {session for session in sessions if processes.session_members(session)}
        time.sleep(0.1)
    for session in sessions:
        processes.kill_session(session)
