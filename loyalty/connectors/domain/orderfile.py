"""Reading activity files: CSV with one row a line of an order, or JSON Lines of CloudEvents.

Files are streamed: nothing but the order being read is kept.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

COLUMNS = (
    "id",
    "type",
    "time",
    "member",
    "order_id",
    "currency",
    "line_id",
    "sku",
    "category",
    "quantity",
    "unit_price",
    "discount",
    "tax",
    "channel",
    "store",
)
REQUIRED = ("id", "type", "time", "member")
_LENGTHS = {"id": 180, "type": 60, "member": 100}


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with one place of the file, and what to do about it."""

    line: int
    column: str
    value: str
    remedy: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.column}: {self.value!r}: {self.remedy}"


@dataclass(frozen=True, slots=True)
class Read:
    """One activity of the file, and the line it begins on; `member` is empty when it names none."""

    line: int
    id: str
    kind: str
    at: datetime
    member: str
    payload: dict[str, Any]


class FileFault(ValueError):
    """The file as a whole cannot be read."""


def read_csv(lines: Iterable[str]) -> Iterator[Read | RowFault]:
    """The activities of a CSV file, or faults; rows of one id that follow each other are one order."""
    reader = csv.DictReader(lines)
    missing = [name for name in REQUIRED if name not in (reader.fieldnames or ())]
    if missing:
        raise FileFault(f"line 1: the columns {', '.join(missing)} are missing")
    clean = ({name: (value or "").strip() for name, value in row.items() if name} for row in reader)
    yield from read_rows((reader.line_num, row) for row in clean)


def read_rows(rows: Iterable[tuple[int, dict[str, str]]]) -> Iterator[Read | RowFault]:
    """The activities of rows by our own column names, each with the line it ends on."""
    held: list[tuple[int, dict[str, str]]] = []
    for line, row in rows:
        if held and held[0][1]["id"] != row["id"]:
            yield from _order(held)
            held = []
        held.append((line, row))
    if held:
        yield from _order(held)


def _order(rows: list[tuple[int, dict[str, str]]]) -> Iterator[Read | RowFault]:
    faults = [fault for line, row in rows for fault in _row_faults(line, row)]
    first_line, first = rows[0]
    at = _time(first["time"])
    if at is None:
        remedy = "write a time with its zone, such as 2026-03-14T09:30:00+01:00"
        faults.append(RowFault(first_line, "time", first["time"], remedy))
    for line, row in rows[1:]:
        for column in ("type", "time", "member"):
            if row[column] != first[column]:
                remedy = f"all rows of id {first['id']} need the same {column}"
                faults.append(RowFault(line, column, row[column], remedy))
    if faults or at is None:
        yield from faults
        return
    yield Read(first_line, first["id"], first["type"], at, first["member"], _payload(rows))


def _row_faults(line: int, row: dict[str, str]) -> Iterator[RowFault]:
    for column in REQUIRED:
        value, length = row[column], _LENGTHS.get(column, 100)
        if not value or len(value) > length or not value.isprintable():
            yield RowFault(line, column, value[:60], f"write 1 to {length} printable characters")
    if row["type"] != "order.placed":
        return
    for column in ("quantity", "unit_price", "discount", "tax"):
        value = row.get(column, "")
        if not value and column in ("discount", "tax"):
            continue
        if column == "quantity":
            is_whole = value.isascii() and value.isdigit() and len(value) <= 10
            if not (is_whole and 0 < int(value) <= 1_000_000):
                yield RowFault(line, column, value[:60], "write a whole number of at least 1")
        elif not _is_amount(value):
            yield RowFault(line, column, value, "write an amount with a point, such as 14.90")


def _is_amount(text: str) -> bool:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return False
    return text.isascii() and amount.is_finite() and amount >= 0 and "E" not in text.upper()


def _payload(rows: list[tuple[int, dict[str, str]]]) -> dict[str, Any]:
    first = rows[0][1]
    named = ("order_id", "channel", "store", "sku")
    payload: dict[str, Any] = {name: first[name] for name in named if first.get(name)}
    if first["type"] != "order.placed":
        return payload
    payload.pop("sku", None)
    payload.setdefault("order_id", first["id"])
    payload["currency"] = first.get("currency") or "EUR"
    payload["lines"] = [
        {
            "line_id": row.get("line_id") or str(place),
            "quantity": int(row["quantity"]),
            "unit_price": row["unit_price"],
        }
        | {name: row[name] for name in ("sku", "category", "discount", "tax") if row.get(name)}
        for place, (_, row) in enumerate(rows, start=1)
    ]
    return payload


def read_jsonl(lines: Iterable[str]) -> Iterator[Read | RowFault]:
    """The activities of a JSON Lines file of CloudEvents, or faults."""
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        try:
            event = json.loads(text)
        except (ValueError, RecursionError):
            yield RowFault(number, "", text[:60], "write one JSON object on each line")
            continue
        yield from _event(number, event)


def _event(line: int, event: Any) -> Iterator[Read | RowFault]:
    if not isinstance(event, dict):
        yield RowFault(line, "", str(event)[:60], "write a CloudEvents object")
        return
    faults: list[RowFault] = []
    data = event.get("data", {})
    if not isinstance(data, dict):
        faults.append(RowFault(line, "data", str(data)[:60], "write an object"))
    needed = {"id": 180, "type": 60, "subject": 100}
    if event.get("subject") is None and isinstance(data, dict) and "customer" in data:
        del needed["subject"]
    for name, length in needed.items():
        value = event.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= length or not value.isprintable():
            remedy = f"write 1 to {length} printable characters"
            faults.append(RowFault(line, name, str(value)[:60], remedy))
    at = _time(event.get("time"))
    if at is None:
        faults.append(
            RowFault(line, "time", str(event.get("time"))[:60], "write a time with its zone")
        )
    if faults or at is None:
        yield from faults
        return
    yield Read(line, event["id"], event["type"], at, event.get("subject") or "", data)


def _time(text: Any) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo is not None and 1900 < at.year < 9000 else None
