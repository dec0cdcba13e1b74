"""Taking words out of the history of redemptions, once their member is erased."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("rewards", "0008_redemption_in_review"),
        ("members", "0039_erasure"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "erase_steps.sql").read_text(), "DROP FUNCTION erase_steps(bigint[])"
        ),
    ]
