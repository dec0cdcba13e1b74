"""Every way in which somebody asks the launcher to stop."""

import os
import signal
from pathlib import Path

from loyalty.runtime import processes

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interruptions:
    """Ctrl-C, SIGTERM, a closed terminal, and an interrupted `make`.

    `make` passes SIGTERM on, but neither a SIGINT or SIGHUP sent to it alone nor its own violent
    death. The kernel tells us of the last; the others show in that `make`, while it waits for us to
    end, no longer catches the signal it was sent.
    """

    def __init__(self, *, started_by_make: bool) -> None:
        self.bell, self._ringing = os.pipe()
        os.set_blocking(self.bell, False)
        os.set_blocking(self._ringing, False)
        self._is_asked = False
        self._make: int | None = None
        for number in _STOPPING:
            signal.signal(number, self._ask)
        signal.set_wakeup_fd(self._ringing, warn_on_full_buffer=False)
        if started_by_make:
            self._make = os.getppid()
            self._caught_by_make = _caught(self._make)
            processes.ask_for_death_signal(signal.SIGTERM)

    def _ask(self, *_: object) -> None:
        self._is_asked = True

    def check(self) -> None:
        """Raise KeyboardInterrupt when somebody asked."""
        if self._make is not None and self._caught_by_make & ~_caught(self._make):
            self._is_asked = True
        if self._is_asked:
            raise KeyboardInterrupt

    def ignore(self) -> None:
        """From now on we are stopping: a second Ctrl-C must not leave anything behind."""
        for number in _STOPPING:
            signal.signal(number, signal.SIG_IGN)


def _caught(pid: int) -> int:
    """Those of the stopping signals that a process has a handler for, as a bit mask."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    line = next((line for line in status.splitlines() if line.startswith("SigCgt:")), "SigCgt: 0")
    ours = sum(1 << (number - 1) for number in _STOPPING)
    return int(line.split()[1], 16) & ours
