-- `ledger_post` as in ledger_post.sql, and: a line may take from a lot of its debit account and give
-- the amount back to another lot of its credit account, named in `back`. That is how a gift returns to
-- the very lots it came from. A line with `back` opens no lot, so it has no `expires_at`.
ALTER TYPE ledger_line ADD ATTRIBUTE back bigint;

CREATE OR REPLACE FUNCTION ledger_post(lines jsonb, at timestamptz)
RETURNS TABLE (ord int, entry_id bigint, is_new boolean)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    given ledger_line[];
    todo ledger_line[];
    short text;
    written timestamptz;
    wrong bigint;
BEGIN
    SELECT array_agg(l ORDER BY l.ord) INTO given
    FROM jsonb_populate_recordset(NULL::ledger_line, lines) l;

    -- 1. Lock what may become scarcer, once, in account order.
    PERFORM 1 FROM members_balance b
    WHERE b.account_id IN (SELECT debit FROM unnest(given) UNION SELECT credit FROM unnest(given))
    ORDER BY b.account_id FOR UPDATE;

    SELECT l.key INTO short FROM unnest(given) l
    JOIN members_balance b ON b.account_id IN (l.debit, l.credit)
    WHERE b.is_frozen LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'frozen' USING DETAIL = short;
    END IF;

    -- Who read the clock and then waited for these locks writes no earlier than what was posted
    -- meanwhile: an account's postings are recorded in the order of their numbers.
    -- And a balance that is not what its last posting left is not built upon: better stop than be wrong.
    SELECT greatest(ledger_post.at, max(p.recorded_at)),
           min(b.account_id) FILTER (WHERE b.version > 0 AND b.amount IS DISTINCT FROM p.left_at)
    INTO written, wrong
    FROM members_balance b
    LEFT JOIN LATERAL (
        SELECT e.recorded_at, e.debit_after AS left_at FROM members_entry e
        WHERE e.debit_id = b.account_id AND e.debit_seq = b.version
        UNION ALL
        SELECT e.recorded_at, e.credit_after FROM members_entry e
        WHERE e.credit_id = b.account_id AND e.credit_seq = b.version) p ON true
    WHERE b.account_id IN (SELECT debit FROM unnest(given) UNION SELECT credit FROM unnest(given));
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'wrong balance of account %', wrong;
    END IF;

    -- 2. Leave out what was posted before; give the rest their ids.
    SELECT array_agg(ROW(l.ord, l.key, l.kind, l.unit, l.debit, l.credit, l.amount, l.occurred_at,
                         l.cause_kind, l.cause_id, l.rule_version, l.reason, l.parent, l.reverses,
                         l.active_from, l.expires_at, l.takes, l.lot,
                         nextval('members_entry_id_seq'), l.back)::ledger_line ORDER BY l.ord)
    INTO todo
    FROM unnest(given) l
    WHERE NOT EXISTS (SELECT FROM members_entry e WHERE e.key = l.key);

    IF todo IS NOT NULL THEN
        -- 3. Number the postings of each member's account and carry its balance.
        WITH leg AS (
            SELECT l.id, l.debit AS account, -l.amount AS delta, l.ord FROM unnest(todo) l
            UNION ALL
            SELECT l.id, l.credit, l.amount, l.ord FROM unnest(todo) l
        ), numbered AS (
            SELECT leg.id, leg.account,
                   b.version + row_number() OVER w AS seq,
                   b.amount + sum(leg.delta) OVER w AS after
            FROM leg JOIN members_balance b ON b.account_id = leg.account
            WINDOW w AS (PARTITION BY leg.account ORDER BY leg.ord)
        )
        INSERT INTO members_entry (
            id, key, kind, unit_id, debit_id, credit_id, amount, debit_seq, debit_after, credit_seq,
            credit_after, occurred_at, recorded_at, cause_kind, cause_id, rule_version_id, reason,
            parent_id, reverses_id, active_from, expires_at)
        SELECT l.id, l.key, l.kind, l.unit, l.debit, l.credit, l.amount, d.seq, d.after, c.seq,
               c.after, l.occurred_at, written, l.cause_kind, l.cause_id, l.rule_version,
               l.reason, l.parent, l.reverses, l.active_from, l.expires_at
        FROM unnest(todo) l
        LEFT JOIN numbered d ON d.id = l.id AND d.account = l.debit
        LEFT JOIN numbered c ON c.id = l.id AND c.account = l.credit
        ORDER BY l.ord;

        -- 4. Take from lots.
        IF EXISTS (SELECT FROM unnest(todo) l WHERE l.takes IN ('fifo', 'lot')) THEN
            WITH want AS (
                SELECT l.id, l.key, l.debit, l.amount, l.takes, l.lot, l.ord,
                       sum(l.amount) OVER w - l.amount AS low, sum(l.amount) OVER w AS high
                FROM unnest(todo) l WHERE l.takes IN ('fifo', 'lot')
                WINDOW w AS (PARTITION BY l.debit, l.takes, CASE WHEN l.takes = 'lot' THEN l.lot END
                             ORDER BY l.ord)
            ), shelf AS (
                SELECT o.account_id, o.entry_id, o.remaining,
                       sum(o.remaining) OVER w - o.remaining AS low, sum(o.remaining) OVER w AS high
                FROM members_openlot o
                WHERE o.account_id IN (SELECT debit FROM want WHERE takes = 'fifo')
                  AND o.expires_at > ledger_post.at
                WINDOW w AS (PARTITION BY o.account_id
                             ORDER BY o.expires_at, o.earned_at, o.entry_id)
            )
            INSERT INTO members_lotuse (entry_id, lot_id, amount)
            SELECT w.id, s.entry_id, least(w.high, s.high) - greatest(w.low, s.low)
            FROM want w JOIN shelf s
              ON s.account_id = w.debit AND s.low < w.high AND s.high > w.low
            WHERE w.takes = 'fifo'
            UNION ALL
            SELECT w.id, w.lot, w.amount FROM want w
            JOIN members_openlot o ON o.account_id = w.debit AND o.entry_id = w.lot
            WHERE w.takes = 'lot' AND o.remaining >= w.high;

            SELECT l.key INTO short FROM unnest(todo) l
            WHERE l.takes IN ('fifo', 'lot') AND l.amount <> (
                SELECT coalesce(sum(u.amount), 0) FROM members_lotuse u WHERE u.entry_id = l.id)
            LIMIT 1;
            IF FOUND THEN
                RAISE EXCEPTION 'insufficient' USING DETAIL = short;
            END IF;

            SELECT min(l.key) INTO short
            FROM unnest(todo) l
            JOIN members_lotuse u ON u.entry_id = l.id
            JOIN members_openlot o ON o.account_id = l.debit AND o.entry_id = u.lot_id
            WHERE l.takes IN ('fifo', 'lot')
            GROUP BY o.account_id, o.entry_id, o.remaining HAVING sum(u.amount) > o.remaining
            LIMIT 1;
            IF FOUND THEN
                RAISE EXCEPTION 'insufficient' USING DETAIL = short;
            END IF;

            WITH taken AS (
                SELECT l.debit AS account, u.lot_id, sum(u.amount) AS amount
                FROM unnest(todo) l JOIN members_lotuse u ON u.entry_id = l.id
                WHERE l.takes IN ('fifo', 'lot') GROUP BY 1, 2
            ), emptied AS (
                DELETE FROM members_openlot o USING taken t
                WHERE o.account_id = t.account AND o.entry_id = t.lot_id AND o.remaining = t.amount
            )
            UPDATE members_openlot o SET remaining = o.remaining - t.amount FROM taken t
            WHERE o.account_id = t.account AND o.entry_id = t.lot_id AND o.remaining > t.amount;
        END IF;

        -- 5. Give back to lots.
        IF EXISTS (SELECT FROM unnest(todo) l WHERE l.back IS NOT NULL) THEN
            INSERT INTO members_lotuse (entry_id, lot_id, amount)
            SELECT l.id, l.back, -l.amount FROM unnest(todo) l WHERE l.back IS NOT NULL;

            INSERT INTO members_openlot AS o (account_id, expires_at, earned_at, entry_id, remaining)
            SELECT l.credit, lot_end(e.id), e.occurred_at, e.id, sum(l.amount)
            FROM unnest(todo) l JOIN members_entry e ON e.id = l.back
            GROUP BY 1, 2, 3, 4
            ON CONFLICT (account_id, expires_at, earned_at, entry_id)
            DO UPDATE SET remaining = o.remaining + excluded.remaining;
        END IF;

        -- 6. Open lots.
        INSERT INTO members_openlot (account_id, expires_at, earned_at, entry_id, remaining)
        SELECT l.credit, l.expires_at, l.occurred_at, l.id, l.amount
        FROM unnest(todo) l
        WHERE l.expires_at IS NOT NULL;

        -- 7. One update per account.
        UPDATE members_balance b SET amount = b.amount + s.delta, version = b.version + s.postings
        FROM (
            SELECT account, sum(delta) AS delta, count(*) AS postings FROM (
                SELECT l.debit AS account, -l.amount AS delta FROM unnest(todo) l
                UNION ALL
                SELECT l.credit, l.amount FROM unnest(todo) l) legs
            GROUP BY account) s
        WHERE b.account_id = s.account;
    END IF;

    RETURN QUERY
    SELECT l.ord, coalesce(t.id, e.id), t.id IS NOT NULL
    FROM unnest(given) l
    LEFT JOIN unnest(todo) t ON t.ord = l.ord
    LEFT JOIN members_entry e ON e.key = l.key
    ORDER BY l.ord;
END $$;
