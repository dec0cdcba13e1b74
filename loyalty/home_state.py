"""What a member's home page is made of, as a word: with any row that comes, goes or changes it is another.

A row is known by where its version lies and by the transaction that wrote it (PostgreSQL's `ctid` and
`xmin`; documentation, "System Columns"). No two versions of rows share both, so a state that is over does not
come back. It costs one query over a few hundred rows that lie in memory, and no writer pays anything for it.
"""

from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from typing import Any

from django.db import connection

from events_directory.models import Occurrence

#: More dates than the page ever shows.
DATES = 12
#: Where its rows are, by table: the programme's own, as `t`,
PROGRAMME = {
    "audiences_segment": "",
    "audiences_segmentversion": "",
    "campaigns_campaign": "",
    "campaigns_ruleversion": "WHERE t.published_at IS NOT NULL AND t.in_force_until IS NULL",
    "events_directory_pool": "WHERE t.id IN (SELECT pool_id FROM rewards_reward)",
    "members_activitykind": "",
    "members_ladderversion": "",
    # Words that were taken out of lines, about somebody else who was erased.
    "members_redaction": "WHERE t.id > (SELECT max(id) - 500 FROM members_redaction)",
    "members_tier": "",
    "members_tiergroup": "",
    "members_unit": "",
    "recognition_badge": "",
    "rewards_reward": "",
    "rewards_reward_segments": "",
}
_OWN = "WHERE t.member_id = ANY(ARRAY(SELECT id FROM own))"
_ACCOUNTS = "WHERE t.account_id = ANY(ARRAY(SELECT id FROM wallets))"
#: An order is known once it was evaluated, which may be after it was told; asked of what still waits for one.
_ORDERS = """WHERE t.activity_id IN (
    SELECT a.id FROM campaigns_waiting w JOIN members_activity a ON a.payload->>'order_id' = w.key
    WHERE w.confirmed_by = 'order.fulfilled' AND w.member_id = ANY(ARRAY(SELECT id FROM own))
    AND a.member_id = ANY(ARRAY(SELECT id FROM own)))"""
#: the member's, and those of memberships that were merged into it,
MEMBER = {
    "campaigns_evaluation": _ORDERS,
    "campaigns_waiting": _OWN,
    "events_directory_booking": _OWN,
    "members_activity": _OWN,
    "members_balance": _ACCOUNTS,
    "members_decision": f"{_OWN} AND t.kind = 'celebrated'",
    "members_member": "WHERE t.id = ANY(ARRAY(SELECT id FROM own))",
    "members_memberattribute": _OWN,
    "members_membertag": _OWN,
    "members_openlot": _ACCOUNTS,
    "members_tierlift": _OWN,
    "members_tierperiod": _OWN,
    "messaging_message": f"{_OWN} AND t.channel = 'inbox' AND t.state = 'sent' AND t.read_at IS NULL",
    "recognition_badgeaward": _OWN,
    "rewards_redemption": _OWN,
}
#: the signed-in person's,
USER = {
    "events_directory_partnerseat": "WHERE t.user_id = (SELECT id FROM asked)",
    "governance_seat": "WHERE t.user_id = (SELECT id FROM asked)",
    "members_user": "WHERE t.id = (SELECT id FROM asked)",
}
#: and of the dates that it can show, and of rewards, which are on hold with whoever takes them.
SHOWN = {
    "events_directory_microevent": "WHERE t.id IN (SELECT micro_event_id FROM shown_or_offered)",
    "events_directory_occurrence": "WHERE t.id = ANY(ARRAY(SELECT id FROM shown))",
    "events_directory_partner": "WHERE t.id IN (SELECT partner_id FROM shown_or_offered)",
    "events_directory_venue": "WHERE t.id = ANY(ARRAY(SELECT venue_id FROM shown))",
}
#: What else it reads, and why no row of these changes without one of the above.
BESIDES = {
    "campaigns_effect": "written with what waits for it, which goes when it does",
    "members_account": "has its balance from the start, and never changes",
    "members_entry": "moves a balance when it comes, and changes with a redaction only",
    "members_job": "says from where a tier is read, which is the same tier",
    "members_hold": "begins and ends with an entry",
    "rewards_coupon": "counts only as there or not: `left`",
}
_LEFT = """SELECT array_agg(t.id ORDER BY t.id) FROM rewards_reward t WHERE EXISTS (
    SELECT FROM rewards_coupon c WHERE c.reward_id = t.id AND c.state = 'free')"""
_STATE = """
WITH asked AS (SELECT %s::bigint AS id),
lives AS MATERIALIZED (
    SELECT m.id FROM members_member m JOIN asked ON asked.id = m.user_id
    WHERE m.erased_at IS NULL AND m.merged_into_id IS NULL
),
own AS MATERIALIZED (
    SELECT id FROM lives
    UNION ALL
    SELECT m.id FROM members_member m JOIN lives ON lives.id = m.merged_into_id
),
wallets AS MATERIALIZED (
    SELECT a.id FROM members_account a WHERE a.member_id = ANY(ARRAY(SELECT id FROM own))
),
shown AS MATERIALIZED (
    SELECT o.id, o.micro_event_id, e.partner_id, e.venue_id
    FROM events_directory_occurrence o JOIN events_directory_microevent e ON e.id = o.micro_event_id
    WHERE o.id = ANY(ARRAY({dates}))
    OR (o.ends_at > %s AND o.id = ANY(ARRAY(
        SELECT b.occurrence_id FROM events_directory_booking b
        WHERE b.member_id = ANY(ARRAY(SELECT id FROM own)))))
),
shown_or_offered AS MATERIALIZED (
    SELECT partner_id, micro_event_id FROM shown
    UNION
    SELECT partner_id, micro_event_id FROM rewards_reward
    UNION
    SELECT e.partner_id, e.id FROM rewards_reward r
    JOIN events_directory_microevent e ON e.id = r.micro_event_id
)
SELECT pg_postmaster_start_time(), ({left}), {rows}
"""


def _rows(table: str, which: str) -> str:
    return f"(SELECT sum(hash_record_extended((t.ctid, t.xmin), 0)) FROM {table} t {which})"  # noqa: S608 our own words above


TABLES = {**PROGRAMME, **MEMBER, **USER, **SHOWN}
#: Stands for the instant in the query for the dates, which is put into words once.
_SOME_TIME = datetime(2000, 1, 1, tzinfo=UTC)


@cache
def _asked() -> tuple[str, list[Any]]:
    shown = Occurrence.objects.on_show(_SOME_TIME).order_by("starts_at", "pk").values("pk")[:DATES]
    dates, params = shown.query.sql_with_params()
    rows = ", ".join(_rows(*each) for each in TABLES.items())
    return _STATE.format(dates=dates, left=_LEFT, rows=rows), [*params, _SOME_TIME]


def state_of(user_id: int, at: datetime) -> str:
    """The word for what this signed-in person's home page is made of at this instant; 64 hex digits."""
    sql, params = _asked()
    with connection.cursor() as cursor:
        cursor.execute(sql, [user_id, *(at if each == _SOME_TIME else each for each in params)])
        return sha256(repr(cursor.fetchone()).encode()).hexdigest()
