-- As before; and what an activity was worth may be added where it was not known, once, and never changes.
CREATE OR REPLACE FUNCTION keep_activity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND
       (OLD.source, OLD.external_id, OLD.kind, OLD.subject, OLD.occurred_at, OLD.received_at,
        OLD.payload, OLD.body_hash, OLD.recorded_by)
       = (NEW.source, NEW.external_id, NEW.kind, NEW.subject, NEW.occurred_at, NEW.received_at,
          NEW.payload, NEW.body_hash, NEW.recorded_by)
       AND (OLD.worth IS NULL OR OLD.worth IS NOT DISTINCT FROM NEW.worth)
    THEN
        IF OLD.status IN ('parked', 'quarantined') THEN
            RETURN NEW;
        END IF;
        IF (OLD.status, OLD.status_reason) = (NEW.status, NEW.status_reason) AND (
            OLD.member_id = NEW.member_id OR EXISTS (
                SELECT FROM members_member m
                WHERE (m.id, m.merged_into_id) IN ((OLD.member_id, NEW.member_id),
                                                   (NEW.member_id, OLD.member_id))))
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'members_activity is append-only: % refused', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
