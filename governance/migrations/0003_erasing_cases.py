"""Letting the words of a case go when one of its sides is erased."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [
        ("governance", "0002_laws"),
        ("members", "0039_erasure"),
    ]

    operations = [
        migrations.RunSQL(
            (SQL / "erasing_case.sql").read_text(), (SQL / "erasing_case_reverse.sql").read_text()
        ),
    ]
