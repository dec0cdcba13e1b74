"""Whether a cycle is judged without names, and for how long, stands still once it is open."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("recognition", "0008_blind_cycles_and_draft_versions")]

    operations = [
        migrations.RunSQL(
            (SQL / "keep_cycle_blind.sql").read_text(),
            (SQL / "keep_cycle_blind_reverse.sql").read_text(),
        ),
    ]
