"""Orders in other currencies."""

import django.core.validators
from django.db import migrations, models

from members.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0005_returns"),
    ]

    operations = [
        migrations.AddField(
            model_name="evaluation",
            name="rate",
            field=models.DecimalField(decimal_places=8, max_digits=18, null=True),
        ),
        migrations.CreateModel(
            name="ExchangeRate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="currency")),
                ("starts_on", models.DateField(verbose_name="from")),
                (
                    "rate",
                    models.DecimalField(
                        decimal_places=8,
                        max_digits=18,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="rate",
                    ),
                ),
            ],
            options={
                "verbose_name": "exchange rate",
                "verbose_name_plural": "exchange rates",
                "ordering": ["currency", "-starts_on"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("currency", "starts_on"), name="rate_once_a_day"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rate__gt", 0)), name="rate_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("currency__regex", "^[A-Z]{3}$")), name="rate_currency"
                    ),
                ],
            },
        ),
        append_only("campaigns_exchangerate"),
    ]
