"""Files that staff bring and take."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("connectors", "0002_webhooks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Export",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("label", models.CharField(max_length=60, verbose_name="list")),
                ("title", models.CharField(max_length=100, verbose_name="list")),
                ("query", models.CharField(blank=True, max_length=2000, verbose_name="filters")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("writing", "being written"),
                            ("ready", "ready"),
                            ("failed", "could not be written"),
                            ("gone", "deleted"),
                        ],
                        default="writing",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("folder", models.UUIDField(editable=False)),
                ("last_row", models.BigIntegerField(default=0)),
                ("total", models.PositiveIntegerField(verbose_name="rows")),
                ("rows", models.PositiveIntegerField(default=0, verbose_name="written")),
                ("parts", models.PositiveIntegerField(default=0)),
                ("fault", models.CharField(blank=True, max_length=200, verbose_name="fault")),
                ("asked_at", models.DateTimeField(verbose_name="asked at")),
                ("ends_at", models.DateTimeField(verbose_name="deleted after")),
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
                "verbose_name": "export",
                "verbose_name_plural": "exports",
            },
        ),
        migrations.CreateModel(
            name="Import",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("activities", "activities"), ("members", "members")],
                        max_length=10,
                        verbose_name="of",
                    ),
                ),
                ("source", models.CharField(max_length=60, verbose_name="source")),
                ("file_name", models.CharField(max_length=120, verbose_name="file")),
                ("folder", models.UUIDField(editable=False)),
                ("size", models.PositiveBigIntegerField(verbose_name="bytes")),
                ("lines", models.PositiveIntegerField(verbose_name="lines")),
                ("columns", models.JSONField(default=dict, verbose_name="columns")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("brought", "to be mapped"),
                            ("checking", "being checked"),
                            ("checked", "checked"),
                            ("reading", "being read in"),
                            ("done", "done"),
                            ("stopped", "stopped"),
                            ("gone", "file deleted"),
                        ],
                        default="brought",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=0)),
                ("part", models.PositiveIntegerField(default=0)),
                ("reached", models.PositiveIntegerField(default=0, verbose_name="line reached")),
                ("checked", models.JSONField(default=dict, verbose_name="checked")),
                ("done", models.JSONField(default=dict, verbose_name="read in")),
                ("asked_at", models.DateTimeField(verbose_name="brought at")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended at")),
                ("ends_at", models.DateTimeField(verbose_name="file deleted after")),
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
                "verbose_name": "import",
                "verbose_name_plural": "imports",
            },
        ),
        migrations.CreateModel(
            name="ImportFault",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("is_trial", models.BooleanField()),
                ("line", models.PositiveIntegerField(verbose_name="line")),
                ("column", models.CharField(max_length=100, verbose_name="column")),
                ("value", models.CharField(max_length=200, verbose_name="value")),
                ("remedy", models.CharField(max_length=300, verbose_name="what to do")),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="faults",
                        to="connectors.import",
                    ),
                ),
            ],
            options={
                "verbose_name": "fault",
                "verbose_name_plural": "faults",
                "ordering": ("line", "pk"),
            },
        ),
        migrations.AddConstraint(
            model_name="import",
            constraint=models.CheckConstraint(
                condition=models.Q(("source", ""), _negated=True), name="import_has_source"
            ),
        ),
        migrations.AddIndex(
            model_name="importfault",
            index=models.Index(fields=["file", "is_trial", "line"], name="import_fault_line"),
        ),
    ]
