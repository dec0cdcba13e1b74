-- What partners pay for, for outside checks. `bought` is what was bought and not paid back; `remaining`
-- is null without a ceiling, and with one it is that of the month the fund counted in last.
CREATE VIEW audit.fund AS
SELECT f.id, f.partner_id, u.code AS unit, f.kind, f.bought - f.refunded AS bought, f.granted, f.returned,
       CASE f.kind WHEN 'prepaid' THEN f.bought - f.refunded - f.granted + f.returned
                   ELSE f.ceiling - f.month_used END AS remaining
FROM rewards_fund f JOIN members_unit u ON u.id = f.unit_id;
