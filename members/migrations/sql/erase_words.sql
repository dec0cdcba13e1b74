-- History is added to, never rewritten, but for the words about somebody who was erased: only words, and
-- only through functions that run as the owner of the tables. The ledger's and the trail's rows have their
-- redaction written down before.
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    words text[] := CASE TG_TABLE_NAME
        WHEN 'members_entry' THEN ARRAY['reason']
        WHEN 'members_lotlife' THEN ARRAY['reason']
        WHEN 'members_auditrow' THEN ARRAY['actor_name', 'before', 'after', 'reason']
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

-- Beside what it lets through already: an activity of an erased member loses its reference and payload.
CREATE FUNCTION erasing_activity(old_row members_activity, new_row members_activity) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT current_setting('laurel.erasing', true) = 'on'
        AND to_jsonb(old_row) - ARRAY['subject', 'payload', 'status_reason', 'recorded_by']
          = to_jsonb(new_row) - ARRAY['subject', 'payload', 'status_reason', 'recorded_by']
        AND EXISTS (SELECT FROM members_member m
                    WHERE m.id = old_row.member_id AND m.erased_at IS NOT NULL)
$$;
DROP TRIGGER keep_activity ON members_activity;
CREATE TRIGGER keep_activity BEFORE UPDATE ON members_activity FOR EACH ROW
    WHEN (NOT erasing_activity(OLD, NEW)) EXECUTE FUNCTION keep_activity();
CREATE TRIGGER keep_activity_rows BEFORE DELETE ON members_activity FOR EACH ROW
    EXECUTE FUNCTION keep_activity();
ALTER TABLE members_activity ENABLE ALWAYS TRIGGER keep_activity;
ALTER TABLE members_activity ENABLE ALWAYS TRIGGER keep_activity_rows;

-- Runs as the owner of the tables, for the application may not change them. What it takes out has its
-- redaction already, which is append-only; the member must be erased.
CREATE FUNCTION erase_words(who bigint[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM members_member WHERE id = ANY(who) AND erased_at IS NULL) THEN
        RAISE EXCEPTION 'only words about erased members are taken out'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM set_config('laurel.erasing', 'on', true);
    UPDATE members_entry t SET reason = 'Erased' FROM members_redaction r
        WHERE r.chain = 'entry' AND r.row_id = t.id AND r.member_id = ANY(who);
    UPDATE members_lotlife t SET reason = 'Erased' FROM members_redaction r
        WHERE r.chain = 'lot_life' AND r.row_id = t.id AND r.member_id = ANY(who);
    UPDATE members_auditrow t SET actor_name = 'Erased', before = NULL, after = NULL, reason = ''
        FROM members_redaction r
        WHERE r.chain = 'audit' AND r.row_id = t.id AND r.member_id = ANY(who);
    UPDATE members_activity
        SET subject = '', payload = '{}', status_reason = '', recorded_by = 'Erased'
        WHERE member_id = ANY(who);
    PERFORM set_config('laurel.erasing', 'off', true);
END $$;
