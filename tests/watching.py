"""Somebody who looks at the whole books, again and again, while others are busy."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection, transaction

#: Each must return no row in any instant that another connection can see.
NEVER = {
    "all postings sum to zero": """
        SELECT sum(amount) FROM audit.posting HAVING sum(amount) <> 0""",
    "no balance is below zero": """
        SELECT account_id FROM members_balance WHERE amount < 0 AND NOT may_go_negative""",
    "a balance is the sum of its lots": """
        SELECT b.account_id FROM members_balance b JOIN members_account a ON a.id = b.account_id
        WHERE a.kind IN ('wallet', 'pending') AND b.amount <> (
            SELECT coalesce(sum(o.remaining), 0) FROM members_openlot o
            WHERE o.account_id = b.account_id)""",
    "what is held is the sum of open holds": """
        SELECT b.account_id FROM members_balance b JOIN members_account a ON a.id = b.account_id
        WHERE a.kind = 'held' AND b.amount <> (
            SELECT coalesce(sum(h.amount), 0) FROM members_hold h
            WHERE h.member_id = a.member_id AND h.unit_id = a.unit_id AND h.state = 'held')""",
    "no more is taken back than was given": """
        SELECT e.id FROM members_entry e JOIN members_entry r ON r.reverses_id = e.id
        GROUP BY e.id, e.amount HAVING sum(r.amount) > e.amount""",
    "a live redemption has its coupons, and a coupon one redemption": """
        SELECT r.id FROM rewards_redemption r JOIN rewards_reward w ON w.id = r.reward_id
        WHERE w.kind = 'coupon' AND (r.state = 'confirmed') <> (
            (SELECT count(*) FROM rewards_coupon c
             WHERE c.redemption_id = r.id AND c.state = 'assigned') = r.quantity)""",
}


@dataclass
class Looks:
    """How often was looked, and what was wrong then."""

    count: int = 0
    wrong: set[str] = field(default_factory=set)


@contextmanager
def watched() -> Iterator[Looks]:
    """Take repeatable-read snapshots until the block ends. Needs `transaction=True`."""
    looks, over = Looks(), threading.Event()

    def watch() -> None:
        try:
            while not over.is_set():
                _look(looks)
        finally:
            connection.close()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield looks
    finally:
        over.set()
        watcher.join()


def _look(looks: Looks) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for what, sql in NEVER.items():
            cursor.execute(sql)
            if cursor.fetchall():
                looks.wrong.add(what)
    looks.count += 1
