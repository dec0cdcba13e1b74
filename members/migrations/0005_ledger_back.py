"""Lines may give back to a lot of their credit account; the view of holds."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


def replaced(name: str) -> str:
    """A function's SQL, as a replacement of what is there."""
    text = (SQL / name).read_text()
    return text[text.index("CREATE FUNCTION") :].replace(
        "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
    )


class Migration(migrations.Migration):
    dependencies = [("members", "0004_holds_and_debts")]

    operations = [
        migrations.RunSQL(
            (SQL / "ledger_post_back.sql").read_text(),
            "ALTER TYPE ledger_line DROP ATTRIBUTE back;" + replaced("ledger_post.sql"),
        ),
        migrations.RunSQL(
            "CREATE VIEW audit.hold AS SELECT h.id, h.member_id, u.code AS unit, h.amount, h.state,"
            " h.expires_at, h.entry_id, h.captured, h.ended_at"
            " FROM members_hold h JOIN members_unit u ON u.id = h.unit_id",
            "DROP VIEW audit.hold",
        ),
    ]
