"""Sealing history in blocks after the commit, and finding what was changed since.

A chain is a table whose rows never change. Its rows are hashed by the database, block by block; each
block's digest holds the one before, so that changing an old row means changing every seal after it.
The newest digests are also written to a file and to the log, out of the database's reach: whoever
cuts off the newest rows together with their seals is caught by that. The steps are told in
`docs/algorithms/seals.md`.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import structlog
from django.conf import settings
from django.db import connection, transaction

from members import clock
from members.models import Seal, SealAhead

log = structlog.get_logger(__name__)

BLOCK = 1_000
#: Of each row's hash so much is kept, to name the row that changed.
MARK = 4


@dataclass(frozen=True, slots=True)
class Chain:
    """A table that is sealed: its columns, its instants, and what else belongs to a row."""

    name: str
    table: str
    columns: str
    instants: str
    also: str = "NULL"
    #: What an erasure puts in the place of words, as SQL, by column.
    erased: Mapping[str, str] = field(default_factory=dict)

    @property
    def row(self) -> str:
        """The SQL of everything a row says, as JSON; instants are whole microseconds, which are the
        same in every zone and format."""
        return self._row({})

    @property
    def erased_row(self) -> str:
        """The same of what an erasure leaves of it."""
        return self._row(self.erased)

    def _row(self, instead: Mapping[str, str]) -> str:
        parts = [instead.get(column, f"t.{column}") for column in self.columns.split()]
        parts += [
            f"(extract(epoch FROM t.{column}) * 1000000)::bigint"
            for column in self.instants.split()
        ]
        return f"jsonb_build_array({', '.join([*parts, self.also])})"


_LOTS_USED = """(
    SELECT jsonb_agg(jsonb_build_array(u.lot_id, u.amount) ORDER BY u.lot_id)
    FROM members_lotuse u WHERE u.entry_id = t.id)"""

CHAINS = (
    Chain(
        "entry",
        "members_entry",
        "id key kind unit_id debit_id credit_id amount debit_seq debit_after credit_seq credit_after"
        " cause_kind cause_id rule_version_id reason parent_id reverses_id",
        "occurred_at recorded_at active_from expires_at",
        also=_LOTS_USED,
        erased={"reason": "'Erased'"},
    ),
    Chain(
        "lot_life",
        "members_lotlife",
        "id lot_id cause_kind cause_id reason",
        "expires_at before at",
        erased={"reason": "'Erased'"},
    ),
    Chain(
        "audit",
        "members_auditrow",
        "id actor_kind actor_id actor_name verb subject_type subject_id before after reason",
        "at",
        erased={"actor_name": "'Erased'", "before": "NULL", "after": "NULL", "reason": "''"},
    ),
    Chain(
        "consent",
        "members_consent",
        "id member_id purpose channel granted text_version",
        "at",
    ),
)

_HASH = "sha256(convert_to(({row})::text, 'UTF8'))"
#: Of a row from which words were taken out, the seal speaks of what it was before.
_HASHED = """
SELECT t.id, coalesce((SELECT r.sealed FROM members_redaction r
    WHERE r.chain = '{chain}' AND r.row_id = t.id), {hash}) AS hash FROM {table} t
WHERE t.id > %(after)s AND t.id <= %(upto)s ORDER BY t.id LIMIT %(most)s
"""
_BLOCK = """
WITH hashed AS ({hashed})
SELECT count(*), min(id), max(id), sha256(%(before)s::bytea || string_agg(hash, ''::bytea ORDER BY id)),
       string_agg(substring(hash FROM 1 FOR {mark}), ''::bytea ORDER BY id), array_agg(id ORDER BY id)
FROM hashed
"""
#: Redactions whose row is not what was left of it, or whose member is not erased.
_REDACTED = """
SELECT r.row_id FROM members_redaction r LEFT JOIN {table} t ON t.id = r.row_id
LEFT JOIN members_member m ON m.id = r.member_id AND m.erased_at IS NOT NULL
WHERE r.chain = '{chain}' AND (t.id IS NULL OR m.id IS NULL OR r."left" <> {hash}) ORDER BY r.row_id
"""
_REDACT = """
INSERT INTO members_redaction (chain, row_id, sealed, "left", member_id, at)
SELECT '{chain}', t.id, {hash}, {left}, %(member)s, %(at)s FROM {table} t
WHERE t.id = ANY(%(rows)s) ON CONFLICT (chain, row_id) DO NOTHING
"""
_AHEAD = """
UPDATE members_sealahead SET upto_id = coalesce((SELECT max(id) FROM {table}), 0),
    horizon = pg_snapshot_xmax(pg_current_snapshot())::text::bigint
