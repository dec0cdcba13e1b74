"""Several processes on the same few members at once: value is conserved at every instant."""

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction

from loyalty.connectors import readings
from loyalty.measurement.operations import liability
from members import clock
from members.models import Entry, Member
from members.operations import members, programme
from tests.books import faults
from tests.conftest import SYSTEM
from tests.scale import scale
from tests.together import on_this_database

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parent.parent.parent
CLIENTS = scale(4, 40)
#: So many looks and entries there are at least before the last client is killed.
LOOKS, ENTRIES = scale(60, 10_000), scale(120, 20_000)
#: After so many more entries one client is killed, and another one takes its place.
KILLS_EVERY = scale(40, 400)
MOST_STATEMENTS = 500
#: More than any client comes to.
ENDLESS = 10**9


def client(seed: int) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.stories.busy_client", str(seed), str(ENDLESS)],
        cwd=ROOT,
        env=on_this_database(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def snapshot() -> None:
    """What must hold in any instant another connection can see."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT coalesce(sum(amount), 0) FROM audit.posting")
        [(total,)] = cursor.fetchall()
        cursor.execute(
            "SELECT count(*) FROM members_balance WHERE amount < 0 AND NOT may_go_negative"
        )
        [(overdrawn,)] = cursor.fetchall()
        cursor.execute(
            "SELECT count(*) FROM members_balance b JOIN members_account a ON a.id = b.account_id"
            " WHERE a.kind IN ('wallet', 'pending') AND b.amount <> (SELECT coalesce(sum(o.remaining), 0)"
            " FROM members_openlot o WHERE o.account_id = b.account_id)"
        )
        [(unlike,)] = cursor.fetchall()
    assert (total, overdrawn, unlike) == (0, 0, 0)


def kill(process: subprocess.Popen) -> None:
    """Without a warning, wherever it is; it must not have ended by itself before."""
    if process.poll() is not None:
        pytest.fail(f"a client ended by itself: {process.communicate()[1][-2000:]}")
    process.kill()
    process.communicate()


def test_value_is_conserved_while_many_clients_are_busy_and_killed():
    """E45, E12, P2, P3, P5, P7: no deadlock, no overdraft, no snapshot that does not add up, sound books
    after, though clients are killed in the middle of whatever they do; and every statement given meanwhile
    is what the same instant tells later."""
    programme.install(actor=SYSTEM)
    for number in range(3):
        members.enrol(f"m{number}", actor=SYSTEM)
    clients = [client(seed) for seed in range(CLIENTS)]
    looks, seeds, statements = 0, CLIENTS, []
    written = last_kill = 0
    try:
        while looks < LOOKS or written < ENTRIES:
            snapshot()
            looks += 1
            # Every member's statement, but at full scale no more than can be told again later.
            if len(statements) < MOST_STATEMENTS:
                found = Member.objects.order_by("pk")
                statements += [(member, readings.balances(member)) for member in found]
            written = Entry.objects.count()
            if written - last_kill >= KILLS_EVERY:
                last_kill = written
                kill(clients.pop(0))
                clients.append(client(seeds))
                seeds += 1
    finally:
        for process in clients:
            process.kill()
            process.communicate()
    assert seeds > CLIENTS
    assert faults() == []
    assert len(statements) > 30
    for member, told in statements:
        assert readings.balances(member, at=told["as_of"]) == told
    tomorrow = clock.now().date() + timedelta(days=2)
    report = liability.roll_forward(date(2020, 1, 1), tomorrow)
    assert set(report.differences.values()) <= {0}
