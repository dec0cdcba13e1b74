-- What happened to the points of each lot while they were the programme's liability: spendable, pending
-- or held. One row for each change, signed, with the lot that the points were first earned in.
CREATE VIEW audit.lot_move AS
WITH RECURSIVE origin(lot_id, parent_id) AS (
    SELECT e.id,
           CASE WHEN e.kind IN ('activation', 'transfer', 'restoration') THEN e.parent_id
                WHEN e.kind = 'reinstatement' THEN (SELECT p.parent_id FROM members_entry p WHERE p.id = e.parent_id)
           END
    FROM members_entry e WHERE e.expires_at IS NOT NULL
), root(lot_id, root_id) AS (
    SELECT lot_id, lot_id FROM origin WHERE parent_id IS NULL
    UNION ALL
    SELECT o.lot_id, r.root_id FROM origin o JOIN root r ON r.lot_id = o.parent_id
), move(lot_id, at, kind, amount) AS (
    -- A lot is opened.
    SELECT e.id, e.recorded_at, CASE e.kind WHEN 'accrual' THEN 'issued'
                                            WHEN 'adjustment' THEN 'adjusted'
                                            WHEN 'restoration' THEN 'restored'
                                            WHEN 'reinstatement' THEN 'reinstated'
                                            ELSE 'moved' END, e.amount
    FROM members_entry e WHERE e.expires_at IS NOT NULL
    UNION ALL
    -- Something is taken from it, or given back. What is held is still owed.
    SELECT u.lot_id, e.recorded_at,
           CASE WHEN e.kind = 'expiry' THEN 'expired'
                WHEN e.kind = 'redemption' THEN 'redeemed'
                WHEN e.kind = 'reversal' THEN 'reversed'
                WHEN e.kind = 'restoration' THEN 'restored'
                WHEN e.kind = 'adjustment' THEN 'adjusted'
                WHEN e.cause_kind = 'arrears' THEN 'repaid'
                ELSE 'moved' END, -u.amount
    FROM members_lotuse u JOIN members_entry e ON e.id = u.entry_id
    WHERE e.kind NOT IN ('hold', 'release')
    UNION ALL
    -- A hold that ended: what it took of the lot and did not give back was spent, or expired.
    SELECT l.lot_id, h.ended_at, 'redeemed', l.expired - l.net
    FROM members_hold h
    CROSS JOIN LATERAL (
        SELECT u.lot_id, sum(u.amount) AS net, coalesce((
                   SELECT sum(x.amount) FROM members_entry x
                   WHERE x.key = 'hold:' || h.id || ':back:' || u.lot_id AND x.kind = 'expiry'), 0) AS expired
        FROM members_lotuse u JOIN members_entry e ON e.id = u.entry_id
        WHERE e.id = h.entry_id OR (e.parent_id = h.entry_id AND e.kind = 'release')
        GROUP BY u.lot_id) l
    WHERE h.state <> 'held'
    UNION ALL
    SELECT split_part(x.key, ':', 4)::bigint, x.recorded_at, 'expired', -x.amount
    FROM members_entry x WHERE x.cause_kind = 'hold' AND x.kind = 'expiry'
)
SELECT m.lot_id, r.root_id, e.unit_id, e.occurred_at AS earned_at, m.at, m.kind, m.amount
FROM move m JOIN root r ON r.lot_id = m.lot_id JOIN members_entry e ON e.id = r.root_id
WHERE m.amount <> 0;
