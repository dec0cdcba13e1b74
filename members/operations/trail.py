"""The audit trail to take away, with what shows later that nothing in it was changed."""

import json
from collections.abc import Iterator

from django.db.models import QuerySet

from members.domain.sheets import cell
from members.models import AuditRow, Seal

HEAD = (
    "id",
    "at",
    "actor_kind",
    "actor_id",
    "actor",
    "verb",
    "subject",
    "subject_id",
    "before",
    "after",
    "reason",
    "block",
    "digest",
)
SET = 2_000


def rows(found: QuerySet[AuditRow]) -> Iterator[list]:
    """The head, then each row, oldest first, with the number and digest of the block that it is sealed in.

    The digests are those of `checkpoints.jsonl`; both are empty while a row is not sealed yet.
    """
    yield list(HEAD)
    seals = Seal.objects.filter(chain="audit").order_by("number")
    blocks = iter(seals.values_list("last_id", "number", "digest").iterator(SET))
    last, number, digest = next(blocks, (None, "", b""))
    for row in found.order_by("pk").iterator(SET):
        while last is not None and last < row.pk:
            last, number, digest = next(blocks, (None, "", b""))
        yield [
            row.pk,
            row.at.isoformat(),
            row.actor_kind,
            row.actor_id or "",
            cell(row.actor_name),
            row.verb,
            row.subject_type,
            cell(row.subject_id),
            _told(row.before),
            _told(row.after),
            cell(row.reason),
            number,
            bytes(digest).hex(),
        ]


def _told(values: dict | None) -> str:
    return "" if values is None else json.dumps(values, ensure_ascii=False, sort_keys=True)
