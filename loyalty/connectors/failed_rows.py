"""The rows of an import that could not be read, as a file to mend and bring again."""

import csv
from collections.abc import Iterator
from typing import Any

from loyalty.connectors import private_files
from loyalty.connectors.models import Import
from loyalty.connectors.operations import import_files
from members.domain.sheets import cell, plain

FAULT = "what_to_do"


def lines(found: Import) -> Iterator[str]:
    """The head with a column for what to do; then each faulty row as it was brought, and the other rows
    of the same activity, for they are read together. Cells that would be run are made harmless, and read
    back as they were."""
    file = private_files.folder(found.folder) / import_files.FILE
    told = _told(found)
    if import_files.is_jsonl(found.file_name):
        with file.open(encoding="utf-8-sig") as text:
            yield from (line for number, line in enumerate(text, start=1) if number in told)
        return
    head, between = import_files.head_of(found)
    head = [name for name in head if name != FAULT]
    writer = csv.writer(_Line(), delimiter=between, lineterminator="\n")
    yield writer.writerow([cell(name) for name in (*head, FAULT)])
    together = found.columns.get("id") if found.kind == Import.Kind.ACTIVITIES else None
    wanted = (
        {row.get(together) for line, row in _rows(found) if line in told} if together else set()
    )
    for line, row in _rows(found):
        if line in told or (together and row.get(together) in wanted):
            values = [cell(str(row.get(name) or "")) for name in head]
            yield writer.writerow([*values, cell(told.get(line, ""))])


def _told(found: Import) -> dict[int, str]:
    """Line by line, what is wrong there."""
    is_trial = not found.done
    told: dict[int, list[str]] = {}
    for fault in found.faults.filter(is_trial=is_trial).iterator():
        told.setdefault(fault.line, []).append(f"{fault.column}: {fault.remedy}")
    return {line: "; ".join(remedies) for line, remedies in told.items()}


def _rows(found: Import) -> Iterator[tuple[int, dict[str, Any]]]:
    file = private_files.folder(found.folder) / import_files.FILE
    between = import_files.head_of(found)[1]
    with file.open(encoding="utf-8-sig", newline="") as text:
        reader = csv.DictReader(text, delimiter=between)
        for row in reader:
            clean = {
                plain(str(name).strip()): plain(value)
                for name, value in row.items()
                if isinstance(value, str)
            }
            yield reader.line_num, clean


class _Line:
    """What a CSV writer writes to when each line goes out at once."""

    @staticmethod
    def write(line: str) -> str:
        """Nothing is kept."""
        return line
