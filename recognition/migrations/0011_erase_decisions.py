"""Taking the reason of a decision out with the rest of a case, once its member is erased."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("recognition", "0010_status_lists"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "erase_decisions.sql").read_text(),
            (SQL / "erase_decisions_back.sql").read_text(),
        ),
    ]
