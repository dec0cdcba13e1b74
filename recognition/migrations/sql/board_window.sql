-- The days [lower, upper) of the window of `kind` that `day` lies in, cut to a board's own dates; empty
-- when `day` is outside them. recognition/domain/windows.py says the same in Python.
CREATE FUNCTION board_window(kind text, day date, starts_on date, ends_on date) RETURNS daterange
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN kind IN ('all', 'custom') THEN daterange('1970-01-01', '9999-12-31')
        ELSE daterange(
            date_trunc(kind, day::timestamp)::date,
            (date_trunc(kind, day::timestamp)
             + CASE kind WHEN 'quarter' THEN interval '3 months'
                         ELSE ('1 ' || kind)::interval END)::date)
        END * daterange(coalesce(starts_on, '1970-01-01'), coalesce(ends_on, '9999-12-31'))
$$;
