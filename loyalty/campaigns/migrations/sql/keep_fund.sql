-- Who pays for a campaign is settled before it is published; points that were paid for keep their payer.
CREATE FUNCTION keep_fund() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' AND NEW.funded_by_id IS DISTINCT FROM OLD.funded_by_id THEN
        RAISE EXCEPTION 'the fund of a campaign is fixed once it has left its draft'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_fund BEFORE UPDATE OF funded_by_id ON campaigns_campaign
    FOR EACH ROW EXECUTE FUNCTION keep_fund();
ALTER TABLE campaigns_campaign ENABLE ALWAYS TRIGGER keep_fund;
