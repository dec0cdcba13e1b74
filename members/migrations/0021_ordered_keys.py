"""Customer keys, and which parked activities named them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0020_purses_in_audit_views"),
    ]

    operations = [
        migrations.CreateModel(
            name="CustomerKey",
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
                        choices=[
                            ("card", "card"),
                            ("phone", "phone number"),
                            ("email", "e-mail address"),
                        ],
                        max_length=5,
                        verbose_name="kind",
                    ),
                ),
                ("digest", models.BinaryField(max_length=32)),
                ("noted_at", models.DateTimeField(verbose_name="first told at")),
                ("given_at", models.DateTimeField(null=True, verbose_name="given at")),
                (
                    "member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="customer_keys",
                        to="members.member",
                    ),
                ),
            ],
            options={
                "verbose_name": "customer key",
                "verbose_name_plural": "customer keys",
            },
        ),
        migrations.CreateModel(
            name="ActivityKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "activity_id",
                        "key_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "activity",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="keys",
                        to="members.activity",
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activities",
                        to="members.customerkey",
                    ),
                ),
            ],
            options={
                "verbose_name": "key of an activity",
                "verbose_name_plural": "keys of activities",
            },
        ),
        migrations.AddConstraint(
            model_name="customerkey",
            constraint=models.UniqueConstraint(fields=("kind", "digest"), name="customer_key_once"),
        ),
        migrations.AddConstraint(
            model_name="customerkey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("given_at", None), ("member", None)),
                    models.Q(("given_at__isnull", False), ("member__isnull", False)),
                    _connector="OR",
                ),
                name="customer_key_given_when_owned",
            ),
        ),
    ]
