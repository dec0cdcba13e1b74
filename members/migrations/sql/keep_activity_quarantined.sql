-- As before; and what has brought nothing yet may be set aside for a person, and the version of its kind
-- never changes. An activity is what somebody told us: it is never deleted and its words never change. All that may
-- change is to whom a parked or quarantined one belongs and whether it counts; whether one counts after
-- all for which nothing was posted yet; what it was worth where that was not known, once; and, for any,
-- that it is the other's of two members of whom one is merged into the other. One that was declined stays
-- declined.
CREATE OR REPLACE FUNCTION keep_activity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND
       (OLD.source, OLD.external_id, OLD.kind, OLD.subject, OLD.occurred_at, OLD.received_at,
        OLD.payload, OLD.body_hash, OLD.recorded_by)
       = (NEW.source, NEW.external_id, NEW.kind, NEW.subject, NEW.occurred_at, NEW.received_at,
          NEW.payload, NEW.body_hash, NEW.recorded_by)
       AND (OLD.worth IS NULL OR OLD.worth IS NOT DISTINCT FROM NEW.worth)
       AND OLD.kind_version IS NOT DISTINCT FROM NEW.kind_version
    THEN
        IF OLD.status IN ('parked', 'quarantined') THEN
            RETURN NEW;
        END IF;
        IF OLD.status = 'accepted' AND NEW.status IN ('parked', 'quarantined', 'declined')
           AND OLD.member_id = NEW.member_id AND NOT EXISTS (
            SELECT FROM members_entry e WHERE e.cause_kind = 'activity' AND e.cause_id = OLD.id)
        THEN
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
