"""Of what judges read, only the words of whoever is erased go, also where names were taken out of them."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("recognition", "0009_keep_blind_cycles")]

    operations = [
        migrations.RunSQL(
            (SQL / "erase_own_statements.sql").read_text(),
            (SQL / "erase_own_statements_reverse.sql").read_text(),
        ),
    ]
