"""Importing files of activities through the same door as the API."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import transaction

from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.operations import intake, schemas
from loyalty.connectors.domain.orderfile import Read, RowFault
from members.domain.actors import Actor
from members.domain.calendar import local_date
from members.models import Member
from members.operations import members

#: Activities in one transaction: large enough to be quick, small enough to lose little time.
BATCH = 200


@dataclass(slots=True)
class Report:
    """What an import did (or, on a dry run, would do)."""

    read: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    members: int = 0
    faults: list[RowFault] = field(default_factory=list)


def run(
    rows: Iterable[Read | RowFault],
    *,
    source: str,
    actor: Actor,
    dry_run: bool = False,
    on_progress: Callable[[int], None] = lambda read: None,
) -> Report:
    """Import activities in batches, each one transaction; faults are collected, not fatal.

    Members that are unknown are enrolled as of their first activity. What was imported before is
    recognised by (source, id) and changes nothing.
    """
    report, found = Report(), iter(rows)
    while batch := list(islice(found, BATCH)):
        report.faults += [row for row in batch if isinstance(row, RowFault)]
        reads = [row for row in batch if isinstance(row, Read)]
        report.read += len(reads)
        if dry_run:
            _check(reads, source, report)
        else:
            _import(reads, source, actor, report)
        on_progress(len(batch))
    return report


@transaction.atomic
def _import(reads: list[Read], source: str, actor: Actor, report: Report) -> None:
    zone = Member._meta.get_field("time_zone").get_default()
    first = {
        read.member: local_date(read.at, zone)
        for read in sorted(reads, key=lambda read: read.at, reverse=True)
        if read.member
    }
    report.members += members.enrol_missing(list(first), actor=actor, joined_on=first)
    answers = intake.take([_told(read, source) for read in reads], actor=actor, is_history=True)
    for read, answer in zip(reads, answers, strict=True):
        report.statuses[answer.status] = report.statuses.get(answer.status, 0) + 1
        report.faults += [
            _row_fault(read, error["pointer"], error["detail"]) for error in answer.errors
        ]


def _check(reads: list[Read], source: str, report: Report) -> None:
    """What a dry run can say without writing: the faults of every payload, and who is new."""
    known = schemas.current({read.kind for read in reads})
    for read in reads:
        faults = schemas.faults_of(_told(read, source), known.get(read.kind))
        status = "rejected" if faults else "accepted"
        report.statuses[status] = report.statuses.get(status, 0) + 1
        report.faults += [_row_fault(read, fault.pointer, fault.detail) for fault in faults]


def _row_fault(read: Read, pointer: str, detail: str) -> RowFault:
    """A fault of the activity as one of the file: with the value that stands at the pointer."""
    said: Any = {"id": read.id, "type": read.kind, "data": read.payload}
    for name in pointer.strip("/").split("/"):
        if isinstance(said, list) and name.isdecimal() and int(name) < len(said):
            said = said[int(name)]
        else:
            said = said.get(name) if isinstance(said, Mapping) else None
    is_one_value = isinstance(said, str | int | float)
    return RowFault(read.line, pointer, str(said) if is_one_value else read.id, detail)


def _told(read: Read, source: str) -> Told:
    return Told(source, read.id, read.kind, read.member, read.at, read.payload)
