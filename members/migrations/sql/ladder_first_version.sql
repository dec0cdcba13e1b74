-- Every ladder that has tiers has stood ever as it stands now.
INSERT INTO members_ladderversion (
    group_id, starts_at, "window", window_months, window_starts_on, downgrade, grace_days, undo_days,
    thresholds)
SELECT g.id, NULL, g."window", g.window_months, g.window_starts_on, g.downgrade, g.grace_days,
       g.undo_days, jsonb_object_agg(t.id::text, t.threshold)
FROM members_tiergroup g JOIN members_tier t ON t.group_id = g.id
GROUP BY g.id;
