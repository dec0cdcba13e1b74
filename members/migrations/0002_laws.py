"""The ledger's laws, in the database: append-only tables and the one function that posts."""

from pathlib import Path

from django.db import migrations

from members.append_only import append_only

SQL = Path(__file__).parent / "sql"

CLOSED = (
    "members_entry",
    "members_lotuse",
    "members_auditrow",
    "members_consent",
    "members_decision",
)


class Migration(migrations.Migration):
    dependencies = [("members", "0001_ground_floor")]

    operations = [
        migrations.RunSQL((SQL / "refuse_change.sql").read_text(), "DROP FUNCTION refuse_change()"),
        *(append_only(table) for table in CLOSED),
        migrations.RunSQL(
            (SQL / "keep_activity.sql").read_text(),
            "DROP TRIGGER keep_activity ON members_activity;"
            "DROP TRIGGER keep_activities ON members_activity; DROP FUNCTION keep_activity()",
        ),
        migrations.RunSQL(
            "ALTER TABLE members_balance SET (fillfactor = 70)",
            "ALTER TABLE members_balance RESET (fillfactor)",
        ),
        migrations.RunSQL(
            (SQL / "ledger_post.sql").read_text(),
            "DROP FUNCTION ledger_post; DROP TYPE ledger_line",
        ),
        migrations.RunSQL((SQL / "ledger_expire.sql").read_text(), "DROP FUNCTION ledger_expire"),
    ]
