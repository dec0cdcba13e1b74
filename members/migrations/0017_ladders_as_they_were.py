"""Every ladder's first version, and none of them ever changes."""

from pathlib import Path

from django.db import migrations

from members.append_only import append_only

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("members", "0016_ladder_versions")]

    operations = [
        migrations.RunSQL((SQL / "ladder_first_version.sql").read_text(), migrations.RunSQL.noop),
        append_only("members_ladderversion"),
    ]
