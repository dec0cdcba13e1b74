-- Award what is wanted, in one statement. A cause never awards twice; a badge that cannot be won again
-- is not given to somebody who holds it. Where another connection was quicker, nothing is inserted,
-- and the caller looks again.
WITH wanted AS (
    SELECT w.*, b.is_repeatable, b.starts_public
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS w(
        ord int, slug text, badge bigint, member bigint, key text, reason text, evidence text,
        at timestamptz)
    JOIN recognition_badge b ON b.id = w.badge AND b.state = 'active'
), fresh AS (
    SELECT w.*, row_number() OVER (PARTITION BY w.badge, w.member ORDER BY w.ord) AS place
    FROM wanted w
    WHERE NOT EXISTS (
            SELECT FROM recognition_badgeaward a
            WHERE a.badge_id = w.badge AND a.member_id = w.member
              AND (a.key = w.key OR (NOT w.is_repeatable AND a.revoked_at IS NULL)))
)
INSERT INTO recognition_badgeaward
    (slug, badge_id, member_id, seq, key, reason, evidence, is_public, awarded_at, recorded_at,
     revocation_reason)
SELECT f.slug, f.badge, f.member,
       f.place + coalesce((SELECT max(a.seq) FROM recognition_badgeaward a
                           WHERE a.badge_id = f.badge AND a.member_id = f.member), 0),
       f.key, f.reason, f.evidence, f.starts_public, f.at, %(now)s, ''
FROM fresh f
WHERE f.is_repeatable OR f.place = 1
ORDER BY f.badge, f.member, f.place
ON CONFLICT DO NOTHING
RETURNING id, badge_id, member_id, key
