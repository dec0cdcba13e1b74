"""Taking what judges read of a member, and by them, out of the cases, once the member is erased."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("recognition", "0006_weekly_streaks"),
        ("governance", "0003_erasing_cases"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "erase_cases.sql").read_text(), "DROP FUNCTION erase_cases(bigint[])"
        ),
    ]
