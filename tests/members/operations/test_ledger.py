"""The ledger's verbs against PostgreSQL."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from members import clock
from members.errors import AlreadyReversed, Frozen, NotEnough
from members.models import Balance, Entry, LotUse, OpenLot
from members.operations import corrections, ledger
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


def test_restoring_gives_each_lot_back_what_it_gave(amara, points):
    """E2: a cancelled redemption restores the same lots with their expiry."""
    before = list(OpenLot.objects.order_by("pk").values_list("expires_at", "remaining"))
    entry = spend(amara, points, 250)
    corrections.restore(entry, key="undo", reason="Changed my mind", actor=SYSTEM)
    assert list(OpenLot.objects.order_by("pk").values_list("expires_at", "remaining")) == before
    assert balance(amara, points) == 600


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
