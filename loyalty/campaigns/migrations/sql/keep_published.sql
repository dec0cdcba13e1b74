-- A published rule version keeps its words for ever; only the end of its force may be written, once.
CREATE FUNCTION keep_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NULL THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.in_force_until IS NULL
       AND to_jsonb(NEW) - 'in_force_until' = to_jsonb(OLD) - 'in_force_until' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a published rule version never changes' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER keep_published BEFORE UPDATE OR DELETE ON campaigns_ruleversion
    FOR EACH ROW EXECUTE FUNCTION keep_published();
ALTER TABLE campaigns_ruleversion ENABLE ALWAYS TRIGGER keep_published;
