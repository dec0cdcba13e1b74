"""Expiry is recorded at an instant that is read under its locks, as every posting is."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"
BEFORE = (SQL / "ledger_expire_by_clock.sql").read_text().partition("\n")[2]


class Migration(migrations.Migration):
    dependencies = [("members", "0017_ladders_as_they_were")]

    operations = [
        migrations.RunSQL(
            "DROP FUNCTION ledger_expire(timestamptz, int, timestamptz);\n"
            + (SQL / "ledger_expire_of.sql").read_text(),
            "DROP FUNCTION ledger_expire(timestamptz, bigint[], timestamptz);\n" + BEFORE,
        ),
    ]
