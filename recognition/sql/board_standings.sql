-- Every standing of one board, from the daily scores.
INSERT INTO recognition_standing (board_id, window_start, member_id, points, reached_at, opaque)
SELECT b.id, lower(days), d.member_id, sum(d.points), max(d.last_at),
       left(encode(sha256(convert_to(b.salt || ':' || d.member_id, 'UTF8')), 'hex'), 16)
FROM recognition_leaderboard b
JOIN recognition_dailyscore d ON d.unit_id = b.unit_id AND d."on" <= %(today)s
CROSS JOIN LATERAL (
    SELECT board_window(b."window", d."on", b.starts_on, b.ends_on) AS days) w
WHERE b.id = %(board)s AND d."on" <@ days
GROUP BY b.id, b.salt, days, d.member_id
