"""Since when each is in its state, as the audit trail knows it."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "state_since.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("events_directory", "0008_state_since"),
        ("members", "0040_privacy_permissions"),
    ]

    # Back again there is nothing to do: the column goes with the step before.
    operations = [migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop)]
