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
    -- And why the case ended as it did, and what judges said about it, where somebody wrote that.
    UPDATE governance_decision d SET reason = 'Erased'
        FROM governance_case c, recognition_candidate k JOIN members_member m ON m.id = k.member_id
        WHERE d.case_id = c.id AND c.subject_type = 'recognition.candidate'
            AND c.subject_key = k.id::text AND k.member_id = ANY(who) AND m.erased_at IS NOT NULL
            AND d.reason <> '';
    UPDATE governance_ballot b SET comments = '{}'
        FROM governance_assignment a, governance_case c,
            recognition_candidate k JOIN members_member m ON m.id = k.member_id
        WHERE b.assignment_id = a.id AND a.case_id = c.id AND c.subject_type = 'recognition.candidate'
            AND c.subject_key = k.id::text AND k.member_id = ANY(who) AND m.erased_at IS NOT NULL
            AND b.comments <> '{}';
    UPDATE governance_ballotdraft b SET comments = '{}'
        FROM governance_assignment a, governance_case c,
            recognition_candidate k JOIN members_member m ON m.id = k.member_id
        WHERE b.assignment_id = a.id AND a.case_id = c.id AND c.subject_type = 'recognition.candidate'
            AND c.subject_key = k.id::text AND k.member_id = ANY(who) AND m.erased_at IS NOT NULL;
    -- By them: a case has a statement for each nomination that stands, in the order in which those were made
    -- (`cycles.close`). Words do not tell whose one is: of a case that is judged blind, names are taken out.
    UPDATE governance_case c
        SET statements = (
            SELECT coalesce(jsonb_agg(
                CASE WHEN n.nominator_id = ANY(who) THEN told || '{"text": "Erased"}' ELSE told END
                ORDER BY each.place), '[]')
            FROM jsonb_array_elements(c.statements) WITH ORDINALITY AS each (told, place)
            LEFT JOIN (SELECT nominator_id, row_number() OVER (ORDER BY id) AS place
                       FROM recognition_nomination
                       WHERE candidate_id = k.id AND withdrawn_at IS NULL) n USING (place))
        FROM recognition_candidate k
        WHERE c.subject_type = 'recognition.candidate' AND c.subject_key = k.id::text
            AND EXISTS (SELECT FROM recognition_nomination own
                        JOIN members_member m ON m.id = own.nominator_id
                        WHERE own.candidate_id = k.id AND own.nominator_id = ANY(who)
                            AND m.erased_at IS NOT NULL);
    PERFORM set_config('laurel.erasing', 'off', true);
END $$;
