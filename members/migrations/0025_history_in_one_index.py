"""What is asked about a member's past is answered from one index, built without locking anybody out."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("members", "0024_traits"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="activity",
            index=models.Index(
                fields=["member", "kind", "occurred_at", "id"],
                include=["status", "worth"],
                name="activity_past",
            ),
        ),
        RemoveIndexConcurrently(model_name="activity", name="activity_history"),
    ]
