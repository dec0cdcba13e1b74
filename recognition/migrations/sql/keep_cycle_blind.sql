-- Once a cycle is open, what people nominate and judge by, and whether they see names, stands still.
CREATE OR REPLACE FUNCTION keep_cycle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'draft' OR
       (OLD.id, OLD.slug, OLD.criteria_id, OLD.committee_id, OLD.badge_id, OLD.opens_at,
        OLD.limit_per_nominator, OLD.allows_self_nomination, OLD.is_blind, OLD.judging_days)
       = (NEW.id, NEW.slug, NEW.criteria_id, NEW.committee_id, NEW.badge_id, NEW.opens_at,
          NEW.limit_per_nominator, NEW.allows_self_nomination, NEW.is_blind, NEW.judging_days)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the rules of an open cycle stand still' USING ERRCODE = 'check_violation';
END $$;
