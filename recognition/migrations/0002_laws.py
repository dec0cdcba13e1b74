"""What the tables of recognition alone do not hold: frozen cycles, and the days of a board's window."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("recognition", "0001_badges_boards_nominations")]

    operations = [
        migrations.RunSQL(
            (SQL / "keep_cycle.sql").read_text(), (SQL / "keep_cycle_reverse.sql").read_text()
        ),
        migrations.RunSQL(
            (SQL / "board_window.sql").read_text(),
            "DROP FUNCTION board_window(text, date, date, date)",
        ),
    ]
