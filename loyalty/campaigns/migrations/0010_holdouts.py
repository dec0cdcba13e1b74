"""Exposures are history, and the database knows the bucket of a member."""

from pathlib import Path

from django.db import migrations

from members.append_only import append_only

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0009_stacking_and_budgets"), ("members", "0002_laws")]

    operations = [
        append_only("campaigns_exposure"),
        migrations.RunSQL(
            (SQL / "holdout_bucket.sql").read_text(),
            "DROP FUNCTION holdout_bucket(bigint, bigint)",
        ),
    ]
