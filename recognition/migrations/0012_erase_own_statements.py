"""Of what judges read, only the words of whoever is erased go, also where names were taken out of them; of what
judges wrote about somebody who is erased, all of them."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("recognition", "0011_erase_decisions"),
        ("governance", "0005_keep_what_is_judged"),
        ("members", "0045_words_of_ballots"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "erase_own_statements.sql").read_text(),
            (SQL / "erase_decisions.sql").read_text(),
        ),
    ]
