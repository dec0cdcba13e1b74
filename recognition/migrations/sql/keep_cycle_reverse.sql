DROP TRIGGER keep_cycle ON recognition_nominationcycle;
DROP FUNCTION keep_cycle();
