"""Merges, and the law that an activity may become the other's of two members who are one."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).parent / "sql"
BEFORE = (SQL / "keep_activity.sql").read_text().split("CREATE TRIGGER", 1)[0]


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0021_ordered_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="Merge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=200, unique=True)),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                ("merged_at", models.DateTimeField(verbose_name="merged at")),
                ("merged_by", models.CharField(max_length=150, verbose_name="merged by")),
                ("undone_at", models.DateTimeField(null=True, verbose_name="undone at")),
                (
                    "undone_by",
                    models.CharField(blank=True, max_length=150, verbose_name="undone by"),
                ),
                ("took", models.JSONField(default=dict)),
            ],
            options={
                "verbose_name": "merge",
                "verbose_name_plural": "merges",
                "permissions": [("merge_member", "Can merge members, and undo it")],
            },
        ),
        migrations.AddField(
            model_name="member",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged_here",
                to="members.member",
                verbose_name="merged into",
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into", models.F("pk")), _negated=True),
                name="member_not_merged_into_itself",
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="source",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merges_away",
                to="members.member",
            ),
        ),
        migrations.AddField(
            model_name="merge",
            name="target",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merges_here",
                to="members.member",
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.CheckConstraint(
                condition=models.Q(("source", models.F("target")), _negated=True),
                name="merge_of_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="merge_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("undone_at", None), ("undone_by", "")),
                    models.Q(
                        ("undone_at__gte", models.F("merged_at")),
                        models.Q(("undone_by", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="merge_undone_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="merge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at", None)), fields=("source",), name="merge_away_once"
            ),
        ),
        migrations.RunSQL(
            (SQL / "keep_activity_merged.sql").read_text(),
            BEFORE.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"),
        ),
    ]
