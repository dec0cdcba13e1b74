"""`make run`: the whole programme with one command, and nothing left of it afterwards.

In order: take the clone's lock, choose folders, start PostgreSQL and Valkey (unless given), migrate
as the owner, then web, worker and beat as the restricted role; load the demo once while the web
already answers; watch all of it until Ctrl-C, a signal, or a part that keeps crashing.
"""

import contextlib
import errno
import fcntl
import http.client
import os
import select
import socket
import time
from collections.abc import Iterator
from typing import IO

import psycopg
from psycopg import sql

from loyalty.runtime import (
    addresses,
    carriers,
    environment,
    faults,
    logs,
    parts,
    places,
    postgres,
    processes,
    resets,
    valkey,
)
from loyalty.runtime.demo import Demo
from loyalty.runtime.faults import Fault
from loyalty.runtime.interruptions import Interruptions
from loyalty.runtime.supervisor import Supervisor
from loyalty.runtime.watchman import Watchman

BIGGEST_LOG = 20 * 2**20
ANSWERS_WITHIN = 90


class Launcher:
    """One run, from the first check to the last stopped part."""

    def __init__(self, *, started_by_make: bool) -> None:
        self.watchman = Watchman()
        self.interruptions = Interruptions(started_by_make=started_by_make)
        self.account = processes.unprivileged_account()
        self.journal: IO[str] | None = None
        self.supervisor = Supervisor(self.say, self.watchman)
        self.environment: dict[str, str] = {}
        self.valkey: valkey.Valkey | None = None
        self.cluster: postgres.Cluster | None = None

    def say(self, line: str) -> None:
        """Tell the terminal and `var/log/launcher.log`. A terminal that went away is no fault."""
        with contextlib.suppress(OSError, ValueError):
            print(line, flush=True)
        if self.journal is not None:
            with contextlib.suppress(OSError):
                stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
                self.journal.write(f"{stamp} {line}\n")
                self.journal.flush()

    def run(self) -> int:
        """Run until told to stop. The exit code: 0 after an orderly stop, 1 after a fault."""
        try:
            with self._lock():
                try:
                    self._start()
                    self._watch()
                finally:
                    self._stop()
        except Fault as fault:
            self.say(f"Stopped: {places.full_disk(addresses.var()) or fault}")
            return 1
        except OSError as error:
            self.say(f"Stopped: {faults.from_os_error(error, 'the start')}")
            return 1
        except KeyboardInterrupt:
            pass
        finally:
            self.watchman.dismiss()
        return 0

    # --- Before anything runs --------------------------------------------------------------------
    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        self.port = environment.port()
        self.places = places.find(self.account)
        file = (self.places.var / "run.lock").open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise Fault(
                f"This clone is already running (process {holder}); stop that one first."
            ) from None
        with file:
            file.truncate(0)
            file.write(f"{os.getpid()}\n")
            file.flush()
            _check_port(self.port)
            yield

    def _start(self) -> None:
        began = time.monotonic()
        for log in self.places.logs.glob("*.log"):
            if log.stat().st_size > BIGGEST_LOG:
                log.replace(log.with_suffix(".log.1"))
        self.journal = (self.places.logs / "launcher.log").open("a")
        for note in self.places.notes:
            self.say(note)
        self.environment = environment.compose(self.places)
        self._start_services()
        self.demo = Demo(self.places.var, self.environment, self.watchman, self.say)
        if resets.is_asked(self.places.var):
            self._reset()
        if not environment.is_demo():
            resets.remember_seriousness(self.places.var)  # before anybody is served
        self._open()
        self.say(f"{'web':10} http://127.0.0.1:{self.port}/  ({time.monotonic() - began:.0f} s)")
        self.say(f"{'logs':10} {self.places.logs}")
        if environment.is_demo():
            self.demo.begin()
        self.say("Ctrl-C stops everything.")

    def _open(self) -> None:
        """Bring the database up to the code as its owner, then have people served as the restricted role."""
        self.environment.pop("LAUREL_DB_ROLE", None)
        environment.withdraw(
            self.places
        )  # it names the role, also what a killed launcher left there
        self.environment["LAUREL_RESETS"] = "0" if resets.obstacle(self.places.var) else "1"
        self._prepare()
        environment.take_role(self.environment)
        environment.publish(self.places, self.environment)
        folder = self.places.logs
        web = parts.web(self.port, folder / "web.log", self.environment)
        self.supervisor.start("web", web)
        self._await_web()
        self.supervisor.start("worker", parts.worker(folder / "worker.log", self.environment))
        self.supervisor.start("beat", parts.beat(folder / "beat.log", self.environment))

    # --- Starting the demo anew ------------------------------------------------------------------
    def _start_over(self) -> None:
        """Nobody is served for some seconds, then a demo that is being loaded, as at the first start."""
        if why := self._why_not_reset():
            self._refuse_reset(why)
            return
        self.demo.stop()
        for name in ("beat", "worker", "web"):
            self.supervisor.stop(name)
        self._reset()
        self._open()
        self.demo.begin()

    def _reset(self) -> None:
        """Throw the demo away, unless something speaks against it."""
        if why := self._why_not_reset():
            self._refuse_reset(why)
            return
        self.say(f"{'demo':10} thrown away, as asked for in the console")
        assert self.cluster is not None  # a database of somebody's own is an obstacle
        name = addresses.database(self.environment["DATABASE_URL"])["NAME"]
        if self.valkey is not None:
            self.valkey.forget_all()  # first: what is left undone is only begun again while it is asked for
        try:
            resets.carry_out(
                self.places.var, connect=self.cluster.connect, name=name, demo=self.demo
            )
        except psycopg.Error as error:
            raise Fault(
                f"The demo could not be reset ({error}); the next start goes on."
            ) from error

    def _why_not_reset(self) -> str:
        """Why what is here is not thrown away, whoever asks; empty when it may be."""
        if why := resets.obstacle(self.places.var):
            return why
        try:
            began_as_demo = resets.began_as_demo(self.environment)
        except psycopg.Error as error:
            return f"the database does not answer ({error})"
        return "" if began_as_demo else "the database did not begin as the demo"

    def _refuse_reset(self, why: str) -> None:
        self.say(f"{'demo':10} not reset: {why}")
        resets.answered(self.places.var)

    # --- Services --------------------------------------------------------------------------------
    def _start_services(self) -> None:
        if os.environ.get("CELERY_BROKER_URL"):
            environment.check_given_broker(self.environment)
            self.say(f"{'broker':10} as CELERY_BROKER_URL says")
        if addresses.broker_at(self.places.sockets) in self._redis_urls():
            self._start_valkey()
        if os.environ.get("DATABASE_URL"):
            version = environment.check_given_database(self.environment)
            self.say(f"{'database':10} {version}, as DATABASE_URL says")
        else:
            self._start_postgres()

    def _redis_urls(self) -> list[str]:
        names = ("CELERY_BROKER_URL", "CACHE_URL")
        return [self.environment.get(name, "").replace("unix:", "redis+socket:") for name in names]

    def _start_valkey(self) -> None:
        server = valkey.Valkey(
            folder=self.places.var / "valkey",
            socket=self.places.sockets / "valkey.sock",
            log=self.places.logs / "valkey.log",
        )
        self.supervisor.start("valkey", server)
        self.valkey = server
        self.say(f"{'broker':10} Valkey in {server.folder}")

    def _start_postgres(self) -> None:
        programs = carriers.postgres_programs()
        if not processes.can_reach(self.account, programs / "postgres"):
            programs = carriers.copy_postgres(self.places.home / "postgresql")
        self.cluster = cluster = postgres.Cluster(
            folder=self.places.postgres,
            sockets=self.places.sockets,
            log=self.places.logs / "postgres.log",
            account=self.account,
            programs=programs,
        )
        if not cluster.is_created:
            cluster.create()
        self.supervisor.start("postgres", cluster)
        with cluster.connect("postgres") as connection:
            with contextlib.suppress(psycopg.errors.DuplicateDatabase):
                name = addresses.database(self.environment["DATABASE_URL"])["NAME"]
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            version = connection.info.parameter_status("server_version")
        self.say(f"{'database':10} PostgreSQL {version} in {cluster.folder}")

    def _prepare(self) -> None:
        """Migrate as the owner and collect the static files, in one process."""
        began = time.monotonic()
        log = self.places.logs / "prepare.log"
        program = parts.Program(["loyalty.runtime.prepare"], log, self.environment)
        log.write_bytes(b"")
        program.start()
        assert program.process is not None
        self.watchman.started(program.process.pid)
        try:
            while program.process.poll() is None:
                self._pause(0.1)
        finally:
            code = program.process.poll()
            program.stop()
        if code:
            raise Fault(f"The migration failed: {logs.last_words(log, lines=1)}; see {log}.")
        self.say(f"{'migrate':10} done ({time.monotonic() - began:.1f} s)")

    # --- While it runs ---------------------------------------------------------------------------
    def _await_web(self) -> None:
        deadline = time.monotonic() + ANSWERS_WITHIN
        while not _answers(self.port):
            self._pause(0.1)
            self.supervisor.check()
            if time.monotonic() > deadline:
                raise Fault(f"The web did not answer in {ANSWERS_WITHIN} s; see web.log.")

    def _pause(self, seconds: float, *readable: int) -> list[int]:
        """Wait for time, output or a signal; raises KeyboardInterrupt when told to stop."""
        ready, _, _ = select.select([self.interruptions.bell, *readable], [], [], seconds)
        self.interruptions.check()
        return [one for one in ready if one in readable]

    def _watch(self) -> None:
        while True:
            self._pause(1.0, *self.demo.outputs())
            self.demo.follow()
            self.supervisor.check()
            if resets.is_asked(self.places.var):
                self._start_over()

    def _stop(self) -> None:
        self.interruptions.ignore()
        if self.supervisor.has_parts:
            self.say("Stopping …")
        if hasattr(self, "demo"):
            self.demo.stop()
        self.supervisor.stop_all()
        environment.withdraw(self.places)


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen(1)
        except OSError as error:
            if error.errno == errno.EACCES:
                raise Fault(f"Port {port} needs privileges; choose one above 1023.") from error
            raise Fault(
                f"Port {port} is taken; choose another: make run PORT={_free_port()}."
            ) from error


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
