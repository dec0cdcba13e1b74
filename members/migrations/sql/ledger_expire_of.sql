-- Books the expiry of lots of these accounts that are past their time; answers how many. Whoever calls
-- holds the accounts, so the instant at which it is recorded is read after they were locked. Frozen
-- accounts wait for a person.
-- The points were unspendable from their expiry instant on; this only writes it down.
CREATE FUNCTION ledger_expire(at timestamptz, holders bigint[], recorded_at timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    lines jsonb;
BEGIN
    SELECT jsonb_agg(jsonb_build_object(
        'ord', d.ord, 'key', 'expiry:' || d.entry_id, 'kind', 'expiry', 'unit', d.unit_id,
        'debit', d.account_id, 'credit', d.breakage, 'amount', d.remaining,
        'occurred_at', d.expires_at, 'cause_kind', 'expiry', 'cause_id', d.entry_id,
        'reason', 'Expired', 'parent', d.entry_id, 'takes', 'lot', 'lot', d.entry_id) ORDER BY d.ord)
    INTO lines FROM (
        SELECT o.account_id, o.entry_id, o.remaining, o.expires_at, a.unit_id, b.id AS breakage,
               row_number() OVER (ORDER BY o.expires_at, o.account_id, o.earned_at, o.entry_id) AS ord
        FROM members_openlot o
        JOIN members_account a ON a.id = o.account_id
        JOIN members_account b
          ON b.unit_id = a.unit_id AND b.kind = 'breakage' AND b.member_id IS NULL
        JOIN members_balance s ON s.account_id = o.account_id AND NOT s.is_frozen
        WHERE o.expires_at <= ledger_expire.at AND o.account_id = ANY(holders)) d;

    IF lines IS NULL THEN
        RETURN 0;
    END IF;
    PERFORM ledger_post(lines, ledger_expire.recorded_at);
    RETURN jsonb_array_length(lines);
END $$;
