-- Stable, read-only views for outside checks. Columns may be added, never renamed or taken away.
CREATE SCHEMA IF NOT EXISTS audit;

CREATE VIEW audit.entry AS
SELECT e.id, e.kind, u.code AS unit, e.cause_kind, e.cause_id, e.rule_version_id, e.reverses_id,
       e.occurred_at, e.recorded_at
FROM members_entry e JOIN members_unit u ON u.id = e.unit_id;

CREATE VIEW audit.posting AS
SELECT id * 2 AS id, id AS entry_id, debit_id AS account_id, -amount AS amount, debit_seq AS seq
FROM members_entry
UNION ALL
SELECT id * 2 + 1, id, credit_id, amount, credit_seq FROM members_entry;

CREATE VIEW audit.account AS
SELECT a.id, a.kind, a.member_id, u.code AS unit, b.amount AS balance, b.may_go_negative
FROM members_account a
JOIN members_unit u ON u.id = a.unit_id
JOIN members_balance b ON b.account_id = a.id
UNION ALL
SELECT a.id, a.kind, NULL, u.code, coalesce(r.amount, 0) + coalesce((
           SELECT sum(CASE WHEN e.credit_id = a.id THEN e.amount ELSE -e.amount END)
           FROM members_entry e
           WHERE e.id > coalesce(r.upto_entry_id, 0) AND (e.debit_id = a.id OR e.credit_id = a.id)
       ), 0)::bigint, true
FROM members_account a
JOIN members_unit u ON u.id = a.unit_id
LEFT JOIN members_rollup r ON r.account_id = a.id
WHERE a.member_id IS NULL;

CREATE VIEW audit.lot AS
SELECT e.id, e.credit_id AS account_id, a.member_id, u.code AS unit, e.amount AS granted,
       coalesce(o.remaining, 0) AS remaining, e.active_from,
       nullif(e.expires_at, '9999-12-31 00:00:00+00') AS expires_at, e.id AS entry_id
FROM members_entry e
JOIN members_account a ON a.id = e.credit_id
JOIN members_unit u ON u.id = e.unit_id
LEFT JOIN members_openlot o ON o.account_id = e.credit_id AND o.expires_at = e.expires_at
     AND o.earned_at = e.occurred_at AND o.entry_id = e.id
WHERE e.expires_at IS NOT NULL;

CREATE VIEW audit.lot_use AS
SELECT l.lot_id, l.entry_id, l.amount, e.recorded_at AS at
FROM members_lotuse l JOIN members_entry e ON e.id = l.entry_id;

CREATE VIEW audit.activity AS
SELECT id, source, external_id, kind, member_id, occurred_at, received_at, status
FROM members_activity;

CREATE VIEW audit.consent AS
SELECT member_id, purpose, channel, granted, at FROM members_consent;

CREATE VIEW audit.job AS
SELECT id, kind, state, attempts, created_at, done_at FROM members_job;

CREATE VIEW audit.decision AS
SELECT member_id, kind, occurrence, decided_at, outcome FROM members_decision;
