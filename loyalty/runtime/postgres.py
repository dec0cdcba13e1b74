"""Our own launcher of the embedded PostgreSQL: a unix socket, no TCP, tuned when created."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from loyalty.runtime import carriers, logs, processes
from loyalty.runtime.faults import Fault

OWNER = "laurel"
PORT = "5432"
LONGEST_SOCKET_PATH = 100  # the kernel allows 107 bytes; PostgreSQL's lock file needs a few more

STOPPING = ((signal.SIGINT, 30), (signal.SIGQUIT, 10))

# Durable commits stay on here; only the tests switch them off.
TUNING = {
    "wal_buffers": "16MB",
    "max_wal_size": "2GB",
    "min_wal_size": "256MB",
    "checkpoint_timeout": "15min",
    "checkpoint_completion_target": "0.9",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_connections": "80",
}
# No personal data in logs: neither values of a failed constraint nor the text of a statement.
QUIET_LOG = {
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_line_prefix": "%m [%p] ",
    "log_timezone": "UTC",
    "timezone": "UTC",
}


def shared_buffers(memory_bytes: int) -> str:
    """An eighth of the memory, between 128 MB and 1 GB."""
    megabytes = min(1024, max(128, memory_bytes // 8 // 2**20))
    return f"{megabytes}MB"


def machine_memory() -> int:
    """The machine's memory in bytes."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


@dataclass
class Cluster:
    """One PostgreSQL installation: a data folder, a socket folder and the server with both open.

    `folder` must be empty or missing at first; everything of the cluster lies in it.
    """

    folder: Path
    sockets: Path
    log: Path
    account: processes.Account | None = field(default_factory=processes.unprivileged_account)
    settings: Mapping[str, str] = field(default_factory=dict)
    programs: Path = field(default_factory=carriers.postgres_programs)
    process: subprocess.Popen | None = None

    @property
    def pages(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.folder / "data"

    @property
    def is_created(self) -> bool:
        """Whether an earlier `create` came to its end."""
        return (self.folder / "created").exists()

    @property
    def socket_path(self) -> Path:
        """The socket that clients connect to."""
        return self.sockets / f".s.PGSQL.{PORT}"

    def create(self) -> None:
        """Make the cluster (`initdb`) and tune it. A half-made one is thrown away first."""
        if self.pages.exists():
            shutil.rmtree(self.pages)
        self._make_private(self.folder)
        answer = subprocess.run(
            [
                str(self.programs / "initdb"),
                f"--pgdata={self.pages}",
                f"--username={OWNER}",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--locale=C.UTF-8",
                "--auth=peer",
                "--no-instructions",
                "--no-sync",
            ],
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
            **processes.identity(self.account),
        )
        if answer.returncode:
            raise Fault(f"initdb failed: {logs.brief(answer.stderr)}")
        self._write_settings()
        self._write_access()
        (self.folder / "created").touch()

    def _make_private(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.account is not None:
            os.chown(folder, self.account.uid, self.account.gid)
        folder.chmod(0o700)

    def _write_settings(self) -> None:
        chosen = (
            TUNING
            | {"shared_buffers": shared_buffers(machine_memory())}
            | QUIET_LOG
            | {"listen_addresses": "", "port": PORT}
            | dict(self.settings)
        )
        lines = [f"{name} = '{value}'" for name, value in chosen.items()]
        with (self.pages / "postgresql.conf").open("a") as file:
            file.write("\n# Chosen by Laurel when this database was created\n")
            file.write("\n".join(lines) + "\n")

    def _write_access(self) -> None:
        """Only the user who started us (and root) may connect, as any role, through the socket."""
        (self.pages / "pg_hba.conf").write_text("local all all peer map=laurel\n")
        names = dict.fromkeys([processes.current_user_name(), "root"])
        lines = [f'laurel "{name}" all\n' for name in names]
        (self.pages / "pg_ident.conf").write_text("".join(lines))

    def start(self, *, seconds: float = 60) -> None:
        """Start the server and wait until it answers; raises Fault with the log's last words."""
        if len(os.fsencode(self.socket_path)) > LONGEST_SOCKET_PATH:
            raise Fault(
                f"The path {self.socket_path} is too long for a unix socket "
                f"(over {LONGEST_SOCKET_PATH} bytes); set LAUREL_VAR to a shorter folder."
            )
        self._make_private(self.sockets)
        self._remove_leftovers()
        with self.log.open("ab") as log:
            self.process = processes.spawn(
                [
                    str(self.programs / "postgres"),
                    "-D",
                    str(self.pages),
                    "-c",
                    f"unix_socket_directories={_quoted_list(self.sockets)}",
                ],
                output=log,
                account=self.account,
                death_signal=signal.SIGINT,
            )
        self._await_answer(seconds)

    def _await_answer(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while True:
            assert self.process is not None
            if self.process.poll() is not None:
                raise Fault(f"PostgreSQL did not start: {logs.last_words(self.log)}")
            with contextlib.suppress(psycopg.OperationalError):
                self.connect("postgres").close()
                return
            if time.monotonic() > deadline:
                self.stop()
                raise Fault(
                    f"PostgreSQL did not answer in {seconds:.0f} s: {logs.last_words(self.log)}"
                )
            time.sleep(0.02)

    def connect(self, database: str) -> psycopg.Connection:
        """An autocommit connection as the owner."""
        return psycopg.connect(
            host=str(self.sockets), port=PORT, user=OWNER, dbname=database, autocommit=True
        )

    def _remove_leftovers(self) -> None:
        """Stop the server of a run that was killed, or forget its stale lock file."""
        lock = self.pages / "postmaster.pid"
        try:
            pid = int(lock.read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return
        if self._is_ours(pid):
            os.kill(pid, signal.SIGINT)
            if not processes.wait_until_gone([pid], 30):
                os.kill(pid, signal.SIGQUIT)
                processes.wait_until_gone([pid], 10)
        self._await_servers_end()
        lock.unlink(missing_ok=True)

    def _is_ours(self, pid: int) -> bool:
        """Whether the process is a server that has our data folder open (ids get reused)."""
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return os.fsencode(self.pages) in command

    def stop(self) -> None:
        """Stop at once but cleanly ("fast"); harder when that takes over 30 s."""
        if self.process is not None:
            processes.end(self.process, STOPPING)
            self.process = None
            self._await_servers_end()

    def _await_servers_end(self) -> None:
        """A killed server's children need a moment to notice; a new one must not meet them."""
        processes.wait_until_gone(processes.working_in(self.pages), 10)


def _quoted_list(folder: Path) -> str:
    """One folder as a PostgreSQL list setting (a path may hold a comma or a space)."""
    return '"' + str(folder).replace('"', '""') + '"'
