"""Loads the demo once, while the web already answers, and tells who may sign in."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

from loyalty.runtime import addresses, logs, processes, signins
from loyalty.runtime.watchman import Watchman

LOOK_AGAIN = 2.0


class Demo:
    """`manage.py load_demo` in the background. Loading is resumed at the next start if cut short."""

    def __init__(
        self,
        var: Path,
        environment: Mapping[str, str],
        watchman: Watchman,
        say: Callable[[str], None],
    ) -> None:
        database = sha256(environment["DATABASE_URL"].encode()).hexdigest()[:12]
        self._done = var / f"demo_loaded-{database}"
        self._log = var / "log" / "demo.log"
        self._environment = environment
        self._watchman = watchman
        self._say = say
        self._process: subprocess.Popen | None = None
        self._text = b""
        self._has_told = True
        self._looked = 0.0

    def begin(self) -> None:
        """Start loading unless an earlier start has finished it."""
        self._has_told = False
        if not self._done.exists() and signins.has_demo():
            with self._log.open("wb") as log:
                self._process = processes.spawn(
                    [sys.executable, "manage.py", "load_demo"],
                    output=subprocess.PIPE,
                    errors=log,
                    environment=self._environment,
                    folder=addresses.ROOT,
                )
            self._watchman.started(self._process.pid)
            assert self._process.stdout is not None
            os.set_blocking(self._process.stdout.fileno(), False)
        self.follow()

    def outputs(self) -> list[int]:
        """What to wait for besides time."""
        if self._process is None or self._process.stdout is None:
            return []
        return [self._process.stdout.fileno()]

    def follow(self) -> None:
        """Pass on the loader's lines, notice its end, and tell of the sign-ins when they exist."""
        if self._process is not None:
            self._pass_on()
            if self._process.poll() is not None:
                self._finish(self._process)
        self._tell_sign_ins()

    def _pass_on(self) -> None:
        assert self._process is not None and self._process.stdout is not None
        while chunk := self._read(self._process.stdout.fileno()):
            self._text += chunk.replace(b"\r", b"\n")
        *lines, self._text = self._text.split(b"\n")
        for line in lines:
            if line.strip():
                self._say(f"{'demo':10} {line.decode(errors='replace').rstrip()}")

    @staticmethod
    def _read(descriptor: int) -> bytes:
        try:
            return os.read(descriptor, 65536)
        except BlockingIOError:
            return b""

    def _finish(self, process: subprocess.Popen) -> None:
        code = process.returncode
        self._watchman.ended(process.pid)
        if code == 0:
            self._done.touch()
        else:
            reason = logs.last_words(self._log, lines=1)
            self._say(f"{'demo':10} not loaded ({reason}; see {self._log}); the next start goes on")
        assert process.stdout is not None
        process.stdout.close()
        self._process = None

    def _tell_sign_ins(self) -> None:
        if self._has_told or time.monotonic() - self._looked < LOOK_AGAIN:
            return
        self._looked = time.monotonic()
        found = signins.existing(self._environment)
        if not found and self._process is not None:
            return
        for line in signins.lines(found, addresses.demo_password()):
            self._say(line)
        self._has_told = True

    def forget(self) -> None:
        """It is to be loaded anew, at the next `begin`."""
        self._done.unlink(missing_ok=True)

    def stop(self) -> None:
        """Stop loading; the next start goes on."""
        if self._process is not None:
            processes.end(self._process, [(signal.SIGTERM, 5)])
            self._watchman.ended(self._process.pid)
            self._process = None
