"""Watches the parts: a crashed one is restarted twice, then everything stops with the reason."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from loyalty.runtime import logs
from loyalty.runtime.faults import Fault
from loyalty.runtime.parts import Part, Program
from loyalty.runtime.watchman import Watchman

RESTARTS = 2
FORGIVEN_AFTER = 60.0  # a part that ran this long counts as sound again


@dataclass
class _Watched:
    part: Part
    started: float
    crashes: int = 0


@dataclass
class Supervisor:
    """Starts parts in order, restarts the crashed, stops all in the opposite order."""

    say: Callable[[str], None]
    watchman: Watchman
    restarts: int = field(default_factory=lambda: whole_number("LAUREL_RESTARTS", RESTARTS))
    _watched: dict[str, _Watched] = field(default_factory=dict)

    @property
    def has_parts(self) -> bool:
        """Whether there is anything to stop."""
        return bool(self._watched)

    def start(self, name: str, part: Part) -> None:
        """Start a part and keep it running from now on."""
        self._watched[name] = _Watched(part, time.monotonic())
        self._start(part)

    def _start(self, part: Part) -> None:
        try:
            part.start()
        finally:
            if part.process is not None:
                self.watchman.started(part.process.pid)

    def check(self) -> None:
        """Restart what has crashed; raises Fault when that happened too often."""
        for name, watched in self._watched.items():
            process = watched.part.process
            if process is None or process.poll() is None:
                continue
            reason = f"{describe_end(process.returncode)}: {logs.last_words(watched.part.log)}"
            self._end(watched.part)
            if time.monotonic() - watched.started > FORGIVEN_AFTER:
                watched.crashes = 0
            watched.crashes += 1
            if watched.crashes > self.restarts:
                raise Fault(
                    f"{name} stopped for the {watched.crashes}. time ({reason}); "
                    f"see {watched.part.log}."
                )
            self.say(f"{name} stopped ({reason}); restart {watched.crashes} of {self.restarts}.")
            watched.started = time.monotonic()
            self._start(watched.part)

    def _end(self, part: Part) -> None:
        if part.process is not None:
            session = part.process.pid
            part.stop()  # the part itself may be gone, its children not
            self.watchman.ended(session)

    def stop(self, name: str) -> None:
        """Stop one part, and watch it no more."""
        self._end(self._watched.pop(name).part)

    def stop_all(self) -> None:
        """Stop every part: our programs at once, then the services they use, last started first."""
        for watched in self._watched.values():
            if isinstance(watched.part, Program):
                watched.part.ask_to_stop()
        for watched in reversed(self._watched.values()):
            self._end(watched.part)
        self._watched.clear()


def whole_number(name: str, otherwise: int) -> int:
    """A setting that is a whole number; raises Fault when it is something else."""
    text = os.environ.get(name) or str(otherwise)
    if not text.isdigit():
        raise Fault(f"{name} must be a whole number, not {text!r}.")
    return int(text)


def describe_end(code: int) -> str:
    """An exit code in words."""
    if code < 0:
        try:
            return f"killed by {signal.Signals(-code).name}"
        except ValueError:
            return f"killed by signal {-code}"
    return f"exit code {code}"
