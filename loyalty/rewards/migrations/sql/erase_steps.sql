-- Why redemptions of members who are erased were cancelled. Runs as the owner of the tables, for the
-- application may not change them; the trigger lets only words go.
CREATE FUNCTION erase_steps(who bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM set_config('laurel.erasing', 'on', true);
    UPDATE rewards_redemptionstep s SET reason = ''
        FROM rewards_redemption r JOIN members_member m ON m.id = r.member_id
        WHERE s.redemption_id = r.id AND r.member_id = ANY(who) AND m.erased_at IS NOT NULL;
    PERFORM set_config('laurel.erasing', 'off', true);
END $$;
