"""Which shop the order is of that a reward was used in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("rewards", "0006_funds"),
    ]

    operations = [
        migrations.AddField(
            model_name="coupon",
            name="order_source",
            field=models.CharField(blank=True, max_length=100, verbose_name="told by"),
        ),
        migrations.AddField(
            model_name="redemption",
            name="order_source",
            field=models.CharField(blank=True, max_length=100, verbose_name="told by"),
        ),
    ]
