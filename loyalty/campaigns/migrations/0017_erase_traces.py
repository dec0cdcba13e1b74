"""Taking what rules saw of a member out of the evaluations, once the member is erased."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0016_foreign_worth"),
        ("members", "0039_erasure"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "erase_traces.sql").read_text(), "DROP FUNCTION erase_traces(bigint[])"
        ),
    ]
