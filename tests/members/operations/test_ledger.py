"""The ledger's verbs against PostgreSQL."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from members import clock
from members.errors import AlreadyReversed, Frozen, NotEnough
from members.models import Balance, Entry, LotUse, OpenLot
from members.operations import corrections, ledger
from members.operations.checks import CHECKS
from tests.conftest import SYSTEM

pytestmark = pytest.mark.django_db


def open_lots(member, unit):
    wallet = ledger.wallet(member, unit)
    return list(
        OpenLot.objects.filter(account=wallet).order_by("pk").values_list("remaining", flat=True)
    )


def balance(member, unit):
    return Balance.objects.get(account=ledger.wallet(member, unit)).amount


def spend(member, unit, amount, key="spend"):
    return ledger.redeem(
        member,
        unit=unit,
        amount=amount,
        key=key,
        reason="A reward",
        actor=SYSTEM,
        cause=("test", 1),
    )


def test_spending_takes_the_lot_that_expires_first(amara, points):
    """E2, E3: the debit names its lots and amounts, soonest expiry first."""
    entry = spend(amara, points, 250)
    uses = LotUse.objects.filter(entry=entry).order_by("lot_id")
    assert [(use.lot.key, use.amount) for use in uses] == [("amara:100", 100), ("amara:200", 150)]
    assert open_lots(amara, points) == [50, 300]
    assert balance(amara, points) == 350


def test_spending_more_than_there_is_changes_nothing(amara, points):
    """E45: no overdraft."""
    entries = Entry.objects.count()
    with pytest.raises(NotEnough):
        spend(amara, points, 601)
    assert Entry.objects.count() == entries
    assert open_lots(amara, points) == [100, 200, 300]
    assert balance(amara, points) == 600


def test_expired_points_cannot_be_spent_before_the_sweep_books_them(amara, points, monkeypatch):
    """E13: the expiry instant is the first moment not spendable."""
    later = (
        OpenLot.objects.filter(account=ledger.wallet(amara, points)).order_by("pk")[0].expires_at
    )
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(NotEnough):
        spend(amara, points, 501)
    assert open_lots(amara, points) == [100, 200, 300]
    spend(amara, points, 500)
    assert open_lots(amara, points) == [100]


def test_the_same_key_posts_once(amara, points):
    """E1: every cause has a key."""
    first = spend(amara, points, 10)
    assert spend(amara, points, 10).pk == first.pk
    assert balance(amara, points) == 590


def test_postings_are_numbered_and_carry_the_balance(amara, points):
    """E1: the balance is the replay of the entries."""
    spend(amara, points, 250)
    wallet = ledger.wallet(amara, points)
    credits = list(
        Entry.objects.filter(credit=wallet).order_by("id").values_list("credit_seq", "credit_after")
    )
    debits = list(Entry.objects.filter(debit=wallet).values_list("debit_seq", "debit_after"))
    assert credits == [(1, 100), (2, 300), (3, 600)]
    assert debits == [(4, 350)]
    assert Balance.objects.get(account=wallet).version == 4


def test_who_read_the_clock_before_waiting_records_in_order(amara, points, monkeypatch):
    """I22: of two postings, the one that got the account later is not recorded earlier."""
    first = spend(amara, points, 10, "first")
    monkeypatch.setattr(clock, "now", lambda: first.recorded_at - timedelta(seconds=1))
    assert spend(amara, points, 10, "second").recorded_at == first.recorded_at
    [in_order] = [check for check in CHECKS if check.code == "I22"]
    with connection.cursor() as cursor:
        cursor.execute(in_order.sql)
        assert cursor.fetchall() == []


def test_restoring_gives_each_lot_back_what_it_gave(amara, points):
    """E2: a cancelled redemption restores the same lots with their expiry."""
    before = list(OpenLot.objects.order_by("pk").values_list("expires_at", "remaining"))
    entry = spend(amara, points, 250)
    corrections.restore(entry, key="undo", reason="Changed my mind", actor=SYSTEM)
    assert list(OpenLot.objects.order_by("pk").values_list("expires_at", "remaining")) == before
    assert balance(amara, points) == 600


def test_a_redemption_is_undone_once(amara, points):
    """E27: the same cause again finds what it gave back, another one is refused."""
    entry = spend(amara, points, 250)
    fields = {"reason": "Changed my mind", "actor": SYSTEM}
    first = corrections.restore(entry, key="undo", **fields)
    assert corrections.restore(entry, key="undo", **fields) == first
    with pytest.raises(AlreadyReversed):
        corrections.restore(entry, key="undo again", **fields)
    assert open_lots(amara, points) == [100, 200, 300]
    assert balance(amara, points) == 600


def test_a_reversal_told_twice_takes_once(bo, points):
    """E45: what was let go stays so, also when points came in before the same cause was told again."""
    points.clawback = "balance"
    points.save()
    fields = {"unit": points, "reason": "An order", "actor": SYSTEM, "cause": ("test", None)}
    entry = ledger.accrue(bo, amount=100, key="order:1", **fields)
    spend(bo, points, 80)
    first = corrections.reverse(entry, key="return:1", reason="Returned", actor=SYSTEM)
    ledger.accrue(bo, amount=50, key="order:2", **fields)
    again = corrections.reverse(entry, key="return:1", reason="Returned", actor=SYSTEM)
    assert [row.amount for row in first] == [20]
    assert again == first
    assert balance(bo, points) == 50


def test_reversing_takes_the_own_lot_first_then_others(amara, points):
    spend(amara, points, 50)
    first = Entry.objects.get(key="amara:100")
    entries = corrections.reverse(first, key="return", reason="Returned", actor=SYSTEM)
    assert [(entry.kind, entry.amount, entry.reverses_id) for entry in entries] == [
        ("reversal", 50, first.pk),
        ("reversal", 50, first.pk),
    ]
    assert open_lots(amara, points) == [150, 300]
    with pytest.raises(AlreadyReversed):
        corrections.reverse(first, key="again", reason="Returned", actor=SYSTEM)
    assert balance(amara, points) == 450


@pytest.mark.parametrize(
    "verb", ["UPDATE {t} SET amount = 1", "DELETE FROM {t}", "TRUNCATE {t} CASCADE"]
)
@pytest.mark.parametrize("table", ["members_entry", "members_lotuse"])
def test_history_cannot_be_changed_even_by_the_owner(amara, points, verb, table):
    """E1: update and delete of an entry are impossible, by triggers."""
    spend(amara, points, 10)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(verb.format(t=table))
    assert balance(amara, points) == 590


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE members_entry SET amount = 1",
        "DELETE FROM members_lotuse",
        "TRUNCATE members_entry CASCADE",
        "ALTER TABLE members_entry DISABLE TRIGGER ALL",
        "SET session_replication_role = replica",
        "DELETE FROM members_auditrow",
        "DELETE FROM members_activity",
    ],
)
def test_the_application_role_has_no_right_to_change_history(amara, statement):
    """E1: the role that serves people may only add."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE laurel_app")
        with pytest.raises(DatabaseError, match="permission denied|must be owner"):
            with transaction.atomic():
                cursor.execute(statement)
        cursor.execute("RESET ROLE")


