"""The ledger's invariants, each a query that must return no rows."""

from members.domain.checks import Check

CHECKS = (
    Check(
        "I1",
        "every entry has two legs of one unit that sum to zero",
        """
        SELECT e.id, a.unit_id, b.unit_id FROM members_entry e
        JOIN members_account a ON a.id = e.debit_id JOIN members_account b ON b.id = e.credit_id
        WHERE e.recorded_at >= %(since)s
          AND (a.unit_id <> e.unit_id OR b.unit_id <> e.unit_id OR e.amount <= 0)
        """,
    ),
    Check(
        "I2",
        "all postings together sum to zero",
        "SELECT unit, sum(p.amount) FROM audit.posting p JOIN audit.account a ON a.id = p.account_id"
        " GROUP BY unit HAVING sum(p.amount) <> 0",
    ),
    Check(
        "I3",
        "every stored balance is the sum of its postings",
        """
        SELECT b.account_id, b.amount, b.version, s.amount, s.postings
        FROM members_balance b LEFT JOIN (
            SELECT account_id, sum(amount) AS amount, count(*) AS postings
            FROM audit.posting WHERE seq IS NOT NULL GROUP BY account_id) s USING (account_id)
        WHERE b.amount <> coalesce(s.amount, 0) OR b.version <> coalesce(s.postings, 0)
        """,
    ),
    Check(
        "I4",
        "no balance was ever below zero where it may not be",
        """
        SELECT e.id, e.debit_id, e.debit_after FROM members_entry e
        JOIN members_balance b ON b.account_id = e.debit_id
        WHERE e.debit_after < 0 AND NOT b.may_go_negative AND e.recorded_at >= %(since)s
        """,
    ),
    Check(
        "I5",
        "postings of a member's account are numbered without gaps and carry the balance",
        """
        SELECT account_id, seq, after FROM (
            SELECT account_id, seq, after, amount,
                   row_number() OVER w AS place, sum(amount) OVER w AS running
            FROM (SELECT debit_id AS account_id, debit_seq AS seq, debit_after AS after,
                         -amount AS amount FROM members_entry WHERE debit_seq IS NOT NULL
                  UNION ALL
                  SELECT credit_id, credit_seq, credit_after, amount
                  FROM members_entry WHERE credit_seq IS NOT NULL) p
            WINDOW w AS (PARTITION BY account_id ORDER BY seq)) n
        WHERE seq <> place OR after <> running
        """,
    ),
    Check(
        "I6",
        "every lot holds what it was granted less what was taken, and lots add up to the balance",
        """
        SELECT l.id, l.granted, l.remaining FROM audit.lot l
        LEFT JOIN (SELECT lot_id, sum(amount) AS taken FROM members_lotuse GROUP BY 1) u
               ON u.lot_id = l.id
        WHERE l.remaining <> l.granted - coalesce(u.taken, 0)
        UNION ALL
        SELECT b.account_id, b.amount, coalesce(sum(o.remaining), 0) FROM members_balance b
        JOIN members_account a ON a.id = b.account_id AND a.kind IN ('wallet', 'pending', 'purse')
        LEFT JOIN members_openlot o ON o.account_id = b.account_id
        GROUP BY b.account_id, b.amount HAVING b.amount <> coalesce(sum(o.remaining), 0)
        """,
    ),
    Check(
        "I7",
        "nothing was spent from a lot before it was active or after it expired",
        """
        SELECT u.entry_id, u.lot_id, e.recorded_at FROM members_lotuse u
        JOIN members_entry e ON e.id = u.entry_id JOIN members_entry l ON l.id = u.lot_id
        WHERE e.kind IN ('redemption', 'transfer', 'hold') AND u.amount > 0
          AND e.recorded_at >= %(since)s
          AND (e.recorded_at >= lot_end(l.id, e.recorded_at) OR e.recorded_at < l.active_from)
        """,
    ),
    Check(
        "I9",
        "a lot expired at most once, and never with less than it held",
        """
        SELECT u.lot_id, count(*) FROM members_lotuse u JOIN members_entry e ON e.id = u.entry_id
        WHERE e.kind = 'expiry' GROUP BY u.lot_id HAVING count(*) > 1
        """,
    ),
    Check(
        "I10",
        "no activity is older than two minutes without an evaluation being done or queued",
        """
        SELECT j.id, j.kind, j.state FROM members_job j
        WHERE j.kind = 'activity.evaluate' AND j.state = 'dead'
        """,
    ),
    Check(
        "I12",
        "no entry was reversed for more than it moved",
        """
        SELECT o.id, o.amount, sum(r.amount) FROM members_entry r
        JOIN members_entry o ON o.id = r.reverses_id
        GROUP BY o.id, o.amount HAVING sum(r.amount) > o.amount
        """,
    ),
    Check(
        "I13",
        "a hold ended once, spent at most what it held, and what is held is what open holds say",
        """
        SELECT h.id, h.amount, h.captured FROM members_hold h
        LEFT JOIN LATERAL (
            SELECT coalesce(sum(e.amount), 0) AS ended,
                   coalesce(sum(e.amount) FILTER (WHERE e.kind = 'redemption'), 0) AS spent
            FROM members_entry e
            WHERE e.cause_kind = 'hold' AND e.cause_id = h.id
              AND e.kind IN ('redemption', 'release', 'expiry')) s ON true
        WHERE s.spent <> h.captured OR s.ended <> CASE WHEN h.state = 'held' THEN 0 ELSE h.amount END
        UNION ALL
        SELECT a.id, b.amount, coalesce(sum(h.amount), 0) FROM members_account a
        JOIN members_balance b ON b.account_id = a.id
        LEFT JOIN members_hold h ON h.member_id = a.member_id AND h.unit_id = a.unit_id
             AND h.state = 'held'
        WHERE a.kind = 'held' GROUP BY a.id, b.amount HAVING b.amount <> coalesce(sum(h.amount), 0)
        """,
    ),
    Check(
        "I18",
        "no adjustment was decided by its maker, or made or decided by its beneficiary or by somebody"
        " of their household",
        # A minute of slack, for who joins while the other decides.
        """
        SELECT a.id, a.made_by_id, a.decided_by_id FROM members_adjustment a
        JOIN members_member m ON m.id = a.member_id
        WHERE a.decided_by_id = a.made_by_id OR m.user_id IN (a.made_by_id, a.decided_by_id)
        UNION ALL
        SELECT a.id, a.made_by_id, a.decided_by_id FROM members_adjustment a
        CROSS JOIN LATERAL (VALUES (a.made_by_id, a.made_at), (a.decided_by_id, a.decided_at))
            AS w(who, at)
        JOIN members_member p ON p.user_id = w.who AND p.id <> a.member_id
        JOIN members_householdseat s ON s.member_id = a.member_id
        JOIN members_householdseat n ON n.member_id = p.id AND n.household_id = s.household_id
        WHERE greatest(s.joined_at, n.joined_at) < w.at - interval '1 minute'
          AND (s.left_at IS NULL OR s.left_at > w.at - interval '30 days')
          AND (n.left_at IS NULL OR n.left_at > w.at - interval '30 days')
        """,
    ),
    Check(
        "debt",
        "nobody owes points and can spend points of the same unit",
        """
        SELECT d.id, b.amount, sum(o.remaining) FROM members_account d
        JOIN members_balance b ON b.account_id = d.id AND b.amount < 0
        JOIN members_account w ON w.member_id = d.member_id AND w.unit_id = d.unit_id
             AND w.kind = 'wallet'
        JOIN members_openlot o ON o.account_id = w.id AND o.expires_at > now()
        WHERE d.kind = 'debt' GROUP BY d.id, b.amount
        """,
    ),
    Check(
        "merges",
        "whoever was merged into another member has no points, debts or holds of their own",
        """
        SELECT a.id, b.amount, coalesce(sum(o.remaining), 0) FROM members_member m
        JOIN members_account a ON a.member_id = m.id
        JOIN members_balance b ON b.account_id = a.id
        LEFT JOIN members_openlot o ON o.account_id = a.id AND o.expires_at > now()
        WHERE m.merged_into_id IS NOT NULL
        GROUP BY a.id, a.kind, b.amount
        HAVING sum(o.remaining) > 0 OR (a.kind IN ('held', 'debt') AND b.amount <> 0)
        UNION ALL
        SELECT m.id, m.merged_into_id, count(g.id) FROM members_member m
        LEFT JOIN members_merge g ON g.source_id = m.id AND g.undone_at IS NULL
        GROUP BY m.id HAVING count(g.id) <> (m.merged_into_id IS NOT NULL)::int
             OR (count(g.id) = 1 AND min(g.target_id) <> m.merged_into_id)
        """,
    ),
    Check(
        "I22",
        "postings of an account were recorded in the order of their numbers",
        """
        SELECT account_id, seq FROM (
            SELECT account_id, seq, at, lag(at) OVER (PARTITION BY account_id ORDER BY seq) AS before
            FROM (SELECT debit_id AS account_id, debit_seq AS seq, recorded_at AS at
                  FROM members_entry WHERE debit_seq IS NOT NULL
                  UNION ALL
                  SELECT credit_id, credit_seq, recorded_at
                  FROM members_entry WHERE credit_seq IS NOT NULL) p) o
        WHERE at < before
        """,
    ),
)
