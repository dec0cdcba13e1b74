"""Invariants of redemptions."""

from members.domain.checks import Check

CHECKS = (
    Check(
        "I14",
        "every live redemption has taken its points once, every cancelled one has given them back",
        """
        SELECT r.id, r.state, r.cost, e.amount, coalesce(sum(b.amount), 0)
        FROM rewards_redemption r
        LEFT JOIN members_entry e ON e.id = r.entry_id
        LEFT JOIN members_entry b ON b.reverses_id = e.id
        GROUP BY r.id, r.state, r.cost, e.amount
        HAVING e.amount IS DISTINCT FROM r.cost::bigint
            OR coalesce(sum(b.amount), 0) <> CASE r.state WHEN 'cancelled' THEN r.cost ELSE 0 END
        """,
    ),
)
