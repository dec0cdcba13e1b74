"""The parts of a running installation and how each is started and stopped."""

import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from loyalty.runtime import addresses, processes


class Part(Protocol):
    """Something that is started, watched, restarted and stopped."""

    log: Path
    process: subprocess.Popen | None

    def start(self) -> None: ...

    def stop(self) -> None: ...


@dataclass
class Program:
    """A part that is one Python program of ours."""

    command: list[str]
    log: Path
    environment: Mapping[str, str]
    patience: float = 5
    process: subprocess.Popen | None = field(default=None, init=False)
    _is_asked: bool = field(default=False, init=False)

    def start(self) -> None:
        """Start it; whether it works shows later."""
        self._is_asked = False
        with self.log.open("ab") as log:
            self.process = processes.spawn(
                [sys.executable, "-m", *self.command],
                output=log,
                environment=self.environment,
                folder=addresses.ROOT,
            )

    def ask_to_stop(self) -> None:
        """Ask once, without waiting: a second request would make Celery drop what it is doing."""
        if self.process is not None and not self._is_asked:
            self._is_asked = True
            processes.send(self.process.pid, signal.SIGTERM)

    def stop(self) -> None:
        """Ask it to stop; after `patience` seconds end it."""
        self.ask_to_stop()
        if self.process is not None:
            processes.end(self.process, [(0, self.patience)])
            self.process = None


def web(port: int, log: Path, environment: Mapping[str, str]) -> Program:
    """Granian with two WSGI workers on the loopback address."""
    options = {
        "--interface": "wsgi",
        "--host": "127.0.0.1",
        "--port": str(port),
        "--workers": "2",
        "--blocking-threads": "4",
        "--http": "1",
        "--workers-kill-timeout": "4",
    }
    words = [word for pair in options.items() for word in pair]
    flags = ["--no-ws", "--respawn-failed-workers", "--log-level", "warning"]
    return Program(["granian", *words, *flags, "loyalty.wsgi:application"], log, environment)


def worker(log: Path, environment: Mapping[str, str]) -> Program:
    """Celery's worker: two processes, one job in hand each."""
    options = ["--concurrency=2", "--prefetch-multiplier=1", "--without-gossip", "--without-mingle"]
    command = ["celery", "--app=loyalty.celery", "worker", "--loglevel=INFO", *options]
    return Program(command, log, environment, patience=10)


def beat(log: Path, environment: Mapping[str, str]) -> Program:
    """Celery's alarm clock, which reads the timetable from the database."""
    options = ["--pidfile=", "--loglevel=INFO"]
    return Program(["celery", "--app=loyalty.celery", "beat", *options], log, environment)
