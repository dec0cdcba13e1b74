"""`make run`'s launcher with its real processes: it starts, heals, gives up, and leaves nothing."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from loyalty.runtime import addresses, processes, resets
from tests.scale import FULL

pytestmark = pytest.mark.xdist_group("launcher")

NEVER_PASSED_ON = ("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "SECRET_KEY", "EMAIL_URL")


@dataclass
class Run:
    """A launcher of our own, in a folder and on a port of its own."""

    var: Path
    port: int
    process: subprocess.Popen | None = None

    def start(self, **settings: str) -> "Run":
        kept = {k: v for k, v in os.environ.items() if k not in NEVER_PASSED_ON}
        for name in ("LAUREL_TEST", "LAUREL_TEST_SLOT", "DEBUG", "LAUREL_DEMO", "SECURE"):
            kept.pop(name, None)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "loyalty.runtime"],
            cwd=addresses.ROOT,
            env=kept
            | {"LAUREL_VAR": str(self.var), "PORT": str(self.port), "DEMO": "0"}
            | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return self

    def until(self, words: str, *, seconds: float = 150) -> str:
        """Read the terminal up to a line with these words; returns that line."""
        deadline = time.monotonic() + seconds
        seen = []
        for line in self.process.stdout:
            seen.append(line)
            if words in line:
                return line
            if time.monotonic() > deadline:
                break
        raise AssertionError(f"{words!r} was not said, but: {''.join(seen)}")

    def rest(self, *, seconds: float = 120) -> str:
        """Wait for the end; returns what was said until then."""
        return self.process.communicate(timeout=seconds)[0]

    def get(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path)
        return connection.getresponse().status

    def processes(self) -> list[str]:
        """Every process that has to do with this run, by its environment or its command."""
        mark = os.fsencode(self.var)
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            with contextlib.suppress(OSError):
                told = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
                if mark in told and processes.is_running(int(entry.name)):
                    found.append((entry / "comm").read_text().strip())
        return found

    def part(self, words: str) -> int:
        """The id of the part whose command holds these words and that the launcher started."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for child in self.children():
                with contextlib.suppress(OSError):
                    command = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ")
                    if words.encode() in command:
                        return child
            time.sleep(0.05)
        raise AssertionError(f"no part {words!r}")

    def children(self) -> list[int]:
        """The running processes that the launcher itself started."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [
            int(child) for child in path.read_text().split() if processes.is_running(int(child))
        ]

    def assert_nothing_left(self, *, seconds: float = 40) -> None:
        deadline = time.monotonic() + seconds
        while (left := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert left == []


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def home():
    """One installation for the whole file, made by the first start: short path, but with a space."""
    import shutil
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="laurel run ", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def run(home):
    one = Run(home / "var", free_port())
    yield one
    if one.process is not None and one.process.poll() is None:
        one.process.kill()
    if one.process is not None:
        one.process.stdout.close()


def test_it_answers_and_ctrl_c_leaves_nothing(run):
    run.start().until("Ctrl-C")
    assert run.get("/healthz") in (200, 301)
    run.process.send_signal(signal.SIGINT)
    assert run.rest().splitlines()[-1] == "Stopping …"
    assert run.process.returncode == 0
    run.assert_nothing_left()
    assert not (run.var / "env").exists()
    assert (run.var / "secret_key").stat().st_mode & 0o777 == 0o600
    assert (run.var / "badge_keys.pem").stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(not FULL, reason="loads the demo twice; `make prove` does")
def test_a_demo_that_is_reset_begins_anew_and_serves_again(run):
    """US26: asked for while it runs; the parts go, an empty database comes, and the demo is loaded."""
    demo = Run(run.var.with_name("demo"), run.port)
    try:
        demo.start(DEMO="1").until("programme, offers and people are ready")
        web = demo.part("granian")
        assert resets.ask(demo.var)
        demo.until("thrown away, as asked for in the console")
        demo.until("programme, offers and people are ready")
        assert not resets.is_asked(demo.var)
        assert demo.part("granian") != web
        assert demo.get("/healthz") == 200
        demo.process.send_signal(signal.SIGINT)
        demo.rest()
        assert demo.process.returncode == 0
        demo.assert_nothing_left()
    finally:
        demo.process.kill()
        demo.process.stdout.close()


def test_a_crashed_part_is_restarted_twice_then_all_stops_with_the_reason(run):
    run.start().until("Ctrl-C")
    for number in (1, 2):
        os.kill(run.part("beat"), signal.SIGKILL)
        assert f"restart {number} of 2" in run.until("beat stopped (killed by SIGKILL")
    os.kill(run.part("beat"), signal.SIGKILL)
    assert "beat stopped for the 3. time (killed by SIGKILL" in run.rest()
    assert run.process.returncode == 1
    run.assert_nothing_left()


def test_the_database_is_healed_and_a_violent_death_leaves_nothing(run):
    run.start().until("Ctrl-C")
    os.kill(run.part("bin/postgres"), signal.SIGKILL)
    run.until("postgres stopped (killed by SIGKILL")
    deadline = time.monotonic() + 60
    while run.get("/readyz") >= 500 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert run.get("/readyz") in (200, 301)
    # A second start of the same clone meanwhile is refused, and harms nothing.
    second = Run(run.var, free_port()).start()
    assert f"already running (process {run.process.pid})" in second.rest()
    assert second.process.returncode == 1
    run.process.kill()
    run.assert_nothing_left()


def test_a_part_deaf_to_sigterm_is_ended_and_the_start_recovers_from_the_violent_death(run):
    run.start().until("Ctrl-C")
    beat = run.part("beat")
    os.kill(beat, signal.SIGSTOP)  # a stopped process does not hear SIGTERM
    run.process.send_signal(signal.SIGTERM)
    run.rest()
    assert run.process.returncode == 0
    run.assert_nothing_left()


def test_a_taken_port_is_one_sentence(run):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", run.port))
        holder.listen()
        said = run.start().rest()
    assert said.startswith(f"Stopped: Port {run.port} is taken; choose another: make run PORT=")
    assert len(said.splitlines()) == 1
    assert run.process.returncode == 1


def test_a_port_that_is_no_port_is_one_sentence(run):
    said = run.start(PORT="eighty").rest()
    assert said == "Stopped: PORT must be a number from 1 to 65535, not 'eighty'.\n"


def test_a_given_database_that_is_away_is_one_sentence(run):
    said = run.start(DATABASE_URL=f"postgresql://x@127.0.0.1:{free_port()}/x").rest().splitlines()
    assert said[-1].startswith("Stopped: The database that DATABASE_URL names does not answer: ")
    run.assert_nothing_left()
