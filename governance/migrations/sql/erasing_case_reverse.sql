DROP TRIGGER keep_case_rows ON governance_case;
DROP TRIGGER keep_case ON governance_case;
DROP FUNCTION erasing_case(governance_case, governance_case);
CREATE TRIGGER keep_case BEFORE UPDATE OR DELETE ON governance_case
    FOR EACH ROW EXECUTE FUNCTION keep_case();
ALTER TABLE governance_case ENABLE ALWAYS TRIGGER keep_case;
