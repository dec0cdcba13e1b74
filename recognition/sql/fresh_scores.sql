-- Recompute the daily score of every (unit, member, day) that an entry after `safe_id` touches, from all
-- the entries of that day. Points count when they leave the programme's issuance account (an accrual) and
-- are taken back when they return to it (a reversal), each on its own date.
WITH fresh AS (
    SELECT DISTINCT e.unit_id, a.member_id, (e.occurred_at AT TIME ZONE %(zone)s)::date AS day
    FROM members_entry e
    JOIN members_account a
      ON a.id = CASE e.kind WHEN 'accrual' THEN e.credit_id ELSE e.debit_id END
    WHERE e.id > %(safe_id)s AND e.kind IN ('accrual', 'reversal') AND a.member_id IS NOT NULL
)
INSERT INTO recognition_dailyscore AS d (unit_id, member_id, "on", points, last_at)
SELECT f.unit_id, f.member_id, f.day, sum(leg.amount), max(leg.occurred_at)
FROM fresh f
JOIN members_account a ON a.member_id = f.member_id AND a.unit_id = f.unit_id
CROSS JOIN LATERAL (
    SELECT e.amount, e.occurred_at FROM members_entry e
    JOIN members_account p ON p.id = e.debit_id AND p.kind = 'issuance'
    WHERE e.credit_id = a.id AND e.credit_seq IS NOT NULL AND e.kind = 'accrual'
      AND (e.occurred_at AT TIME ZONE %(zone)s)::date = f.day
    UNION ALL
    SELECT -e.amount, e.occurred_at FROM members_entry e
    JOIN members_account p ON p.id = e.credit_id AND p.kind = 'issuance'
    WHERE e.debit_id = a.id AND e.debit_seq IS NOT NULL AND e.kind = 'reversal'
      AND (e.occurred_at AT TIME ZONE %(zone)s)::date = f.day
) leg
GROUP BY 1, 2, 3
ON CONFLICT (unit_id, member_id, "on")
DO UPDATE SET points = excluded.points, last_at = excluded.last_at
WHERE (d.points, d.last_at) IS DISTINCT FROM (excluded.points, excluded.last_at)
