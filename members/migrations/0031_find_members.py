"""Members are found by the beginning of what they are called, built without locking anybody out."""

from django.contrib.postgres.indexes import OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Upper

NAMES = ("ref", "email", "given_name", "family_name")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("members", "0030_boards_are_opted_into"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="member",
            index=models.Index(
                OpClass(Upper(name), name="text_pattern_ops"), name=f"member_found_by_{name}"
            ),
        )
        for name in NAMES
    ]
