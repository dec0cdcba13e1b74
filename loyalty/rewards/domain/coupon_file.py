"""Reading a file of coupon codes: one a line, or CSV with the columns `code` and `expires_on`."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from loyalty.rewards.domain.codes import LONGEST, plain

SHORTEST = 4
#: More than anybody hands out at once, and still one transaction of a few seconds.
MOST = 50_000
COLUMNS = frozenset({"code", "expires_on"})


@dataclass(frozen=True, slots=True)
class Row:
    """One code as it was written, and the last day on which it is good (None: the reward's rule)."""

    line: int
    code: str
    expires_on: date | None = None

    @property
    def plain(self) -> str:
        """What it is compared by."""
        return plain(self.code)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a line cannot be used. It never repeats the code."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class CouponFile:
    """The rows that can be used, and the lines that cannot."""

    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]


def read_file(text: str) -> CouponFile:
    """Every line as a row or a fault; empty lines say nothing."""
    rows: list[Row] = []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    for line, cells in _cells(text):
        found = _row(line, cells)
        if isinstance(found, Row) and found.plain in seen:
            found = Fault(line, f"the same code as in line {seen[found.plain]}")
        if isinstance(found, Fault):
            faults.append(found)
            continue
        seen[found.plain] = line
        rows.append(found)
        if len(rows) > MOST:
            return CouponFile((), (Fault(line, f"more than {MOST} codes in one file"),))
    return CouponFile(tuple(rows), tuple(faults))


def _cells(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    lines = text.lstrip("\ufeff").splitlines()
    first = (
        [cell.strip().lower() for cell in lines[0].replace(";", ",").split(",")] if lines else []
    )
    if "code" not in first or not COLUMNS.issuperset(first):
        first, start = ["code", "expires_on"], 0
    else:
        start = 1
    for number, line in enumerate(lines[start:], start=start + 1):
        if line.strip():
            delimiter = ";" if ";" in line else ","
            cells = next(csv.reader(io.StringIO(line), delimiter=delimiter))
            yield number, dict(zip(first, (cell.strip() for cell in cells), strict=False))


def _row(line: int, cells: dict[str, str]) -> Row | Fault:
    code, day = cells.get("code", ""), cells.get("expires_on", "")
    if not code:
        return Fault(line, "no code")
    if len(code) > LONGEST:
        return Fault(line, f"more than {LONGEST} signs")
    if len(plain(code)) < SHORTEST:
        return Fault(line, f"fewer than {SHORTEST} letters and digits, which is quickly guessed")
    try:
        return Row(line, code, date.fromisoformat(day) if day else None)
    except ValueError:
        return Fault(line, "expires_on is not a date like 2027-01-31")
