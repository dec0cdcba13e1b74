"""kill -9 in the middle of an import, a sweep or a job: nothing is lost, nothing is doubled."""

import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.models import Referral, ReferralPurchase
from loyalty.campaigns.operations import intake, standard
from members import clock
from members.models import Activity, Balance, Entry, Job, OpenLot
from members.operations import accounts, jobs, programme
from tests.campaigns.conftest import order
from tests.campaigns.referring import bring_a_friend
from tests.conftest import SYSTEM
from tests.together import on_this_database

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parent.parent.parent
ORDERS = 1_200
#: More than one chunk of the sweep of referrals.
FRIENDS = 450
HEADER = (
    "id,type,time,member,order_id,currency,line_id,sku,category,quantity,unit_price,discount,tax,"
    "channel,store\n"
)


def command(*arguments: str) -> subprocess.Popen:
    """manage.py in a process of its own, on this test's database."""
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=on_this_database(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def kill_when(process: subprocess.Popen, has_begun) -> bool:
    """kill -9 as soon as some of the work is visible; False when it was over before that."""
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        if has_begun():
            process.send_signal(signal.SIGKILL)
            process.wait(10)
            return True
        time.sleep(0.01)
    return False


def orders() -> str:
    return HEADER + "".join(
        f"o{n},order.placed,2026-01-05T10:00:00+00:00,m{n % 40},o{n},EUR,1,jar,,1,{n % 50}.99,,,,\n"
        for n in range(ORDERS)
    )


def test_an_import_killed_in_the_middle_goes_on(tmp_path):
    """T5: imported again, the file changes only what the killed run had not done."""
    programme.install(actor=SYSTEM)
    standard.install(actor=SYSTEM)
    file = tmp_path / "orders.csv"
    file.write_text(orders())
    was_cut = kill_when(
        command("import_activities", str(file)),
        lambda: Activity.objects.filter(kind="order.placed").exists(),
    )
    assert was_cut
    assert 0 < Activity.objects.filter(kind="order.placed").count() < ORDERS
    call_command("import_activities", str(file))
    assert Activity.objects.filter(kind="order.placed").count() == ORDERS
    expected = sum(n % 50 for n in range(ORDERS))
    assert (
        sum(Balance.objects.filter(account__unit__code="points").values_list("amount", flat=True))
        == expected
    )
    call_command("verify_ledger")


def test_a_sweep_killed_in_the_middle_goes_on():
    """T5, E22: every lot expires once, whenever the sweep dies."""
    units = programme.install(actor=SYSTEM)
    lots = crowd_of_lots(units["points"], 30_000)
    at = clock.now().isoformat()
    kill_when(command("run_due", "--at", at), lambda: Entry.objects.filter(kind="expiry").exists())
    call_command("run_due", "--at", at)
    assert Entry.objects.filter(kind="expiry").count() == lots
    assert not OpenLot.objects.exists()
    assert set(Balance.objects.values_list("amount", flat=True)) == {0}
    call_command("verify_ledger")


def test_a_job_whose_worker_was_killed_is_done_by_another():
    """T5: the lease ends, somebody else does it, once."""
    units = programme.install(actor=SYSTEM)
    standard.install(actor=SYSTEM)
    crowd_of_lots(units["points"], 400, expired=False)
    born_today = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE members_member SET birth_month = %s, birth_day = %s, time_zone = 'UTC'",
            [born_today.month, born_today.day],
        )
    worker = command("run_due")
    kill_when(worker, lambda: Job.objects.filter(kind="activity.evaluate").exists())
    with clock.standing_at(clock.now() + jobs.LEASE * 2):
        call_command("run_due")
    assert Activity.objects.filter(kind="birthday.reached").count() == 400
    assert Entry.objects.filter(reason__startswith="Happy birthday").count() == 400
    assert not Job.objects.filter(state="ready", kind="activity.evaluate").exists()
    call_command("verify_ledger")


