"""Outsiders who check the books see which accounts are households' purses."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"
FIRST = (SQL / "audit_views.sql").read_text()
ACCOUNT = FIRST[
    FIRST.index("CREATE VIEW audit.account AS") : FIRST.index("CREATE VIEW audit.lot AS")
]
LATER = (SQL / "lot_end.sql").read_text()
LOT = LATER[LATER.index("CREATE OR REPLACE VIEW audit.lot AS") :]


class Migration(migrations.Migration):
    dependencies = [("members", "0019_households")]

    operations = [
        migrations.RunSQL(
            (SQL / "purse_views.sql").read_text(),
            # A column is taken from a view by making it anew.
            f"DROP VIEW audit.lot; DROP VIEW audit.account; {ACCOUNT} {LOT}",
        ),
    ]
