"""An import in the console: a file is brought, its columns mapped, checked without writing, and read in.

Checking and reading go part by part, each a job: what a part did and how far the file has come are one
commit, so a worker that is killed loses nothing and does nothing twice.
"""

import csv
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from loyalty.campaigns.operations import customers
from loyalty.connectors import private_files
from loyalty.connectors.domain import columns, memberfile, orderfile
from loyalty.connectors.domain.orderfile import Read, RowFault
from loyalty.connectors.errors import (
    ColumnsMissing,
    FileEmpty,
    FileTooLarge,
    FileUnreadable,
    NotNow,
)
from loyalty.connectors.models import Import, ImportFault
from loyalty.connectors.operations import imports, member_imports
from members import clock
from members.domain.actors import Actor
from members.models import User
from members.operations import audit, jobs, relations

LARGEST = 50_000_000
#: In letters: an order of some thousand lines on one line of JSON.
LONGEST_LINE = 1_000_000
KEPT = timedelta(days=30)
#: Activities or members in one job: some seconds of work.
PART = 1_000
FILE = "file"
STEPS = {Import.State.CHECKING: Import.State.CHECKED, Import.State.READING: Import.State.DONE}


def bring(
    chunks: Iterable[bytes], *, kind: str, source: str, file_name: str, by: User, actor: Actor
) -> Import:
    """Keep an uploaded file, and guess its columns: as the last file of this source was mapped, or by
    what they are called. Raises FileTooLarge, FileEmpty or FileUnreadable, and keeps nothing."""
    key = uuid4()
    try:
        size, lines, head = _keep(key, chunks, file_name)
        with transaction.atomic():
            now = clock.now()
            found = Import.objects.create(
                kind=kind,
                source=source,
                file_name=file_name[-120:],
                folder=key,
                size=size,
                lines=lines,
                columns=_mapping(head, kind, source),
                asked_by=by,
                asked_at=now,
                ends_at=now + KEPT,
            )
            told = {"file": found.file_name, "of": kind, "source": source, "lines": lines}
            audit.record(found, actor=actor, verb="connectors.import.brought", after=told)
    except BaseException:
        private_files.remove(key)
        raise
    return found


