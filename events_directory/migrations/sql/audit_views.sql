-- What outside checks read. The columns are promised in the contract and never change their meaning.
CREATE SCHEMA IF NOT EXISTS audit;

CREATE VIEW audit.occurrence AS
SELECT id, capacity FROM events_directory_occurrence;

CREATE VIEW audit.booking AS
SELECT id, occurrence_id, member_id, seats, state FROM events_directory_booking;

CREATE VIEW audit.pool AS
SELECT
    p.id,
    p.currency,
    -COALESCE(SUM(a.balance) FILTER (WHERE a.holds = 'deposits'), 0)::bigint AS deposited,
    COALESCE(SUM(a.balance) FILTER (WHERE a.holds = 'available'), 0)::bigint AS available,
    COALESCE(SUM(a.balance) FILTER (WHERE a.holds = 'committed'), 0)::bigint AS committed,
    COALESCE(SUM(a.balance) FILTER (WHERE a.holds = 'payable'), 0)::bigint AS payable,
    COALESCE(SUM(a.balance) FILTER (WHERE a.holds = 'disbursed'), 0)::bigint AS disbursed
FROM events_directory_pool p
LEFT JOIN events_directory_poolaccount a ON a.pool_id = p.id
GROUP BY p.id, p.currency;

CREATE VIEW audit."grant" AS
SELECT id, pool_id, awarded, paid FROM events_directory_grant;
