"""Telling members in time that points are about to expire."""

from datetime import datetime, timedelta

from django.db import connection
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import override

from loyalty.messaging.operations.messages import Note, tell
from members import clock
from members.domain.calendar import local_date
from members.languages import spoken
from members.operations.sweeps import Tally

#: How long before the expiry the reminder goes out.
NOTICE = timedelta(days=30)
CHUNK = timedelta(days=1)

#: Everybody of a household is told of what ends in its purse, apart from what is their own.
_DECIDE = """
WITH ending AS (
    SELECT a.member_id, NULL::bigint AS household_id, a.unit_id, o.expires_at, o.remaining
    FROM members_openlot o JOIN members_account a ON a.id = o.account_id AND a.kind = 'wallet'
    WHERE o.expires_at > %(since)s AND o.expires_at <= %(until)s AND o.expires_at > %(now)s
    UNION ALL
    SELECT s.member_id, a.household_id, a.unit_id, o.expires_at, o.remaining
    FROM members_openlot o JOIN members_account a ON a.id = o.account_id AND a.kind = 'purse'
    JOIN members_householdseat s ON s.household_id = a.household_id AND s.left_at IS NULL
    WHERE o.expires_at > %(since)s AND o.expires_at <= %(until)s AND o.expires_at > %(now)s
), due AS (
    SELECT e.member_id, m.time_zone, m.language, u.name AS unit, e.expires_at,
           sum(e.remaining) AS amount, e.household_id IS NOT NULL AS is_shared,
           CASE WHEN e.household_id IS NULL THEN 'expiry:' || u.code || ':'
               || to_char(e.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI')
           ELSE 'purse:' || e.household_id || ':' || u.code || ':'
               || to_char(e.expires_at AT TIME ZONE 'UTC', 'YYYYMMDD"T"HH24MI')
           END AS occurrence
    FROM ending e
    JOIN members_unit u ON u.id = e.unit_id AND u.purpose = 'spendable'
    JOIN members_member m ON m.id = e.member_id AND m.erased_at IS NULL
    GROUP BY 1, 2, 3, 4, 5, 7, u.code, e.household_id
), decided AS (
    INSERT INTO members_decision (member_id, kind, occurrence, decided_at, outcome)
    SELECT member_id, 'expiry_reminder', occurrence, %(now)s, 'told' FROM due
    ORDER BY member_id, occurrence
    ON CONFLICT (member_id, kind, occurrence) DO NOTHING
    RETURNING member_id, occurrence
)
SELECT due.* FROM due JOIN decided USING (member_id, occurrence)
"""


def expiry_reminders(since: datetime, until: datetime) -> Tally:
    """Tell everybody whose points expire NOTICE after (since, until], once, with one amount for all
    lots that end at the same moment."""
    upto = min(until, since + CHUNK)
    with connection.cursor() as cursor:
        cursor.execute(
            _DECIDE, {"since": since + NOTICE, "until": upto + NOTICE, "now": clock.now()}
        )
        due = cursor.fetchall()
    tell([_note(*row) for row in due])
    return Tally(upto, len(due), len(due), more=upto < until)


def _note(
    member_id: int,
    zone: str,
    language: str,
    unit: str,
    expires_at: datetime,
    amount: int,
    is_shared: bool,
    occurrence: str,
) -> Note:
    last_day = local_date(expires_at - timedelta(seconds=1), zone)
    with override(spoken(language)):
        words = {
            "amount": formats.number_format(amount, force_grouping=True),
            "unit": unit,
            "day": formats.date_format(last_day, "DATE_FORMAT"),
        }
        if is_shared:
            subject = _("%(amount)s %(unit)s of your household can be spent until %(day)s")
            body = _(
                "%(amount)s %(unit)s that your household keeps together can be spent until %(day)s."
            )
            link = "/points/household/"
        else:
            subject = _("%(amount)s %(unit)s can be spent until %(day)s")
            body = _(
                "%(amount)s of your %(unit)s can be spent until %(day)s. "
                "Have a look at what you could have for them."
            )
            link = "/rewards/"
        return Note(
            member_id, "expiry", occurrence, subject % words, body % words, link, expires_at
        )
