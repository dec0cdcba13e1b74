"""Steps of the console on many rows: what was chosen, and what came of each row."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0032_changes"),
    ]

    operations = [
        migrations.CreateModel(
            name="BulkRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("label", models.CharField(max_length=60, verbose_name="list")),
                ("step", models.CharField(max_length=40, verbose_name="step")),
                ("asked", models.TextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("chosen", "to be confirmed"),
                            ("running", "under way"),
                            ("done", "done"),
                        ],
                        default="chosen",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("count", models.PositiveIntegerField(verbose_name="rows")),
                ("done", models.PositiveIntegerField(default=0, verbose_name="done")),
                ("refused", models.PositiveIntegerField(default=0, verbose_name="refused")),
                ("chosen_at", models.DateTimeField(verbose_name="chosen at")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended at")),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
            ],
            options={
                "verbose_name": "bulk run",
                "verbose_name_plural": "bulk runs",
            },
        ),
        migrations.CreateModel(
            name="BulkRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject_id", models.BigIntegerField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[("waiting", "waiting"), ("done", "done"), ("refused", "refused")],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=150)),
                ("why", models.CharField(blank=True, max_length=300)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="members.bulkrun",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("outcome", "waiting")),
                        fields=["run", "id"],
                        name="bulk_row_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("run", "subject_id"), name="bulk_row_once")
                ],
            },
        ),
    ]