def test_a_frozen_account_refuses_every_posting(amara, points):
    Balance.objects.filter(account=ledger.wallet(amara, points)).update(is_frozen=True)
    with pytest.raises(Frozen):
        spend(amara, points, 1)
    assert balance(amara, points) == 600


def test_points_live_to_the_end_of_the_local_day_a_year_later(amara, points):
    """E13, E21: rolling months from earning, to member-local midnight."""
    entry = Entry.objects.get(key="amara:300")
    assert entry.expires_at > entry.occurred_at + timedelta(days=365)
    assert entry.expires_at < entry.occurred_at + timedelta(days=367)


def test_a_wrong_balance_stops_its_account_alone(amara, bo, points):
    """P16: the next posting on it is refused, others go on, and nothing heals itself."""
    ledger.accrue(bo, unit=points, amount=10, key="bo", reason="x", actor=SYSTEM, cause=("test", 1))
    wallet = ledger.wallet(amara, points)
    Balance.objects.filter(account=wallet).update(amount=5_000)
    entries = Entry.objects.count()
    with pytest.raises(Frozen):
        spend(amara, points, 1)
    assert (Entry.objects.count(), balance(amara, points)) == (entries, 5_000)
    spend(bo, points, 1, key="bo-spends")
    assert balance(bo, points) == 9
