"""The CDNOW purchases as an activity file, dated so that the last day is yesterday.

`data/README.md` says where the purchases come from.
"""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

from loyalty.connectors.domain.orderfile import COLUMNS

SOURCE = Path(__file__).parent / "data" / "CDNOW_sample.txt"
LAST_DAY = date(1998, 6, 30)
ORDERS = 6919


def write_file(target: Path, *, yesterday: date) -> None:
    """Write the purchases as CSV for `import_activities`. An existing file is kept as it is, so that
    importing again finds the same orders."""
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    half_written = target.with_suffix(".part")
    with half_written.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, COLUMNS)
        writer.writeheader()
        writer.writerows(orders(yesterday - LAST_DAY))
    half_written.replace(target)


def orders(shift: timedelta) -> Iterator[dict[str, str]]:
    """One row for each purchase, moved by `shift`.

    The file has days but no hours; rows get one by their number, between 9:00 and 19:00 UTC. It has
    what was paid in all, so the unit price is rounded up to the cent and the rest is a discount.
    """
    with SOURCE.open(encoding="ascii") as lines:
        for number, line in enumerate(lines, start=1):
            _, customer, day, pieces, dollars = line.split()
            quantity, cents = int(pieces), int(Decimal(dollars) * 100)
            unit_cents = -(-cents // quantity)
            on = datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC).date() + shift
            at = datetime.combine(on, time(9), UTC) + timedelta(minutes=number % 600)
            yield {
                "id": f"cdnow-{number}",
                "type": "order.placed",
                "time": at.isoformat(),
                "member": f"cdnow-{customer}",
                "order_id": f"cdnow-{number}",
                "currency": "USD",
                "line_id": "1",
                "sku": "cd",
                "category": "music",
                "quantity": pieces,
                "unit_price": _money(unit_cents),
                "discount": _money(unit_cents * quantity - cents),
                "channel": "web",
            }


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"
