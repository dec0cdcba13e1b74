"""The views by which outsiders check the books."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "audit_views.sql"
VIEWS = (
    "decision", "job", "consent", "activity", "lot_use", "lot", "account", "posting", "entry"
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("members", "0002_laws")]

    operations = [
        migrations.RunSQL(SQL.read_text(), ";".join(f"DROP VIEW audit.{view}" for view in VIEWS))
    ]
