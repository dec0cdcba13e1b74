-- What rules saw of members who are erased. Runs as the owner of the tables, for the application may not
-- change them; the trigger lets only words go (`members/migrations/sql/erase_words.sql`).
CREATE OR REPLACE FUNCTION erase_traces(who bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM set_config('laurel.erasing', 'on', true);
    UPDATE campaigns_evaluation e SET trace = '[]'
        FROM members_activity a JOIN members_member m ON m.id = a.member_id
        WHERE e.activity_id = a.id AND a.member_id = ANY(who) AND m.erased_at IS NOT NULL;
    PERFORM set_config('laurel.erasing', 'off', true);
END $$;
