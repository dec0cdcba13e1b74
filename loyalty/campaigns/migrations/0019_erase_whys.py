"""Taking the reasons of a member's effects out with the traces."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0018_referral_invites"),
        ("members", "0042_words_of_effects"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "erase_whys.sql").read_text(), (SQL / "erase_whys_back.sql").read_text()
        ),
    ]
