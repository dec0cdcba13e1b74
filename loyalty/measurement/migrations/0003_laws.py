"""What was reported with stays as it was."""

from django.db import migrations

from members.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("measurement", "0002_liability_rates"), ("members", "0002_laws")]

    operations = [append_only("measurement_liabilityrate")]
