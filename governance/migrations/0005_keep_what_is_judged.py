"""A reading stays, and of an open case its day and its blindness stand still too."""

from pathlib import Path

from django.db import migrations

from members.append_only import append_only

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("governance", "0004_readings_and_drafts")]

    operations = [
        append_only("governance_reading"),
        migrations.RunSQL(
            (SQL / "keep_case_due.sql").read_text(),
            (SQL / "keep_case_due_reverse.sql").read_text(),
        ),
    ]
