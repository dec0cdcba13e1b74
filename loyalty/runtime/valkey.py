"""Our own launcher of the embedded Valkey: the broker's doorbell and the shared cache."""

import contextlib
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from loyalty.runtime import carriers, logs, processes
from loyalty.runtime.faults import Fault

STOPPING = ((signal.SIGTERM, 10),)


@dataclass
class Valkey:
    """A Valkey on a unix socket only, which appends every command to a file before it forgets it."""

    folder: Path
    socket: Path
    log: Path
    process: subprocess.Popen | None = None

    def start(self, *, seconds: float = 30) -> None:
        """Start the server and wait until it answers PING."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._end_leftover()
        with self.log.open("ab") as log:
            self.process = processes.spawn(self._command(), output=log, folder=self.folder)
        (self.folder / "pid").write_text(str(self.process.pid))
        deadline = time.monotonic() + seconds
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Fault(f"Valkey did not start: {logs.last_words(self.log)}")
            time.sleep(0.02)

    def _command(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "daemonize": "no",
            "maxmemory": "256mb",
            "maxmemory-policy": "volatile-lru",  # the cache may lose entries, the queue may not
        }
        options = [word for name, value in settings.items() for word in (f"--{name}", value)]
        return [str(carriers.valkey_server()), *options]

    def answers(self) -> bool:
        """Whether the server is there and has read its file."""
        return self._asked(b"PING").startswith(b"+PONG")

    def forget_all(self) -> None:
        """Empty the cache and the queue of bells; nothing depends on either."""
        self._asked(b"FLUSHALL")

    def _asked(self, command: bytes) -> bytes:
        """The answer to a command; empty when there is none."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            client.connect(str(self.socket))
            client.sendall(command + b"\r\n")
            return client.recv(16)
        return b""

    def _end_leftover(self) -> None:
        """Stop the server of a run that was killed: two would write one file."""
        with contextlib.suppress(OSError, ValueError):
            pid = int((self.folder / "pid").read_text())
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            if b"valkey-server" in command:
                processes.send(pid, signal.SIGTERM)
                processes.wait_until_gone([pid], 10)
        self.socket.unlink(missing_ok=True)

    def stop(self) -> None:
        """Stop after the file is on disk."""
        if self.process is not None:
            processes.end(self.process, STOPPING)
            self.process = None
