"""The wordings of activity kinds, which one an activity was checked against, and that what did not count yet
may be set aside for a person."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0035_orders_in_one_index"),
    ]

    operations = [
        migrations.CreateModel(
            name="ActivityKindVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="version")),
                ("schema", models.JSONField(verbose_name="schema")),
                ("created_at", models.DateTimeField(verbose_name="from")),
                ("created_by", models.CharField(max_length=150, verbose_name="by")),
                (
                    "kind",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="members.activitykind",
                        verbose_name="kind",
                    ),
                ),
            ],
            options={
                "verbose_name": "activity kind's version",
                "verbose_name_plural": "activity kinds' versions",
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "number"), name="kind_version_numbered")
                ],
            },
        ),
        migrations.AddField(
            model_name="activity",
            name="kind_version",
            field=models.PositiveIntegerField(null=True, verbose_name="version of the kind"),
        ),
        migrations.RunSQL(
            (SQL / "keep_activity_quarantined.sql").read_text(),
            (SQL / "keep_activity_aside.sql").read_text(),
        ),
    ]
