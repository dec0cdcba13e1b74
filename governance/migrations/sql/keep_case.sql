-- What the judges read stands still: of a case only the state moves, once, from open.
CREATE FUNCTION keep_case() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER keep_case BEFORE UPDATE OR DELETE ON governance_case
    FOR EACH ROW EXECUTE FUNCTION keep_case();
CREATE TRIGGER keep_cases BEFORE TRUNCATE ON governance_case
    FOR EACH STATEMENT EXECUTE FUNCTION keep_case();
ALTER TABLE governance_case ENABLE ALWAYS TRIGGER keep_case;
ALTER TABLE governance_case ENABLE ALWAYS TRIGGER keep_cases;
