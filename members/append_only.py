"""Makes a table append-only in the database itself.

Row and statement triggers, enabled always, refuse UPDATE, DELETE and TRUNCATE even to the owner; the
application's role does not hold those rights in the first place (`members/roles.py`).
"""

from django.db.migrations import RunSQL


def append_only(table: str) -> RunSQL:
    """The migration operation that closes `table`. Needs members' migration `0002_laws`."""
    row, statement = f"{table}_keep_rows", f"{table}_keep_table"
    return RunSQL(
        f"""
        CREATE TRIGGER {row} BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER {statement} BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
        ALTER TABLE {table} ENABLE ALWAYS TRIGGER {row};
        ALTER TABLE {table} ENABLE ALWAYS TRIGGER {statement};
        """,
        f"DROP TRIGGER {row} ON {table}; DROP TRIGGER {statement} ON {table};",
    )
