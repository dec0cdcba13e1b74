-- The daily scores of everybody, from every entry, in one pass.
INSERT INTO recognition_dailyscore (unit_id, member_id, "on", points, last_at)
SELECT e.unit_id, a.member_id, (e.occurred_at AT TIME ZONE %(zone)s)::date,
       sum(CASE e.kind WHEN 'accrual' THEN e.amount ELSE -e.amount END), max(e.occurred_at)
FROM members_entry e
JOIN members_account a ON a.id = CASE e.kind WHEN 'accrual' THEN e.credit_id ELSE e.debit_id END
JOIN members_account p ON p.id = CASE e.kind WHEN 'accrual' THEN e.debit_id ELSE e.credit_id END
WHERE e.kind IN ('accrual', 'reversal') AND a.member_id IS NOT NULL AND p.kind = 'issuance'
GROUP BY 1, 2, 3
