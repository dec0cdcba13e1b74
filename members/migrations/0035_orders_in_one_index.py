"""What was told of an order is found at once, however much its member did; built without locking anybody out."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.fields.json import KeyTransform


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("members", "0034_see_contact"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="activity",
            index=models.Index(
                models.F("member"),
                KeyTransform("order_id", "payload"),
                condition=models.Q(
                    (
                        "kind__in",
                        ["order.placed", "order.fulfilled", "order.returned", "order.cancelled"],
                    )
                ),
                name="activity_of_order",
            ),
        ),
    ]
