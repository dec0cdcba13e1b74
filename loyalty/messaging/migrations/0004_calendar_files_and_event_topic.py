"""Mails may carry a calendar file, and events are a topic."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0003_choices_and_pace"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="calendar",
            field=models.TextField(blank=True, default="", verbose_name="calendar file"),
        ),
        migrations.AlterField(
            model_name="choice",
            name="topic",
            field=models.CharField(
                choices=[
                    ("expiry", "Points that are about to expire"),
                    ("tier", "Your tier"),
                    ("recognition", "Badges and nominations"),
                    ("events", "Events you booked or wait for"),
                    ("offers", "Offers and news"),
                ],
                max_length=12,
                verbose_name="topic",
            ),
        ),
    ]
