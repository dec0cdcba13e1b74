"""What partners wrote to guests, and the rules they gave, are history: added to, never changed."""

from django.db import migrations

from members.append_only import append_only

CLOSED = ("events_directory_guestnote", "events_directory_repetition")


class Migration(migrations.Migration):
    dependencies = [
        ("events_directory", "0010_state_since_is_known"),
        ("members", "0002_laws"),
    ]

    operations = [append_only(table) for table in CLOSED]
