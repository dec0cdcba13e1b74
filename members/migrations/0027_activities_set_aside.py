"""Activities that are looked at before they count, and those that do not count after all."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0026_order_worth"),
    ]

    operations = [
        migrations.AlterField(
            model_name="activity",
            name="status",
            field=models.CharField(
                choices=[
                    ("accepted", "accepted"),
                    ("parked", "parked"),
                    ("quarantined", "quarantined"),
                    ("declined", "declined"),
                ],
                max_length=12,
                verbose_name="status",
            ),
        ),
        migrations.RunSQL(
            (SQL / "keep_activity_aside.sql").read_text(),
            (SQL / "keep_activity_worth.sql").read_text(),
        ),
    ]
