CREATE OR REPLACE FUNCTION keep_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = 'open' AND
       (OLD.id, OLD.committee_id, OLD.criteria_id, OLD.subject_type, OLD.subject_key, OLD.round,
        OLD.title, OLD.statements, OLD.opened_at)
       = (NEW.id, NEW.committee_id, NEW.criteria_id, NEW.subject_type, NEW.subject_key, NEW.round,
          NEW.title, NEW.statements, NEW.opened_at)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'governance_case stands still: % refused', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
