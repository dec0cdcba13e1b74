"""Redemptions that wait for a person."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0027_activities_set_aside"),
        ("rewards", "0007_order_source"),
    ]

    operations = [
        migrations.AddField(
            model_name="redemption",
            name="in_review",
            field=models.BooleanField(default=False, verbose_name="waits for a person"),
        ),
        migrations.AddConstraint(
            model_name="redemption",
            constraint=models.CheckConstraint(
                condition=models.Q(("in_review", False), ("state", "reserved"), _connector="OR"),
                name="redemption_in_review_is_reserved",
            ),
        ),
    ]
