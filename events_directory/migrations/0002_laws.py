"""Scans, approvals and movements of money are history: added to, never changed."""

from django.db import migrations

from members.append_only import append_only

CLOSED = (
    "events_directory_checkin",
    "events_directory_approval",
    "events_directory_poolentry",
)


class Migration(migrations.Migration):
    dependencies = [
        ("events_directory", "0001_directory_and_grants"),
        ("members", "0002_laws"),
    ]

    operations = [append_only(table) for table in CLOSED]
