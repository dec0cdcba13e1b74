DROP FUNCTION erase_words(bigint[]);
DROP TRIGGER keep_activity ON members_activity;
DROP TRIGGER keep_activity_rows ON members_activity;
DROP FUNCTION erasing_activity(members_activity, members_activity);
CREATE TRIGGER keep_activity BEFORE UPDATE OR DELETE ON members_activity
    FOR EACH ROW EXECUTE FUNCTION keep_activity();
ALTER TABLE members_activity ENABLE ALWAYS TRIGGER keep_activity;
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege', HINT = 'Correct it with a new row.';
END $$;
