"""Tags and attributes of members, and what an order was worth beside what was told about it."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0023_viewing_as"),
    ]

    operations = [
        migrations.CreateModel(
            name="MemberTag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("until", models.DateTimeField(null=True, verbose_name="until")),
                ("cause", models.CharField(max_length=120, unique=True, verbose_name="cause")),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tags",
                        to="members.member",
                        verbose_name="member",
                    ),
                ),
            ],
            options={
                "verbose_name": "tag of a member",
                "verbose_name_plural": "tags of members",
                "indexes": [models.Index(fields=["member", "name"], name="member_tag_of")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(until=None) | models.Q(until__gte=models.F("starts_at")),
                        name="member_tag_ends_after",
                    ),
                    models.CheckConstraint(
                        condition=~models.Q(name="") & ~models.Q(cause=""),
                        name="member_tag_named",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MemberAttribute",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("value", models.CharField(max_length=200, verbose_name="value")),
                ("set_at", models.DateTimeField(verbose_name="set at")),
                ("cause", models.CharField(max_length=120, verbose_name="cause")),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attributes",
                        to="members.member",
                        verbose_name="member",
                    ),
                ),
            ],
            options={
                "verbose_name": "attribute of a member",
                "verbose_name_plural": "attributes of members",
                "indexes": [models.Index(fields=["name", "member"], name="member_attribute_names")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["member", "name"], name="member_attribute_once"
                    ),
                    models.CheckConstraint(
                        condition=~models.Q(name="") & ~models.Q(cause=""),
                        name="member_attribute_named",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="activity",
            name="worth",
            field=models.BigIntegerField(null=True, verbose_name="worth"),
        ),
        migrations.RunSQL(
            (SQL / "keep_activity_worth.sql").read_text(),
            (SQL / "keep_activity_merged.sql").read_text(),
        ),
    ]