def test_a_referral_sweep_killed_in_the_middle_pays_once():
    """T5, E63: what it had decided stays decided, the rest is decided by the next run, and both sides are
    paid exactly once."""
    programme.install(actor=SYSTEM)
    bring_a_friend(budget_units=1_000_000)
    then = clock.now() - timedelta(days=40)
    newcomers(2 * FRIENDS, joined_on=(then - timedelta(days=1)).date())
    joins = [told("referral.joined", n, then, friend=f"n{FRIENDS + n}") for n in range(FRIENDS)]
    buys = [order(f"n{FRIENDS + n}", "10.00", id=f"o{n}", at=then) for n in range(FRIENDS)]
    for batch in (joins, buys):
        assert {answer.status for answer in intake.take(batch, actor=SYSTEM)} == {"accepted"}
    while jobs.work_off():
        pass
    assert set(Referral.objects.values_list("state", flat=True)) == {"pending"}

    was_cut = kill_when(
        command("run_due"), lambda: ReferralPurchase.objects.filter(state="counted").exists()
    )
    assert was_cut
    with clock.standing_at(clock.now() + jobs.LEASE * 2):
        call_command("run_due")

    assert set(Referral.objects.values_list("state", flat=True)) == {"approved"}
    for kind in ("referral.signed_up", "referral.first_purchase", "referral.purchase"):
        assert Activity.objects.filter(kind=kind).count() == 2 * FRIENDS, kind
    paid = Balance.objects.filter(account__unit__code="points", account__kind="wallet")
    assert sum(paid.values_list("amount", flat=True)) == FRIENDS * (100 + 50 + 10 + 5 + 3)
    call_command("verify_ledger")


def told(kind: str, n: int, at: datetime, **payload) -> Told:
    return Told("shop", f"{kind}:{n}", kind, f"n{n}", at, payload)


def newcomers(count: int, *, joined_on) -> None:
    """Members n0, n1, …, each with accounts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO members_member (ref, email, given_name, family_name, display_name, pseudonym,"
            " shows_real_name, is_ranked, joined_on, time_zone, language, created_at)"
            " SELECT 'n' || n, '', '', '', '', 'Member', false, true, %s, 'UTC', 'en', %s"
            " FROM generate_series(0, %s) n RETURNING id",
            [joined_on, joined_on, count - 1],
        )
        accounts.open_for([pk for (pk,) in cursor.fetchall()])


def crowd_of_lots(points, count: int, *, expired: bool = True) -> int:
    """Members with one lot of 10 points each."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO members_member (ref, email, given_name, family_name, display_name, pseudonym,"
            " shows_real_name, is_ranked, joined_on, time_zone, language, created_at)"
            " SELECT 'c' || n, '', '', '', '', 'Member', false, true, '2020-01-01', 'UTC', 'en',"
            " '2020-01-01' FROM generate_series(1, %s) n RETURNING id",
            [count],
        )
        ids = [pk for (pk,) in cursor.fetchall()]
    accounts.open_for(ids)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM ledger_post((
                SELECT jsonb_agg(jsonb_build_object('ord', row_number, 'key', 'lot:' || id,
                    'kind', 'accrual', 'unit', unit_id, 'debit', %(issuance)s, 'credit', id,
                    'amount', 10, 'occurred_at', now() - interval '2 years', 'cause_kind', 'test',
                    'reason', 'Orders', 'active_from', now() - interval '2 years',
                    'expires_at', now() + %(life)s::interval))
                FROM (SELECT a.id, a.unit_id, row_number() OVER ()
                      FROM members_account a WHERE a.unit_id = %(unit)s AND a.kind = 'wallet') w
            ), now())
            """,
            {
                "issuance": accounts.programme_account(points, "issuance").pk,
                "unit": points.pk,
                "life": "-1 day" if expired else "1 year",
            },
        )
    return count
