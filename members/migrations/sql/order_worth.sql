-- What orders told before were worth: their lines without gift cards, less every discount and what was
-- paid with points, in minor units of the programme's currency, rounded down once. An order in another
-- currency that brought no rate of its own stays without.
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
           CASE WHEN t.payload->>'currency' = %(currency)s THEN 1
                ELSE round((t.payload->>'exchange_rate')::numeric, 8) END AS rate
    FROM members_activity t
    WHERE t.kind = 'order.placed' AND t.worth IS NULL AND t.id > %(after)s AND t.id <= %(upto)s
      AND jsonb_typeof(t.payload->'lines') = 'array'
) o
WHERE a.id = o.id AND o.rate IS NOT NULL
