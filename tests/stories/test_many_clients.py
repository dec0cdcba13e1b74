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
from tests.together import on_this_database

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parent.parent.parent
CLIENTS, STEPS = 4, 80


def client(seed: int) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.stories.busy_client", str(seed), str(STEPS)],
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


def test_value_is_conserved_while_many_clients_are_busy():
    """E45, E12, P3, P5, P7: no deadlock, no overdraft, no snapshot that does not add up, sound books
    after; and every statement given meanwhile is what the same instant tells later."""
    programme.install(actor=SYSTEM)
    for number in range(3):
        members.enrol(f"m{number}", actor=SYSTEM)
    clients = [client(seed) for seed in range(CLIENTS)]
    looks, statements = 0, []
    while any(process.poll() is None for process in clients):
        snapshot()
        looks += 1
        for member in Member.objects.order_by("pk"):
            statements.append((member, readings.balances(member)))
    for process in clients:
        _, said = process.communicate(timeout=60)
        assert process.returncode == 0, said[-2000:]
    assert looks > 10
    assert Entry.objects.count() > CLIENTS * STEPS / 4
    assert faults() == []
    assert len(statements) > 30
    for member, told in statements:
        assert readings.balances(member, at=told["as_of"]) == told
    tomorrow = clock.now().date() + timedelta(days=2)
    report = liability.roll_forward(date(2020, 1, 1), tomorrow)
    assert set(report.differences.values()) <= {0}
