-- Beside what it lets through already: a case of which somebody who was erased is a side loses its words.
CREATE FUNCTION erasing_case(old_row governance_case, new_row governance_case) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT current_setting('laurel.erasing', true) = 'on'
        AND to_jsonb(old_row) - ARRAY['title', 'statements']
          = to_jsonb(new_row) - ARRAY['title', 'statements']
        AND EXISTS (SELECT FROM governance_interest i JOIN members_member m ON m.id = i.member_id
                    WHERE i.case_id = old_row.id AND m.erased_at IS NOT NULL)
$$;
DROP TRIGGER keep_case ON governance_case;
CREATE TRIGGER keep_case BEFORE UPDATE ON governance_case FOR EACH ROW
    WHEN (NOT erasing_case(OLD, NEW)) EXECUTE FUNCTION keep_case();
CREATE TRIGGER keep_case_rows BEFORE DELETE ON governance_case FOR EACH ROW
    EXECUTE FUNCTION keep_case();
ALTER TABLE governance_case ENABLE ALWAYS TRIGGER keep_case;
ALTER TABLE governance_case ENABLE ALWAYS TRIGGER keep_case_rows;
