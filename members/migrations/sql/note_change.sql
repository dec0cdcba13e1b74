-- Notes what became of a row: note_change('app.model', 'quiet,columns', 'names').
-- Quiet columns are not looked at (counters, secrets); with 'names' only the names of the others are
-- kept, never what they held: that is for rows about people, who may ask to be forgotten.
-- Who did it is what the console says for the length of its statement (`pghistory`).
CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    quiet text[] := string_to_array(coalesce(TG_ARGV[1], ''), ',');
    was jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) - quiet END;
    becomes jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) - quiet END;
    old_values jsonb;
    new_values jsonb;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT jsonb_object_agg(key, value), jsonb_object_agg(key, becomes -> key)
            INTO old_values, new_values
            FROM jsonb_each(was) WHERE value IS DISTINCT FROM becomes -> key;
        IF old_values IS NULL THEN
            RETURN NULL;
        END IF;
        IF TG_ARGV[2] = 'names' THEN
            SELECT jsonb_object_agg(key, NULL) INTO old_values FROM jsonb_object_keys(old_values) AS key;
            new_values := old_values;
        END IF;
    ELSIF TG_OP = 'DELETE' AND TG_ARGV[2] IS DISTINCT FROM 'names' THEN
        old_values := was;
    END IF;
    INSERT INTO members_change (at, kind, subject_type, subject_id, by_id, before, after)
    VALUES (
        statement_timestamp(), lower(TG_OP), TG_ARGV[0],
        CASE WHEN TG_OP = 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END ->> 'id',
        (nullif(current_setting('pghistory.context_metadata', true), '')::jsonb ->> 'user')::bigint,
        old_values, new_values
    );
    RETURN NULL;
END $$;
