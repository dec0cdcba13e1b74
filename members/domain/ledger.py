"""What one transfer of points is, before it is posted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """One entry to post: `amount` from account `debit` to account `credit`.

    `key` names the cause; posting the same key again changes nothing. A debit account that keeps lots
    says which it takes from: `takes` = "fifo" (soonest expiry first) or "lot" (the one in `lot`).
    `back` gives the amount back to that lot of the credit account; `expires_at` opens a new one there.
    """

    key: str
    kind: str
    unit: int
    debit: int
    credit: int
    amount: int
    occurred_at: datetime
    cause_kind: str
    cause_id: int | None
    reason: str
    rule_version: int | None = None
    parent: int | None = None
    reverses: int | None = None
    active_from: datetime | None = None
    expires_at: datetime | None = None
    takes: str | None = None
    lot: int | None = None
    back: int | None = None

    def as_row(self, ord: int) -> dict[str, Any]:
        """The JSON object that `ledger_post` reads; `ord` is the line's place in the set."""
        row: dict[str, Any] = {
            name: value for name in self.__slots__ if (value := getattr(self, name)) is not None
        }
        for name in ("occurred_at", "active_from", "expires_at"):
            if name in row:
                row[name] = row[name].isoformat()
        row["reason"] = self.reason[:300]
        row["ord"] = ord
        return row


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of a line: the entry's id, and whether this call posted it."""

    entry_id: int
    is_new: bool


def waves(lines: Sequence[Line]) -> list[list[Line]]:
    """Cut a set of lines where one must see what an earlier one did to the same account's lots.

    A set is posted at once, so "fifo" sees the lots that were open before the set. A line therefore
    starts a new wave when it spends by order from an account whose lots this wave has touched, or
    names a lot of an account that this wave has spent from.
    """
    cut: list[list[Line]] = []
    touched: set[int] = set()
    spent: set[int] = set()
    for line in lines:
        by_order = line.takes == "fifo" and line.debit in touched
        by_name = (line.takes == "lot" and line.debit in spent) or (
            line.back is not None and line.credit in spent
        )
        if not cut or by_order or by_name:
            cut.append([])
            touched, spent = set(), set()
        cut[-1].append(line)
        if line.takes in ("fifo", "lot"):
            touched.add(line.debit)
            spent.add(line.debit)
        if line.expires_at is not None or line.back is not None:
            touched.add(line.credit)
    return cut