def _keep(key: UUID, chunks: Iterable[bytes], name: str) -> tuple[int, int, list[str]]:
    """Write it down and read it once: its size, its lines, the names of its columns."""
    file, size = private_files.made(key) / FILE, 0
    with file.open("wb") as out:
        for chunk in chunks:
            size += len(chunk)
            if size > LARGEST:
                raise FileTooLarge(most=LARGEST // 1_000_000)
            out.write(chunk)
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            told = _short(text)
            first = next(told, "")
            head, between = ([], ",") if is_jsonl(name) else columns.head_of(first.strip())
            rows = told if is_jsonl(name) else csv.reader(told, delimiter=between)
            lines = 1 + sum(1 for _row in rows)
    except (UnicodeDecodeError, csv.Error) as fault:
        raise FileUnreadable() from fault
    if not first.strip() or (lines < 2 and not is_jsonl(name)):
        raise FileEmpty()
    return size, lines, head


def _short(lines: Iterable[str]) -> Iterator[str]:
    """The lines, of which none is so long that its cells would fill the memory."""
    for line in lines:
        if len(line) > LONGEST_LINE:
            raise FileUnreadable()
        yield line


def is_jsonl(name: str) -> bool:
    """Whether it is a file of CloudEvents, a JSON object on each line; anything else is a table."""
    return name.lower().endswith((".jsonl", ".ndjson"))


def _mapping(head: list[str], kind: str, source: str) -> dict[str, str]:
    before = Import.objects.filter(kind=kind, source=source).exclude(state=Import.State.BROUGHT)
    for mapped in before.order_by("-pk").values_list("columns", flat=True)[:1]:
        if mapped and set(mapped.values()) <= set(head):
            return mapped
    return columns.guess(head, kind)


def head_of(found: Import) -> tuple[list[str], str]:
    """The names of the file's columns, and what stands between them."""
    with _path(found).open(encoding="utf-8-sig", newline="") as text:
        return columns.head_of(text.readline().strip())


def _path(found: Import) -> Path:
    return private_files.folder(found.folder) / FILE


def is_there(found: Import) -> bool:
    """Whether the file can still be read; after its days, or on a restored database, it cannot."""
    return found.has_file and _path(found).exists()


@transaction.atomic
def map_columns(found: Import, *, mapping: Mapping[str, str], actor: Actor) -> Import:
    """Say which column is which, and have the file checked. Raises ColumnsMissing, or NotNow."""
    found = _locked(found, Import.State.BROUGHT, Import.State.CHECKED, Import.State.STOPPED)
    if not is_jsonl(found.file_name):
        shape, head = columns.SHAPES[found.kind], head_of(found)[0]
        mapping = {
            ours: mapping[ours] for ours in shape.columns if mapping.get(ours) in {*head} - {""}
        }
        missing = [name for name in shape.needed if name not in mapping]
        if missing:
            raise ColumnsMissing(names=", ".join(missing))
        found.columns = dict(mapping)
    found.checked = {}
    found.faults.filter(is_trial=True).delete()
    return _start(found, Import.State.CHECKING, actor=actor, verb="connectors.import.checked")


@transaction.atomic
def begin(found: Import, *, actor: Actor) -> Import:
    """Read it in. What was read in before is recognised and changes nothing. Raises NotNow."""
    found = _locked(found, Import.State.CHECKED, Import.State.STOPPED)
    found.done, found.ended_at = {}, None
    found.faults.filter(is_trial=False).delete()
    return _start(found, Import.State.READING, actor=actor, verb="connectors.import.begun")


@transaction.atomic
def stop(found: Import, *, actor: Actor) -> Import:
    """Go no further; what has been read in stays. Raises NotNow."""
    found = _locked(found, Import.State.CHECKING, Import.State.READING)
    found.state = Import.State.STOPPED
    found.save(update_fields=["state"])
    told = {"line": found.reached}
    audit.record(found, actor=actor, verb="connectors.import.stopped", after=told)
    return found


def _locked(found: Import, *states: str) -> Import:
    found = Import.objects.select_for_update().get(pk=found.pk)
    if found.state not in states:
        raise NotNow(state=found.get_state_display())
    return found


def _start(found: Import, state: str, *, actor: Actor, verb: str) -> Import:
    found.state, found.part, found.reached = state, 0, 0
    found.round += 1
    found.save()
    audit.record(found, actor=actor, verb=verb, after={"file": found.file_name})
    _enqueue(found)
    return found


def _enqueue(found: Import) -> None:
    arguments = {"import": found.pk, "round": found.round, "part": found.part}
    key = f"import:{found.pk}:{found.round}:{found.part}"
    jobs.enqueue("import.read", key=key, arguments=arguments)


@transaction.atomic
def read_part(pk: int, *, round_: int, part: int) -> None:
    """Check or read in the next part. One that is over, stopped or begun anew is left alone."""
    found = Import.objects.select_for_update().get(pk=pk)
    if found.state not in STEPS or (found.round, found.part) != (round_, part):
        return
    is_trial = found.state == Import.State.CHECKING
    with _path(found).open(encoding="utf-8-sig", newline="") as text:
        items = list(islice(_items(found, text), part * PART, (part + 1) * PART))
    report = _take(items, found, is_trial)
    tallies = found.checked if is_trial else found.done
    _add(tallies, report)
    ImportFault.objects.bulk_create(
        (_fault(found, fault, is_trial) for fault in report.faults), batch_size=1_000
    )
    if len(items) == PART:
        found.part, found.reached = part + 1, items[-1].line
        _enqueue(found)
    else:
        found.state, found.reached = STEPS[Import.State(found.state)], found.lines
        found.ended_at = clock.now()
    found.save()


def _take(items: list[Any], found: Import, is_trial: bool) -> imports.Report:
    actor = Actor.user(found.asked_by)
    if found.kind == Import.Kind.MEMBERS:
        return member_imports.run(items, actor=actor, dry_run=is_trial)
    refs = relations.near_refs(found.asked_by_id)
    keys = relations.near_keys(found.asked_by_id)
    items = [_unless_near(item, refs, keys) for item in items]
    return imports.run(items, source=found.source, actor=actor, dry_run=is_trial)


def _unless_near(item: Any, refs: Collection[str], near_keys: Collection[tuple[str, bytes]]) -> Any:
    """Nobody brings points to themselves or to their household, by their reference or, where a purchase
    names no member, by one of their keys."""
    if not isinstance(item, Read):
        return item
    named = () if item.member else customers.keys_in(item.payload)
    is_theirs = any((key.kind, each) in near_keys for key in named for each in key.digests)
    if item.member not in refs and not is_theirs:
        return item
    remedy = "a colleague imports what you or your household did"
    return RowFault(item.line, "member", item.member, remedy)


def _items(found: Import, text: Iterable[str]) -> Iterator[Any]:
    """Activities or people of the file, and faults, in the file's order; always the same ones."""
    if is_jsonl(found.file_name):
        return orderfile.read_jsonl(text)
    rows = columns.rows(text, head_of(found)[1], _whole(found))
    reads = memberfile.read if found.kind == Import.Kind.MEMBERS else orderfile.read_rows
    return reads(rows)


def _whole(found: Import) -> dict[str, str]:
    """The mapping with an empty place for what is needed by name and was not mapped."""
    needed = columns.SHAPES[found.kind].needed
    return dict.fromkeys(needed, "") | found.columns


def _add(tallies: dict[str, Any], report: imports.Report) -> None:
    statuses = tallies.setdefault("statuses", {})
    for status, times in report.statuses.items():
        statuses[status] = statuses.get(status, 0) + times
    faulty = {fault.line for fault in report.faults}
    for name, more in (
        ("read", report.read),
        ("members", report.members),
        ("faults", len(report.faults)),
        ("rows", len(faulty)),
    ):
        tallies[name] = tallies.get(name, 0) + more


def _fault(found: Import, fault: RowFault, is_trial: bool) -> ImportFault:
    return ImportFault(
        file=found,
        is_trial=is_trial,
        line=fault.line,
        column=fault.column[:100],
        value=_readable(fault.value[:200]),
        remedy=fault.remedy[:300],
    )


def _readable(text: str) -> str:
    """What a column of text can hold and a page can show: a file may hold any character."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )


def forget(found: Import) -> None:
    """Delete the file and what was wrong in it; that it was read in stays."""
    Import.objects.filter(pk=found.pk).update(state=Import.State.GONE)
    found.faults.all().delete()
    private_files.remove(found.folder)
