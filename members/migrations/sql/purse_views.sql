-- As in audit_views.sql and lot_end.sql, and: whose purse it is. A purse has a stored balance like a
-- member's account; only what belongs to neither is the programme's own.
CREATE OR REPLACE VIEW audit.account AS
SELECT a.id, a.kind, a.member_id, u.code AS unit, b.amount AS balance, b.may_go_negative,
       a.household_id
FROM members_account a
JOIN members_unit u ON u.id = a.unit_id
JOIN members_balance b ON b.account_id = a.id
UNION ALL
SELECT a.id, a.kind, NULL, u.code, coalesce(r.amount, 0) + coalesce((
           SELECT sum(CASE WHEN e.credit_id = a.id THEN e.amount ELSE -e.amount END)
           FROM members_entry e
           WHERE e.id > coalesce(r.upto_entry_id, 0) AND (e.debit_id = a.id OR e.credit_id = a.id)
       ), 0)::bigint, true, NULL
FROM members_account a
JOIN members_unit u ON u.id = a.unit_id
LEFT JOIN members_rollup r ON r.account_id = a.id
WHERE a.member_id IS NULL AND a.household_id IS NULL;

CREATE OR REPLACE VIEW audit.lot AS
SELECT e.id, e.credit_id AS account_id, a.member_id, u.code AS unit, e.amount AS granted,
       coalesce(o.remaining, 0) AS remaining, e.active_from,
       nullif(coalesce(o.expires_at, lot_end(e.id)), '9999-12-31 00:00:00+00') AS expires_at,
       e.id AS entry_id, a.household_id
FROM members_entry e
JOIN members_account a ON a.id = e.credit_id
JOIN members_unit u ON u.id = e.unit_id
LEFT JOIN members_openlot o ON o.account_id = e.credit_id AND o.entry_id = e.id
WHERE e.expires_at IS NOT NULL;
