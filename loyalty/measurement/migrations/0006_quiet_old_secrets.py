"""The history of a webhook keeps the secret before the current one as little as the current one."""

from django.db import migrations

from members.noted import noted

TABLE, LABEL = "connectors_webhookendpoint", "connectors.webhookendpoint"
before = noted(TABLE, LABEL, quiet=("sealed",))


class Migration(migrations.Migration):
    dependencies = [
        ("measurement", "0005_saved_views"),
        ("connectors", "0006_webhook_overlap"),
    ]

    operations = [
        migrations.RunSQL(f"DROP TRIGGER {TABLE}_noted ON {TABLE};", before.sql),
        noted(TABLE, LABEL, quiet=("sealed", "sealed_before")),
    ]
