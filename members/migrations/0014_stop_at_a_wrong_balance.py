"""Gives databases set up before it the `ledger_post` that builds on no wrong balance."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent / "sql" / "ledger_post_back.sql").read_text()


class Migration(migrations.Migration):
    dependencies = [("members", "0013_gift_codes")]

    operations = [
        # A new database has it from 0005 already, so there is nothing to take back.
        migrations.RunSQL(SQL[SQL.index("CREATE OR REPLACE FUNCTION") :], migrations.RunSQL.noop)
    ]
