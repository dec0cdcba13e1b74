"""The fund of a partner that pays for a campaign's points."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0006_exchange_rates"),
        ("rewards", "0006_funds"),
    ]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="funded_by",
            field=models.ForeignKey(
                blank=True,
                help_text="The partner's fund that pays for its points. Empty: the programme pays.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="campaigns",
                to="rewards.fund",
                verbose_name="funded by",
            ),
        ),
        migrations.RunSQL(
            (SQL / "keep_fund.sql").read_text(),
            "DROP TRIGGER keep_fund ON campaigns_campaign; DROP FUNCTION keep_fund()",
        ),
    ]
