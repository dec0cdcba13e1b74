"""Since when a partner and a micro-event are in their state; filled in by the next step."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events_directory", "0007_notes_to_guests")]

    operations = [
        migrations.AddField(
            model_name=model,
            name="state_since",
            field=models.DateTimeField(null=True, verbose_name="in this state since"),
        )
        for model in ("partner", "microevent")
    ]
