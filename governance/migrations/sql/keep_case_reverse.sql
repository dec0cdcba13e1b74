DROP TRIGGER keep_case ON governance_case;
DROP TRIGGER keep_cases ON governance_case;
DROP FUNCTION keep_case();
