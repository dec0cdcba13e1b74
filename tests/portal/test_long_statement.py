"""A member with 5,000 entries: the statement asks a constant number of times, and finds by indexes."""

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from loyalty.connectors import readings
from members import clock
from members.domain.ledger import Line
from members.models import Entry
from members.operations import accounts, ledger
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db
MANY = 5_000
#: As many rows of others, so that reading the whole table would not be the quickest way.
OTHERS = """
INSERT INTO members_entry (key, kind, unit_id, debit_id, credit_id, amount, occurred_at, recorded_at,
                           cause_kind, reason)
SELECT 'other:' || n, 'expiry', %s, %s, %s, 1, now(), now(), 'test', 'x'
FROM generate_series(1, 50000) n
"""


@pytest.fixture
def long(bo, points):
    """Bo has earned 4,999 times and redeemed once, among 50,000 entries of others."""
    issuance = accounts.programme_account(points, "issuance").pk
    breakage = accounts.programme_account(points, "breakage").pk
    wallet, now = ledger.wallet(bo, points).pk, clock.now()
    ledger.post(
        [
            Line(
                key=f"many:{number}",
                kind=Entry.Kind.ACCRUAL,
                unit=points.pk,
                debit=issuance,
                credit=wallet,
                amount=2,
                occurred_at=now - timedelta(hours=number),
                cause_kind="test",
                cause_id=None,
                reason=f"Order {number}",
                active_from=now,
                expires_at=now + timedelta(days=365, hours=-number),
            )
            for number in range(1, MANY)
        ]
    )
    ledger.redeem(
        bo, unit=points, amount=9, key="r", reason="Mug", actor=SYSTEM, cause=("test", None)
    )
    with connection.cursor() as cursor:
        cursor.execute(OTHERS, [points.pk, issuance, breakage])
        cursor.execute("ANALYZE members_entry, members_lotuse, members_openlot, members_account")
    return bo


def plan(sql: str, params) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", params)
        return "\n".join(row[0] for row in cursor.fetchall())


def reads_everything(text: str) -> bool:
    return "Seq Scan on members_entry" in text


def test_pages_of_a_long_statement_ask_as_often_as_those_of_a_short_one(
    client, long, amara, django_assert_num_queries
):
    """UM3: 5,000 lines or 3, the first page or the last."""
    for member, pages in ((amara, (1,)), (long, (1, 2, 167))):
        client.force_login(member.user)
        client.get(reverse("points:statement"))
        for number in pages:
            with django_assert_num_queries(QUERIES):
                page = client.get(reverse("points:statement"), {"page": number})
    assert page.context["page"].paginator.count == MANY
    assert page.context["lines"][-1].entry.after == 2


#: Session, user, seats, member, wallets, what is held or owed, the household, the count, waiting, what is
#: looked at, lines, what takes them back.
QUERIES = 12


def test_statement_and_member_page_find_their_entries_by_an_index(long, points):
    """P5, UM3: no way leads over the whole ledger."""
    wallet = ledger.wallet(long, points)
    for lines in (Entry.objects.on(wallet)[:30], Entry.objects.of_member(long)[:15]):
        text = lines.explain()
        assert not reads_everything(text), text
    assert "entry_credit_numbered" in Entry.objects.on(wallet)[:30].explain()


def test_balances_at_an_instant_are_read_by_an_index(long):
    """P5: as-of reads, now and in the past."""
    for at in (clock.now(), clock.now() - timedelta(days=30)):
        for sql in (readings._BALANCES, readings._LOTS):
            text = plan(sql, {"member": long.pk, "at": at})
            assert not reads_everything(text), text
    body = readings.balances(long, at=clock.now())
    [row] = [row for row in body["balances"] if row["unit"] == "points"]
    assert row["available"] == 2 * (MANY - 1) - 9
