"""Expiry is recorded at the time of the one clock."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("members", "0007_adjustments_and_gifts")]

    operations = [
        migrations.RunSQL(
            (SQL / "ledger_expire_by_clock.sql").read_text(),
            "DROP FUNCTION ledger_expire(timestamptz, int, timestamptz);"
            + (SQL / "ledger_expire.sql").read_text(),
        )
    ]
