-- A code that was given out belongs to its redemption for ever, and no move leads back.
CREATE FUNCTION keep_coupon() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'coupons are not deleted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF OLD.redemption_id IS NOT NULL AND OLD.state <> 'held'
        AND NEW.redemption_id IS DISTINCT FROM OLD.redemption_id
    THEN
        RAISE EXCEPTION 'coupon % was given out before', OLD.id USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        ('free', 'held'), ('free', 'assigned'), ('free', 'void'), ('held', 'free'),
        ('held', 'assigned'), ('assigned', 'burnt'), ('assigned', 'expired'), ('assigned', 'void'), ('burnt', 'void'))
    THEN
        RAISE EXCEPTION 'coupon % cannot go from % to %', OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rewards_coupon_keep BEFORE UPDATE OR DELETE ON rewards_coupon
    FOR EACH ROW EXECUTE FUNCTION keep_coupon();
ALTER TABLE rewards_coupon ENABLE ALWAYS TRIGGER rewards_coupon_keep;
