"""How dates and times are written, by language; where a language has no file here, as Django has it."""
