-- As before, and what a judge said beside a mark is words as well.
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    words text[] := CASE TG_TABLE_NAME
        WHEN 'members_entry' THEN ARRAY['reason']
        WHEN 'members_lotlife' THEN ARRAY['reason']
        WHEN 'members_auditrow' THEN ARRAY['actor_name', 'before', 'after', 'reason']
        WHEN 'campaigns_effect' THEN ARRAY['why']
        WHEN 'governance_ballot' THEN ARRAY['comments']
        ELSE ARRAY['reason', 'trace'] END;
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('laurel.erasing', true) = 'on' THEN
        IF to_jsonb(OLD) - words = to_jsonb(NEW) - words THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege', HINT = 'Correct it with a new row.';
END $$;
