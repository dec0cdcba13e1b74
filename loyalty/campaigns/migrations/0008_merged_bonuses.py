"""What merges took back of bonuses that a person gets once."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0007_funded_by"),
        ("members", "0022_merges"),
    ]

    operations = [
        migrations.CreateModel(
            name="MergedBonus",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount", models.BigIntegerField(verbose_name="points")),
                ("window", models.CharField(blank=True, max_length=12)),
                ("given_again_at", models.DateTimeField(null=True)),
                (
                    "effect",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="campaigns.effect",
                    ),
                ),
                (
                    "merge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bonuses",
                        to="members.merge",
                    ),
                ),
            ],
            options={
                "verbose_name": "bonus taken back by a merge",
                "verbose_name_plural": "bonuses taken back by merges",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("given_again_at", None)),
                        fields=("effect",),
                        name="merged_bonus_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="merged_bonus_not_empty"
                    ),
                ],
            },
        ),
    ]
