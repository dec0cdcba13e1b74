-- What old orders in other currencies were worth: by the rate they were evaluated with, else by the
-- programme's of their day. Reckoned as in members' order_worth.sql. One whose rate nobody knows stays without.
UPDATE members_activity a
SET worth = floor(greatest(o.base, 0) * o.rate * 10 ^ %(places)s::int)
FROM (
    SELECT t.id,
           (SELECT coalesce(sum(greatest((line->>'quantity')::numeric * (line->>'unit_price')::numeric
                                         - coalesce(line->>'discount', '0')::numeric, 0)), 0)
            FROM jsonb_array_elements(t.payload->'lines') line
            WHERE coalesce(line->>'category', '') NOT IN ('gift_card', 'gift-card', 'giftcard'))
           - coalesce(t.payload->>'discount', '0')::numeric
           - coalesce(t.payload->>'paid_with_points', '0')::numeric AS base,
           coalesce(e.rate, (
               SELECT r.rate FROM campaigns_exchangerate r
               WHERE r.currency = t.payload->>'currency'
                 AND r.starts_on <= (t.occurred_at AT TIME ZONE %(zone)s)::date
               ORDER BY r.starts_on DESC LIMIT 1)) AS rate
    FROM members_activity t LEFT JOIN campaigns_evaluation e ON e.activity_id = t.id
    WHERE t.kind = 'order.placed' AND t.worth IS NULL AND t.id > %(after)s AND t.id <= %(upto)s
      AND jsonb_typeof(t.payload->'lines') = 'array'
) o
WHERE a.id = o.id AND o.rate IS NOT NULL
