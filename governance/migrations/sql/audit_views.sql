-- What outside checks read; the columns are promised.
CREATE SCHEMA IF NOT EXISTS audit;
CREATE VIEW audit.ballot AS
    SELECT b.id, a.case_id, a.seat_id, s.member_id, b.cast_at
    FROM governance_ballot b
    JOIN governance_assignment a ON a.id = b.assignment_id
    JOIN governance_seat s ON s.id = a.seat_id;
CREATE VIEW audit.recusal AS
    SELECT a.case_id, a.seat_id, r.at
    FROM governance_recusal r JOIN governance_assignment a ON a.id = r.assignment_id;
