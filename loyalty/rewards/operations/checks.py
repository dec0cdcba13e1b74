"""Invariants of redemptions and coupons."""

from loyalty.rewards.domain.moves import REDEMPTION, pairs
from members.domain.checks import Check

CHECKS = (
    Check(
        "I14",
        "every redemption has taken its points once, and what came back or was cancelled has given them back",
        """
        SELECT r.id, r.state, r.cost, e.amount, coalesce(sum(b.amount), 0)
        FROM rewards_redemption r
        LEFT JOIN members_entry e ON e.id = r.entry_id
        LEFT JOIN members_entry b ON b.reverses_id = e.id
        GROUP BY r.id, r.state, r.cost, e.amount
        HAVING (r.entry_id IS NOT NULL AND e.amount <> r.cost::bigint)
            OR (r.entry_id IS NULL AND r.cost > 0 AND (r.hold_id IS NULL
                OR r.state NOT IN ('reserved', 'cancelled')))
            OR coalesce(sum(b.amount), 0) <> CASE
                WHEN r.entry_id IS NULL THEN 0
                WHEN r.state = 'cancelled' THEN r.cost
                ELSE r.cost / r.quantity * r.returned END
        """,
    ),
    Check(
        "I14",
        "a live redemption has exactly what it entitles to, a cancelled one has nothing of it left",
        """
        SELECT r.id, r.state, w.codes, count(c.id) AS coupons
        FROM rewards_redemption r JOIN rewards_reward w ON w.id = r.reward_id
        LEFT JOIN rewards_coupon c ON c.redemption_id = r.id
        GROUP BY r.id, r.state, r.quantity, w.codes, w.kind, w.pool_id
        HAVING (r.state = 'cancelled' AND bool_or(c.state NOT IN ('void', 'expired')))
            OR (r.state IN ('confirmed', 'fulfilled', 'expired') AND count(c.id) NOT IN (0, r.quantity))
            OR (r.state = 'fulfilled' AND bool_or(c.state IN ('held', 'assigned')))
            OR (r.state = 'fulfilled' AND w.kind = 'donation' AND w.pool_id IS NOT NULL
                AND NOT EXISTS (SELECT FROM events_directory_poolentry p
                    WHERE p.key = 'deposit:' || w.pool_id || ':redemption:' || r.id))
            OR (r.state = 'cancelled' AND EXISTS (SELECT FROM members_access a
                    WHERE a.cause = 'redemption:' || r.id AND (a.until IS NULL OR a.until > r.ended_at)))
        """,
    ),
    Check(
        "I14",
        "the history of a redemption is a chain of legal steps that ends in its state",
        f"""
        SELECT redemption_id, before, after FROM (
            SELECT s.redemption_id, s.before, s.after, r.state,
                   lag(s.after, 1, '') OVER chain AS was,
                   lead(s.after) OVER chain IS NULL AS is_last
            FROM rewards_redemptionstep s JOIN rewards_redemption r ON r.id = s.redemption_id
            WINDOW chain AS (PARTITION BY s.redemption_id ORDER BY s.id)) steps
        WHERE before <> was OR (before, after) NOT IN ({pairs(REDEMPTION)})
           OR (is_last AND after <> state)
        UNION ALL
        SELECT r.id, '', r.state FROM rewards_redemption r
        WHERE NOT EXISTS (SELECT FROM rewards_redemptionstep s WHERE s.redemption_id = r.id)
        """,  # noqa: S608 the words of our own tables of moves
    ),
    Check(
        "I15",
        "every code of an import is free, given out or void, and nothing else is",
        """
        SELECT b.id, b.minted, count(c.id) FROM rewards_couponbatch b
        LEFT JOIN rewards_coupon c ON c.batch_id = b.id
            AND (c.state IN ('free', 'void') OR c.redemption_id IS NOT NULL)
        GROUP BY b.id, b.minted HAVING count(c.id) <> b.minted
        """,
    ),
    Check(
        "I15",
        "no redemption has more coupons than pieces",
        """
        SELECT r.id, r.quantity, count(c.id) FROM rewards_redemption r
        JOIN rewards_coupon c ON c.redemption_id = r.id
        GROUP BY r.id, r.quantity HAVING count(c.id) > r.quantity
        """,
    ),
    Check(
        "I25",
        "the stored sums of a fund are those of its moves, and nothing came back beyond its grant",
        """
        SELECT f.id, f.bought, f.granted, f.returned FROM rewards_fund f
        LEFT JOIN rewards_fundmove m ON m.fund_id = f.id
        GROUP BY f.id HAVING (f.bought, f.refunded, f.granted, f.returned) <> (
            coalesce(sum(m.points) FILTER (WHERE m.kind = 'bought'), 0),
            coalesce(sum(m.points) FILTER (WHERE m.kind = 'refunded'), 0),
            coalesce(sum(m.points) FILTER (WHERE m.kind = 'granted'), 0),
            coalesce(sum(m.points) FILTER (WHERE m.kind IN ('returned', 'expired')), 0))
            OR coalesce(sum(m.money) FILTER (WHERE m.kind = 'refunded'), 0)
             > coalesce(sum(m.money) FILTER (WHERE m.kind = 'bought'), 0)
        UNION ALL
        SELECT f.id, f.month_used, NULL, sum(m.points) FROM rewards_fund f
        JOIN rewards_fundmove g ON g.fund_id = f.id AND g.kind = 'granted' AND g.month = f.month
        JOIN LATERAL (SELECT g.points - coalesce(sum(b.points), 0) AS points FROM rewards_fundmove b
                      WHERE b.of_id = g.id AND b.month = f.month) m ON true
        GROUP BY f.id, f.month_used HAVING f.month_used <> sum(m.points)
        UNION ALL
        SELECT g.fund_id, g.id, g.points, sum(b.points) FROM rewards_fundmove g
        JOIN rewards_fundmove b ON b.of_id = g.id
        GROUP BY g.fund_id, g.id, g.points
        HAVING sum(b.points) > g.points OR bool_or(b.fund_id <> g.fund_id)
        """,
    ),
    Check(
        "I17",
        "every bill is the sum of its month's moves, and every month that is over has its bill",
        """
        SELECT f.id, m.month, m.granted, m.returned, b.granted, b.returned FROM (
            SELECT fund_id, month, coalesce(sum(points) FILTER (WHERE kind = 'granted'), 0) AS granted,
                   coalesce(sum(points) FILTER (WHERE kind IN ('returned', 'expired')), 0) AS returned
            FROM rewards_fundmove WHERE kind IN ('granted', 'returned', 'expired')
            GROUP BY fund_id, month) m
        JOIN rewards_fund f ON f.id = m.fund_id AND f.kind = 'postpaid' AND m.month < f.unbilled_from
        LEFT JOIN rewards_fundbill b ON b.fund_id = m.fund_id AND b.month = m.month
        WHERE b.id IS NULL OR (b.granted, b.returned) <> (m.granted, m.returned)
        """,
    ),
)
