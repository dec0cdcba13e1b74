"""What the orders were worth that were told before this was kept, in steps that are soon over."""

from pathlib import Path

from django.conf import settings
from django.db import migrations

from members.domain.money import exponent

SQL = (Path(__file__).parent / "sql" / "order_worth.sql").read_text()
STEP = 50_000


def fill(apps, editor) -> None:
    """Every order without a worth, so many ids at a time."""
    currency = settings.PROGRAMME_CURRENCY
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM members_activity")
        [(last,)] = cursor.fetchall()
        for after in range(0, last, STEP):
            asked = {"after": after, "upto": after + STEP, "currency": currency}
            cursor.execute(SQL, asked | {"places": exponent(currency)})


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("members", "0025_history_in_one_index"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
