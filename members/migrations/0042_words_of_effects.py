"""The reason of an effect goes with whoever it speaks of."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0041_display_names"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "refuse_change_whys.sql").read_text(),
            (SQL / "refuse_change_whys_back.sql").read_text(),
        ),
    ]
