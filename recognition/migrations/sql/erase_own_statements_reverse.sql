-- What judges read of members who are erased, and by them. Runs as the owner of the tables; the trigger
-- lets only words go (`governance/migrations/sql/erasing_case.sql`).
CREATE OR REPLACE FUNCTION erase_cases(who bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM set_config('laurel.erasing', 'on', true);
    -- About them: the title, which is their name, and every statement.
    UPDATE governance_case c
        SET title = 'Erased',
            statements = (SELECT coalesce(jsonb_agg(told || '{"text": "Erased"}' ORDER BY place), '[]')
                          FROM jsonb_array_elements(c.statements) WITH ORDINALITY AS each (told, place))
        FROM recognition_candidate k JOIN members_member m ON m.id = k.member_id
        WHERE c.subject_type = 'recognition.candidate' AND c.subject_key = k.id::text
            AND k.member_id = ANY(who) AND m.erased_at IS NOT NULL;
    -- By them: every statement that is nobody else's. Which was theirs is no longer known, for their own
    -- nomination is empty already.
    UPDATE governance_case c
        SET statements = (
            SELECT coalesce(jsonb_agg(
                CASE WHEN EXISTS (SELECT FROM recognition_nomination n
                                  WHERE n.candidate_id = k.id AND n.statement = told ->> 'text')
                    THEN told ELSE told || '{"text": "Erased"}' END ORDER BY place), '[]')
            FROM jsonb_array_elements(c.statements) WITH ORDINALITY AS each (told, place))
        FROM recognition_candidate k
        WHERE c.subject_type = 'recognition.candidate' AND c.subject_key = k.id::text
            AND EXISTS (SELECT FROM recognition_nomination own
                        JOIN members_member m ON m.id = own.nominator_id
                        WHERE own.candidate_id = k.id AND own.nominator_id = ANY(who)
                            AND m.erased_at IS NOT NULL);
    PERFORM set_config('laurel.erasing', 'off', true);
END $$;
