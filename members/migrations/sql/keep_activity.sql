-- An activity is what somebody told us: it is never deleted and its words never change. All that may
-- change is to whom a parked or quarantined one belongs and whether it counts.
CREATE FUNCTION keep_activity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.status IN ('parked', 'quarantined') AND
       (OLD.source, OLD.external_id, OLD.kind, OLD.subject, OLD.occurred_at, OLD.received_at,
        OLD.payload, OLD.body_hash, OLD.recorded_by)
       = (NEW.source, NEW.external_id, NEW.kind, NEW.subject, NEW.occurred_at, NEW.received_at,
          NEW.payload, NEW.body_hash, NEW.recorded_by)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'members_activity is append-only: % refused', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER keep_activity BEFORE UPDATE OR DELETE ON members_activity
    FOR EACH ROW EXECUTE FUNCTION keep_activity();
CREATE TRIGGER keep_activities BEFORE TRUNCATE ON members_activity
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE members_activity ENABLE ALWAYS TRIGGER keep_activity;
ALTER TABLE members_activity ENABLE ALWAYS TRIGGER keep_activities;
