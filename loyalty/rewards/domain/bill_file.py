"""Bills as a file that a spreadsheet opens."""

import csv
import io
from collections.abc import Iterable, Sequence

HEAD = (
    "partner",
    "fund",
    "month",
    "granted",
    "came_back",
    "points",
    "per_1000",
    "currency",
    "amount",
)
#: A cell that begins like this would be a formula.
_ACTIVE = ("=", "+", "-", "@", "\t", "\r")


def bill_file(rows: Iterable[Sequence[object]]) -> str:
    """CSV with a head; words that a spreadsheet would calculate are made plain, amounts stay numbers."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEAD)
    for partner, fund, *figures in rows:
        writer.writerow([_plain(str(partner)), _plain(str(fund)), *figures])
    return text.getvalue()


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_ACTIVE) else cell
