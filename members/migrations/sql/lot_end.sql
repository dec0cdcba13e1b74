-- When the lot that an entry opened ends: as granted, or as it was moved to last.
CREATE FUNCTION lot_end(lot bigint) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        (SELECT l.expires_at FROM members_lotlife l WHERE l.lot_id = lot ORDER BY l.id DESC LIMIT 1),
        (SELECT e.expires_at FROM members_entry e WHERE e.id = lot))
$$;

-- The same as it was at an instant.
CREATE FUNCTION lot_end(lot bigint, at timestamptz) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        (SELECT l.expires_at FROM members_lotlife l
         WHERE l.lot_id = lot AND l.at <= lot_end.at ORDER BY l.id DESC LIMIT 1),
        (SELECT e.expires_at FROM members_entry e WHERE e.id = lot))
$$;

CREATE OR REPLACE VIEW audit.lot AS
SELECT e.id, e.credit_id AS account_id, a.member_id, u.code AS unit, e.amount AS granted,
       coalesce(o.remaining, 0) AS remaining, e.active_from,
       nullif(coalesce(o.expires_at, lot_end(e.id)), '9999-12-31 00:00:00+00') AS expires_at,
       e.id AS entry_id
FROM members_entry e
JOIN members_account a ON a.id = e.credit_id
JOIN members_unit u ON u.id = e.unit_id
LEFT JOIN members_openlot o ON o.account_id = e.credit_id AND o.entry_id = e.id
WHERE e.expires_at IS NOT NULL;
