"""Published rules, evaluations and effects are history: the database keeps them as they are."""

from pathlib import Path

from django.db import migrations

from members.append_only import append_only

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0001_campaigns"), ("members", "0002_laws")]

    operations = [
        append_only("campaigns_effect"),
        append_only("campaigns_evaluation"),
        migrations.RunSQL(
            (SQL / "keep_published.sql").read_text(),
            "DROP TRIGGER keep_published ON campaigns_ruleversion; DROP FUNCTION keep_published()",
        ),
    ]
