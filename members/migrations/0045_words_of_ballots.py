"""What judges said beside their marks goes with whoever it speaks of."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0044_notes_and_durations"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "refuse_change_comments.sql").read_text(),
            (SQL / "refuse_change_whys.sql").read_text(),
        ),
    ]