WHERE chain = %s
"""
_SETTLED = "SELECT %s <= pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


def seal(chain: Chain, *, at: datetime, most: int = 200) -> int:
    """Seal what can no longer change its place, up to `most` blocks; returns how many rows.

    In two looks: the first notes the newest id and the newest transaction. Once every transaction of
    that time has ended, nobody can still commit an id so low, and the next look seals up to there.
    """
    sealed = 0
    with transaction.atomic():
        SealAhead.objects.get_or_create(chain=chain.name)
        ahead = SealAhead.objects.select_for_update().get(chain=chain.name)
        with connection.cursor() as cursor:
            cursor.execute(_SETTLED, [ahead.horizon])
            [(settled,)] = cursor.fetchall()
        while settled and most and (block := _seal_block(chain, upto=ahead.upto_id, at=at)):
            sealed, most = sealed + block.rows, most - 1
        if settled and most:
            with connection.cursor() as cursor:
                cursor.execute(_AHEAD.format(table=chain.table), [chain.name])
    return sealed


def _seal_block(chain: Chain, *, upto: int, at: datetime) -> Seal | None:
    last = Seal.objects.filter(chain=chain.name).order_by("-number").first()
    after, before = (last.last_id, bytes(last.digest)) if last else (0, b"")
    count, first_id, last_id, digest, marks, _ids = _read(chain, after, upto, before, BLOCK)
    if not count:
        return None
    block = Seal.objects.create(
        chain=chain.name,
        number=last.number + 1 if last else 1,
        first_id=first_id,
        last_id=last_id,
        rows=count,
        digest=digest,
        marks=marks,
        sealed_at=at,
    )
    transaction.on_commit(lambda: _keep_outside(block))
    return block


def _read(chain: Chain, after: int, upto: int, before: bytes, most: int):
    hashed = _HASHED.format(chain=chain.name, hash=_HASH.format(row=chain.row), table=chain.table)
    with connection.cursor() as cursor:
        cursor.execute(
            _BLOCK.format(hashed=hashed, mark=MARK),
            {"after": after, "upto": upto, "before": before, "most": most},
        )
        return cursor.fetchone()


def checkpoints() -> Path:
    """The file that remembers the newest seals outside the database."""
    return Path(settings.CHECKPOINTS)


def forget_outside() -> Path | None:
    """Put the outside memory aside, because the database was deliberately put back to an earlier
    state; answers where it is now."""
    path = checkpoints()
    if not path.exists():
        return None
    aside = path.with_suffix(f".{clock.now():%Y%m%dT%H%M%S}.jsonl")
    log.warning("seals_put_aside", file=str(aside))
    return path.rename(aside)


def _keep_outside(block: Seal) -> None:
    """Write a seal where the database cannot change it: a file, and the log."""
    told = {
        "chain": block.chain,
        "number": block.number,
        "last_id": block.last_id,
        "digest": bytes(block.digest).hex(),
    }
    log.info("sealed", **told)
    path = checkpoints()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps(told) + "\n")


def faults() -> Iterator[tuple[str, object, str]]:
    """Every place where history is not as it was sealed: (chain, row or block, what is wrong)."""
    remembered = _remembered()
    for chain in CHAINS:
        after, before, number = 0, b"", 0
        yield from _wrongly_redacted(chain)
        for block in Seal.objects.filter(chain=chain.name).order_by("number").iterator(100):
            number += 1
            if block.number != number:
                yield chain.name, f"block {number}", "the seal is gone"
                number = block.number
            yield from _compare(chain, block, after, before)
            known = remembered.get((chain.name, block.number))
            if known not in (None, bytes(block.digest).hex()):
                yield chain.name, f"block {number}", "the seal is not the one kept outside"
            after, before = block.last_id, bytes(block.digest)
        for name, lost in sorted(remembered):
            if name == chain.name and lost > number:
                yield chain.name, f"block {lost}", "sealed once, and gone with its seal"


def note_redactions(chain: Chain, rows: Collection[int], *, member_id: int, at: datetime) -> None:
    """Write down, before words about an erased member are taken out of these rows, what their seals
    speak of, and what will be left of them."""
    sql = _REDACT.format(
        chain=chain.name,
        table=chain.table,
        hash=_HASH.format(row=chain.row),
        left=_HASH.format(row=chain.erased_row),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, {"member": member_id, "at": at, "rows": list(rows)})


def _wrongly_redacted(chain: Chain) -> Iterator[tuple[str, object, str]]:
    sql = _REDACTED.format(chain=chain.name, table=chain.table, hash=_HASH.format(row=chain.row))
    with connection.cursor() as cursor:
        cursor.execute(sql)
        for (pk,) in cursor.fetchall():
            yield chain.name, pk, "the row is not what was left of it by an erasure"


def _compare(
    chain: Chain, block: Seal, after: int, before: bytes
) -> Iterator[tuple[str, object, str]]:
    count, _first, _last, digest, marks, ids = _read(
        chain, after, block.last_id, before, block.rows + BLOCK
    )
    if count == block.rows and bytes(digest) == bytes(block.digest):
        return
    sealed, found = bytes(block.marks), bytes(marks or b"")
    if count == block.rows:
        changed = [
            ids[place]
            for place in range(count)
            if sealed[place * MARK : (place + 1) * MARK] != found[place * MARK : (place + 1) * MARK]
        ]
        if not changed:
            yield chain.name, f"block {block.number}", "the seal before it was changed"
        for pk in changed:
            yield chain.name, pk, "the row is not as it was sealed"
    else:
        what = f"{block.rows} rows were sealed, {count} are there"
        yield chain.name, f"{block.first_id}-{block.last_id}", what


def _remembered() -> dict[tuple[str, int], str]:
    """The seals kept outside. The first telling of a block counts: a later one is an attempt to fit."""
    path = checkpoints()
    if not path.exists():
        return {}
    found: dict[tuple[str, int], str] = {}
    for line in path.read_text().splitlines():
        told = json.loads(line)
        found.setdefault((told["chain"], told["number"]), told["digest"])
    return found
