"""The least SQL that could do the same: no rules, no traces, no fields that people read."""

#: One posting: the activity, its entry, its lot, the balance.
POST_ONE = """
WITH told AS (
    INSERT INTO members_activity (source, external_id, kind, subject, member_id, occurred_at,
        received_at, payload, body_hash, status, status_reason, recorded_by)
    VALUES ('bench', %(id)s, 'order.placed', '', %(member)s, now(), now(), '{}', '\\x00', 'accepted',
            '', '') ON CONFLICT DO NOTHING RETURNING id
), held AS (
    UPDATE members_balance SET amount = amount + 29, version = version + 1
    WHERE account_id = %(wallet)s RETURNING amount, version
), entry AS (
    INSERT INTO members_entry (key, kind, unit_id, debit_id, credit_id, amount, credit_seq,
        credit_after, occurred_at, recorded_at, cause_kind, cause_id, reason, active_from, expires_at)
    SELECT %(id)s, 'accrual', %(unit)s, %(issuance)s, %(wallet)s, 29, held.version, held.amount, now(),
           now(), 'activity', told.id, '', now(), now() + interval '1 year' FROM told, held
    RETURNING id, expires_at, occurred_at
)
INSERT INTO members_openlot (account_id, expires_at, earned_at, entry_id, remaining)
SELECT %(wallet)s, expires_at, occurred_at, id, 29 FROM entry
"""

#: A thousand postings of as many members at once.
POST_MANY = """
WITH given AS (
    SELECT a.id AS wallet, a.member_id, %(id)s || a.member_id AS key
    FROM members_account a WHERE a.id = ANY(%(wallets)s)
), told AS (
    INSERT INTO members_activity (source, external_id, kind, subject, member_id, occurred_at,
        received_at, payload, body_hash, status, status_reason, recorded_by)
    SELECT 'bench', key, 'order.placed', '', member_id, now(), now(), '{}', '\\x00', 'accepted', '', ''
    FROM given ON CONFLICT DO NOTHING RETURNING id, member_id
), held AS (
    UPDATE members_balance SET amount = amount + 29, version = version + 1
    WHERE account_id = ANY(%(wallets)s) RETURNING account_id, amount, version
), entry AS (
    INSERT INTO members_entry (key, kind, unit_id, debit_id, credit_id, amount, credit_seq,
        credit_after, occurred_at, recorded_at, cause_kind, cause_id, reason, active_from, expires_at)
    SELECT g.key, 'accrual', %(unit)s, %(issuance)s, g.wallet, 29, h.version, h.amount, now(), now(),
           'activity', t.id, '', now(), now() + interval '1 year'
    FROM given g JOIN told t USING (member_id) JOIN held h ON h.account_id = g.wallet
    RETURNING id, credit_id, expires_at, occurred_at
)
INSERT INTO members_openlot (account_id, expires_at, earned_at, entry_id, remaining)
SELECT credit_id, expires_at, occurred_at, id, 29 FROM entry
"""

#: Everybody's birthday: who is due, that it was decided, and the fact.
BIRTHDAYS = """
WITH decided AS (
    INSERT INTO members_decision (member_id, kind, occurrence, decided_at, outcome)
    SELECT id, 'bench', '2026', now(), 'recorded' FROM members_member WHERE birthday_mmdd = %(mmdd)s
    ON CONFLICT DO NOTHING RETURNING member_id
)
INSERT INTO members_activity (source, external_id, kind, subject, member_id, occurred_at,
    received_at, payload, body_hash, status, status_reason, recorded_by)
SELECT 'bench', 'birthday:' || member_id, 'birthday.reached', '', member_id, now(), now(), '{}',
       '\\x00', 'accepted', '', '' FROM decided
"""

#: The expiry of every lot that is due: entry, use, lot gone, balance down.
EXPIRE = """
WITH gone AS (
    DELETE FROM members_openlot WHERE expires_at <= %(at)s
    RETURNING account_id, entry_id, remaining, expires_at
), held AS (
    UPDATE members_balance b SET amount = b.amount - g.sum, version = b.version + g.n
    FROM (SELECT account_id, sum(remaining), count(*) AS n FROM gone GROUP BY 1) g
    WHERE b.account_id = g.account_id RETURNING b.account_id, b.amount, b.version
), entry AS (
    INSERT INTO members_entry (key, kind, unit_id, debit_id, credit_id, amount, debit_seq, debit_after,
        occurred_at, recorded_at, cause_kind, cause_id, reason, parent_id)
    SELECT 'bench-expiry:' || g.entry_id, 'expiry', %(unit)s, g.account_id, %(breakage)s, g.remaining,
           h.version, h.amount, g.expires_at, now(), 'expiry', g.entry_id, '', g.entry_id
    FROM gone g JOIN held h USING (account_id)
    RETURNING id, parent_id, amount
)
INSERT INTO members_lotuse (entry_id, lot_id, amount) SELECT id, parent_id, amount FROM entry
"""

