"""Checking the books: every invariant of every room."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from events_directory.operations.checks import CHECKS as DIRECTORY
from loyalty.campaigns.operations.checks import CHECKS as CAMPAIGNS
from loyalty.rewards.operations.checks import CHECKS as REWARDS
from members.domain.actors import Actor
from members.domain.checks import Check
from members.operations import accounts, seals
from members.operations.checks import CHECKS as LEDGER

CHECKS = (*LEDGER, *CAMPAIGNS, *REWARDS, *DIRECTORY)
SEALED = Check("I21", "history is as it was sealed, and as it was remembered outside", "")
SHOWN = 5
_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Finding:
    """A check and its first offending rows (none: it holds)."""

    check: Check
    rows: list[tuple[Any, ...]]


def verify(*, since: datetime | None = None) -> Iterator[Finding]:
    """Ask every invariant, all in one snapshot, so that a busy system is not mistaken for a wrong
    one. A member's account whose balance is not the sum of its postings is frozen afterwards."""
    wrong: list[int] = []
    with transaction.atomic(), connection.cursor() as cursor:
        if not connection.needs_rollback and connection.savepoint_ids == []:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for check in CHECKS:
            cursor.execute(check.sql, {"since": since or _BEGINNING})
            if check.code == "I3":
                rows = cursor.fetchall()
                wrong = [row[0] for row in rows]
            else:
                rows = cursor.fetchmany(SHOWN)
            yield Finding(check, rows[:SHOWN])
    changed = list(seals.faults())
    yield Finding(SEALED, changed[:SHOWN])
    for account_id in wrong:
        accounts.freeze(
            account_id,
            reason="The balance is not the sum of its postings.",
            actor=Actor.system("verify_ledger"),
        )
