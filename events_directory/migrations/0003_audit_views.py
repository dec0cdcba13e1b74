"""The directory's views in the schema `audit`."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("events_directory", "0002_laws")]

    operations = [
        migrations.RunSQL(
            (SQL / "audit_views.sql").read_text(), (SQL / "drop_audit_views.sql").read_text()
        )
    ]
