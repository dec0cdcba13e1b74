"""Erasing a person from the books: what is refused afterwards, what was taken out, and exports."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

from members.append_only import append_only

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0038_credential_changes"),
    ]

    operations = [
        migrations.CreateModel(
            name="ErasedReference",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="erased_references",
                        to="members.member",
                    ),
                ),
            ],
            options={
                "verbose_name": "erased reference",
                "verbose_name_plural": "erased references",
            },
        ),
        migrations.CreateModel(
            name="MemberExport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="asked for at")),
                ("made_at", models.DateTimeField(null=True, verbose_name="made at")),
                ("expires_at", models.DateTimeField(verbose_name="can be fetched until")),
                ("file", models.BinaryField(null=True)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exports",
                        to="members.member",
                    ),
                ),
            ],
            options={
                "verbose_name": "export of a member",
                "verbose_name_plural": "exports of members",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("file", None), ("made_at", None)),
                            models.Q(("file__isnull", False), ("made_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="member_export_whole",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Redaction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("chain", models.CharField(max_length=20)),
                ("row_id", models.BigIntegerField()),
                ("sealed", models.BinaryField(max_length=32)),
                ("left", models.BinaryField(max_length=32)),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="redactions",
                        to="members.member",
                    ),
                ),
            ],
            options={
                "verbose_name": "redaction",
                "verbose_name_plural": "redactions",
                "constraints": [
                    models.UniqueConstraint(fields=("chain", "row_id"), name="redaction_once")
                ],
            },
        ),
        append_only("members_erasedreference"),
        append_only("members_redaction"),
        migrations.RunSQL(
            (SQL / "erase_words.sql").read_text(), (SQL / "erase_words_back.sql").read_text()
        ),
    ]
