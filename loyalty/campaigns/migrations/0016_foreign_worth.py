"""What orders in other currencies were worth that were told before this was kept, where a rate is known.

An order whose rate nobody knows stays without a worth: conditions count it, and add nothing for it.
"""

from pathlib import Path

from django.conf import settings
from django.db import migrations

from members.domain.money import exponent

SQL = (Path(__file__).parent / "sql" / "foreign_worth.sql").read_text()
STEP = 50_000


def fill(apps, editor) -> None:
    """Every order without a worth, so many ids at a time."""
    currency = settings.PROGRAMME_CURRENCY
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM members_activity")
        [(last,)] = cursor.fetchall()
        for after in range(0, last, STEP):
            asked = {"after": after, "upto": after + STEP, "zone": settings.PROGRAMME_TIME_ZONE}
            cursor.execute(SQL, asked | {"places": exponent(currency)})


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("campaigns", "0015_reviews"),
        ("members", "0037_kind_versions_as_they_were"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
