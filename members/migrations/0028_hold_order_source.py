"""Which shop the order is of that a hold pays for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0027_activities_set_aside"),
    ]

    operations = [
        migrations.AddField(
            model_name="hold",
            name="order_source",
            field=models.CharField(blank=True, max_length=100, verbose_name="told by"),
        ),
    ]
