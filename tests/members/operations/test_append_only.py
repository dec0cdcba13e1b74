"""History is append-only for the role that serves people: every table of it, every way round."""

import pytest
from django.db import DatabaseError, connection, transaction

pytestmark = pytest.mark.django_db

#: Ledger, trail, consents, ballots, money: what may be added to and never changed.
HISTORY = """
SELECT DISTINCT g.tgrelid::regclass::text FROM pg_trigger g JOIN pg_proc p ON p.oid = g.tgfoid
WHERE p.proname = 'refuse_change' ORDER BY 1
"""
KNOWN = {
    "members_entry",
    "members_lotuse",
    "members_lotlife",
    "members_auditrow",
    "members_consent",
    "members_consenttext",
    "members_seal",
    "governance_ballot",
    "governance_recusal",
    "events_directory_poolentry",
    "rewards_fundmove",
    "rewards_redemptionstep",
}


def asked(sql: str) -> list:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [row[0] for row in cursor.fetchall()]


def test_every_table_of_history_is_among_them():
    """P4."""
    assert KNOWN - set(asked(HISTORY)) == set()


def test_the_application_role_can_change_none_of_them():
    """P4, E1: neither update, delete, truncate, drop, nor switch a trigger off or replicate past it."""
    let_through = []
    for table in asked(HISTORY):
        [column] = asked(
            "SELECT attname FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped"
            f" AND attrelid = '{table}'::regclass ORDER BY attnum LIMIT 1"
        )
        tried = (
            f"DELETE FROM {table}",
            f"TRUNCATE {table} CASCADE",
            f"DROP TABLE {table}",
            f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            f"UPDATE {table} SET {column} = {column}",
        )
        # An activity may be settled: some of its columns change, and its own trigger says which.
        for statement in tried[: 4 if table == "members_activity" else 5]:
            if not is_refused(statement):
                let_through.append(statement)
    assert let_through == []
    assert is_refused("SET session_replication_role = replica")


def is_refused(statement: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE laurel_app")
        try:
            with transaction.atomic():
                cursor.execute(statement)
        except DatabaseError as refusal:
            return "permission denied" in str(refusal) or "must be owner" in str(refusal)
        finally:
            cursor.execute("RESET ROLE")
    return False