CROWD = """
INSERT INTO members_member (ref, email, given_name, family_name, display_name, pseudonym, shows_real_name,
    is_ranked, birth_month, birth_day, joined_on, time_zone, language, created_at)
SELECT 'crowd-' || n, '', '', '', '', 'Member ' || n, false, true, %(month)s, %(day)s, '2020-01-01',
       'Europe/Berlin', 'en', '2020-01-01' FROM generate_series(1, %(count)s) n
"""

#: A lot of 10 points for every wallet of the crowd, due at a given instant.
LOTS = """
WITH held AS (
    UPDATE members_balance b SET amount = b.amount + 10, version = b.version + 1
    FROM members_account a JOIN members_member m ON m.id = a.member_id
    WHERE b.account_id = a.id AND a.unit_id = %(unit)s AND m.ref LIKE 'crowd-%%'
    RETURNING b.account_id, b.amount, b.version
), entry AS (
    INSERT INTO members_entry (key, kind, unit_id, debit_id, credit_id, amount, credit_seq,
        credit_after, occurred_at, recorded_at, cause_kind, reason, active_from, expires_at)
    SELECT %(key)s || account_id, 'accrual', %(unit)s, %(issuance)s, account_id, 10, version, amount,
           %(at)s::timestamptz - interval '1 year', now(), 'bench', '', now(), %(at)s FROM held
    RETURNING id, credit_id, expires_at, occurred_at
)
INSERT INTO members_openlot (account_id, expires_at, earned_at, entry_id, remaining)
SELECT credit_id, expires_at, occurred_at, id, 10 FROM entry
"""

#: Orders that were told long ago, one of them in five with a refill.
REFILL_ORDERS = """
INSERT INTO members_activity (source, external_id, kind, subject, member_id, occurred_at, received_at,
    payload, body_hash, status, status_reason, recorded_by, worth)
SELECT 'refills', n, 'order.placed', '', m.id,
       %(since)s::timestamptz + (%(until)s::timestamptz - %(since)s::timestamptz) * n / %(count)s, now(),
       jsonb_build_object('order_id', n::text, 'currency', 'EUR', 'lines', jsonb_build_array(
           jsonb_build_object('line_id', '1', 'quantity', 1, 'unit_price', '29.00', 'category',
                              CASE WHEN n %% 5 = 0 THEN 'refill' ELSE 'tea' END))),
       '\\x00', 'accepted', '', '', 2900
FROM generate_series(1, %(count)s) n
JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM members_member) m
    ON m.place = n %% (SELECT count(*) FROM members_member)
"""

#: Which rows a rule would pay for, and what it comes to by day.
ADD_UP = """
SELECT occurred_at::date, count(*), count(DISTINCT member_id),
       sum(2 * floor((payload #>> '{lines,0,unit_price}')::numeric))
FROM members_activity
WHERE kind = 'order.placed' AND status = 'accepted' AND occurred_at >= %(since)s
  AND occurred_at < %(until)s AND payload->'lines' @> '[{"category": "refill"}]'
GROUP BY 1
"""

#: Ten orders each of everybody in the crowd, over two years.
ORDERS = """
INSERT INTO members_activity (source, external_id, kind, subject, member_id, occurred_at, received_at,
    payload, body_hash, status, status_reason, recorded_by, worth)
SELECT 'past', m.id || '-' || n, 'order.placed', m.ref, m.id,
       now() - make_interval(hours => (m.id * 7 + n * 1711)::int % 17520), now(),
       '{"order_id": "x", "currency": "EUR", "lines": []}', '\\x00', 'accepted', '', '', n * 1000
FROM members_member m, generate_series(1, 10) n WHERE m.ref LIKE 'crowd-%'
"""

#: How many members of the crowd did what the audience's condition asks, and nothing else.
AUDIENCE = """
SELECT count(*) FROM (
    SELECT a.member_id FROM members_activity a
    WHERE a.kind = 'order.placed' AND a.status = 'accepted'
      AND a.occurred_at > now() - interval '90 days' GROUP BY a.member_id HAVING count(*) >= 2
) q
"""
