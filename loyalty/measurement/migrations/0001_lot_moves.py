"""The view that the liability report reads."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "lot_move.sql"


class Migration(migrations.Migration):
    dependencies = [("members", "0012_reinstatement")]

    operations = [migrations.RunSQL(SQL.read_text(), "DROP VIEW audit.lot_move")]
