"""Whoever was merged into a judge's membership, or theirs into another's, is the same person."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("governance", "0005_keep_what_is_judged"), ("members", "0022_merges")]

    operations = [
        migrations.RunSQL(
            (SQL / "judge_merged.sql").read_text(), (SQL / "judge_merged_reverse.sql").read_text()
        )
    ]
