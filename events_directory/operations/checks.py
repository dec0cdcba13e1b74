"""What must always be true here, as queries that return no row. `verify_ledger` runs them."""

from members.domain.checks import Check

CHECKS = (
    Check(
        "I16a",
        "No date has more live seats than its capacity, and its counter tells the truth",
        """
        SELECT o.id, o.capacity, o.booked, COALESCE(SUM(b.seats), 0) AS taken
        FROM events_directory_occurrence o
        LEFT JOIN events_directory_booking b
            ON b.occurrence_id = o.id AND b.state <> 'cancelled'
        GROUP BY o.id
        HAVING COALESCE(SUM(b.seats), 0) > o.capacity
            OR COALESCE(SUM(b.seats), 0) <> o.booked
        """,
    ),
    Check(
        "I16b",
        "Nobody has two live bookings of one date",
        """
        SELECT member_id, occurrence_id, COUNT(*)
        FROM events_directory_booking WHERE state <> 'cancelled'
        GROUP BY member_id, occurrence_id HAVING COUNT(*) > 1
        """,
    ),
    Check(
        "C6",
        "Nobody waits who would fit into seats that are free, or who has a seat",
        """
        SELECT w.id
        FROM events_directory_waitlistplace w
        JOIN events_directory_occurrence o ON o.id = w.occurrence_id
        JOIN events_directory_microevent e ON e.id = o.micro_event_id
        JOIN events_directory_partner p ON p.id = e.partner_id
        JOIN members_member m ON m.id = w.member_id
        WHERE w.state = 'waiting' AND m.erased_at IS NULL AND (
            (w.seats <= o.capacity - o.booked AND o.cancelled_at IS NULL AND e.state = 'published'
                AND p.state <> 'suspended' AND e.access_name = '' AND o.starts_at > now())
            OR EXISTS (
                SELECT FROM events_directory_booking b
                WHERE b.occurrence_id = w.occurrence_id AND b.member_id = w.member_id
                    AND b.state <> 'cancelled'))
        """,
    ),
    Check(
        "C25",
        "Who attended was recorded as an activity, once",
        """
        SELECT b.id
        FROM events_directory_booking b
        LEFT JOIN members_activity a ON a.source = 'events'
            AND a.external_id = 'attended:' || b.occurrence_id || ':' || b.member_id
        WHERE (b.state = 'attended') <> (a.id IS NOT NULL) AND b.state <> 'cancelled'
        """,
    ),
    Check(
        "D-sum",
        "The accounts of a pool sum to nothing, so what came in is somewhere in it",
        """
        SELECT pool_id, SUM(balance) FROM events_directory_poolaccount
        GROUP BY pool_id HAVING SUM(balance) <> 0 OR COUNT(*) <> 5
        """,
    ),
    Check(
        "D-entries",
        "The balance of a pool account is the sum of its entries",
        """
        SELECT a.id, a.balance, COALESCE(SUM(l.amount), 0)
        FROM events_directory_poolaccount a
        LEFT JOIN (
            SELECT credit_id AS account_id, amount FROM events_directory_poolentry
            UNION ALL
            SELECT debit_id, -amount FROM events_directory_poolentry
        ) l ON l.account_id = a.id
        GROUP BY a.id HAVING a.balance <> COALESCE(SUM(l.amount), 0)
        """,
    ),
    Check(
        "D-pool",
        "An entry stays inside one pool, and inside that of its grant",
        """
        SELECT e.id
        FROM events_directory_poolentry e
        JOIN events_directory_poolaccount d ON d.id = e.debit_id
        JOIN events_directory_poolaccount c ON c.id = e.credit_id
        LEFT JOIN events_directory_grant g ON g.id = e.grant_id
        WHERE d.pool_id <> c.pool_id OR g.pool_id <> d.pool_id
        """,
    ),
    Check(
        "D-promises",
        "What is committed, payable and paid is what the grants say",
        """
        SELECT a.pool_id, a.holds, a.balance
        FROM events_directory_poolaccount a
        LEFT JOIN (
            SELECT pool_id,
                COALESCE(SUM(awarded - released) FILTER (WHERE state <> 'revoked'), 0) AS committed,
                SUM(released - paid) AS payable,
                SUM(paid) AS disbursed
            FROM events_directory_grant GROUP BY pool_id
        ) g ON g.pool_id = a.pool_id
        WHERE a.balance <> COALESCE(
            CASE a.holds
                WHEN 'committed' THEN g.committed
                WHEN 'payable' THEN g.payable
                WHEN 'disbursed' THEN g.disbursed
            END, 0)
            AND a.holds IN ('committed', 'payable', 'disbursed')
        """,
    ),
    Check(
        "I17",
        "No grant is paid more than it was awarded, or than its parts say",
        """
        SELECT g.id, g.awarded, g.released, g.paid
        FROM events_directory_grant g
        LEFT JOIN events_directory_disbursement d ON d.grant_id = g.id
        GROUP BY g.id
        HAVING g.paid > g.awarded
            OR g.paid <> COALESCE(SUM(d.amount) FILTER (WHERE d.state = 'paid'), 0)
            OR g.released <> COALESCE(SUM(d.amount) FILTER (WHERE d.state <> 'dropped'), 0)
        """,
    ),
    Check(
        "I18",
        "Every grant has two approvals, none by its author or by somebody of the partner",
        """
        SELECT g.id
        FROM events_directory_grant g
        JOIN events_directory_grantapplication a ON a.id = g.application_id
        LEFT JOIN events_directory_approval v ON v.application_id = a.id
        LEFT JOIN events_directory_partnerseat s
            ON s.user_id = v.user_id AND s.partner_id = a.partner_id
            AND s.since <= v.at AND (s.ended_at IS NULL OR s.ended_at > a.created_at)
        GROUP BY g.id, a.author_id, a.submitted_by_id
        HAVING COUNT(DISTINCT v.user_id) < 2
            OR BOOL_OR(v.user_id IN (a.author_id, a.submitted_by_id))
            OR COUNT(s.id) > 0
        """,
    ),
)
