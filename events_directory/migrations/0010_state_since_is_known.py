"""From now on it is always known since when a partner and a micro-event are in their state."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("events_directory", "0009_state_since_as_it_was")]

    operations = [
        migrations.AlterField(
            model_name=model,
            name="state_since",
            field=models.DateTimeField(verbose_name="in this state since"),
        )
        for model in ("partner", "microevent")
    ]
