-- Whoever inserts a ballot, it stands only if the judge may vote at this very moment. The case is
-- locked first, so that a recusal or a closing in another connection comes before or after, never
-- beside. Recusals lock it too; a closed case takes neither.
CREATE OR REPLACE FUNCTION judge_ballot() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held record;
BEGIN
    PERFORM 1 FROM governance_case c
    JOIN governance_assignment a ON a.case_id = c.id
    WHERE a.id = NEW.assignment_id FOR UPDATE OF c;

    SELECT c.state, s.starts_at, s.ends_at, a.case_id, s.user_id, s.member_id INTO held
    FROM governance_assignment a
    JOIN governance_case c ON c.id = a.case_id
    JOIN governance_seat s ON s.id = a.seat_id
    WHERE a.id = NEW.assignment_id;

    IF held.state <> 'open' THEN
        RAISE EXCEPTION 'case_closed' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_TABLE_NAME = 'governance_ballot' THEN
        IF NEW.cast_at < held.starts_at OR NEW.cast_at >= held.ends_at THEN
            RAISE EXCEPTION 'seat_ended' USING ERRCODE = 'check_violation';
        END IF;
        IF EXISTS (SELECT FROM governance_recusal r WHERE r.assignment_id = NEW.assignment_id) THEN
            RAISE EXCEPTION 'recused' USING ERRCODE = 'check_violation';
        END IF;
        IF EXISTS (
            SELECT FROM governance_interest i
            LEFT JOIN members_member m ON m.id = i.member_id
            WHERE i.case_id = held.case_id
              AND (i.member_id = held.member_id OR m.user_id = held.user_id)
        ) THEN
            RAISE EXCEPTION 'conflicted' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
