"""Evidence that history was not rewritten."""

from django.db import migrations, models

from members.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0009_expiry_policies"),
    ]

    operations = [
        migrations.CreateModel(
            name="SealAhead",
            fields=[
                ("chain", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("upto_id", models.BigIntegerField(default=0)),
                ("horizon", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("chain", models.CharField(max_length=20, verbose_name="of")),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("first_id", models.BigIntegerField(verbose_name="from")),
                ("last_id", models.BigIntegerField(verbose_name="to")),
                ("rows", models.PositiveIntegerField(verbose_name="rows")),
                ("digest", models.BinaryField(max_length=32)),
                ("marks", models.BinaryField()),
                ("sealed_at", models.DateTimeField(verbose_name="sealed at")),
            ],
            options={
                "verbose_name": "seal",
                "verbose_name_plural": "seals",
                "constraints": [
                    models.UniqueConstraint(fields=("chain", "number"), name="seal_numbered"),
                    models.CheckConstraint(
                        condition=models.Q(("first_id__lte", models.F("last_id"))),
                        name="seal_covers_rows",
                    ),
                ],
            },
        ),
        append_only("members_seal"),
    ]
