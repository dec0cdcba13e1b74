-- Sum up the standings that a fresh entry or a day come due touches: one per board, window and member.
WITH touched AS (
    SELECT e.unit_id, a.member_id, (e.occurred_at AT TIME ZONE %(zone)s)::date AS day
    FROM members_entry e
    JOIN members_account a
      ON a.id = CASE e.kind WHEN 'accrual' THEN e.credit_id ELSE e.debit_id END
    WHERE e.id > %(safe_id)s AND e.kind IN ('accrual', 'reversal') AND a.member_id IS NOT NULL
    UNION
    SELECT d.unit_id, d.member_id, d."on" FROM recognition_dailyscore d
    WHERE d."on" > %(day)s AND d."on" <= %(today)s
), wanted AS (
    SELECT DISTINCT b.id, b.unit_id, b.salt, t.member_id,
           board_window(b."window", t.day, b.starts_on, b.ends_on) AS days
    FROM touched t JOIN recognition_leaderboard b ON b.unit_id = t.unit_id
)
INSERT INTO recognition_standing AS s
    (board_id, window_start, member_id, points, reached_at, opaque)
SELECT w.id, lower(w.days), w.member_id, sum(d.points), max(d.last_at),
       left(encode(sha256(convert_to(w.salt || ':' || w.member_id, 'UTF8')), 'hex'), 16)
FROM wanted w
JOIN recognition_dailyscore d
  ON d.unit_id = w.unit_id AND d.member_id = w.member_id
 AND d."on" >= lower(w.days) AND d."on" < upper(w.days) AND d."on" <= %(today)s
WHERE NOT isempty(w.days)
GROUP BY w.id, w.days, w.member_id, w.salt
ON CONFLICT (board_id, window_start, member_id)
DO UPDATE SET points = excluded.points, reached_at = excluded.reached_at
WHERE (s.points, s.reached_at) IS DISTINCT FROM (excluded.points, excluded.reached_at)
