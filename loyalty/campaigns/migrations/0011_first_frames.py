"""Rule versions that were published before frames were kept get theirs."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0010_holdouts")]

    operations = [
        # Taking it back would take nothing away that the campaign does not say itself.
        migrations.RunSQL((SQL / "first_frames.sql").read_text(), migrations.RunSQL.noop),
    ]
