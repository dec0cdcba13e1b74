"""Telling members in time that points are about to expire."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import override

from loyalty.messaging.operations.messages import Note, tell
from members import clock
from members.domain.calendar import local_date
from members.operations.sweeps import Tally

#: How long before the expiry the reminder goes out.
NOTICE = timedelta(days=30)
CHUNK = timedelta(days=1)

_DECIDE = """
WITH due AS (
    SELECT a.member_id, m.time_zone, m.language, u.name AS unit, o.expires_at,
           sum(o.remaining) AS amount,
           'expiry:' || u.code || ':' || to_char(o.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI')
               AS occurrence
    FROM members_openlot o
    JOIN members_account a ON a.id = o.account_id AND a.kind = 'wallet'
    JOIN members_unit u ON u.id = a.unit_id AND u.purpose = 'spendable'
    JOIN members_member m ON m.id = a.member_id AND m.erased_at IS NULL
    WHERE o.expires_at > %(since)s AND o.expires_at <= %(until)s AND o.expires_at > %(now)s
    GROUP BY 1, 2, 3, 4, 5, u.code
), decided AS (
    INSERT INTO members_decision (member_id, kind, occurrence, decided_at, outcome)
    SELECT member_id, 'expiry_reminder', occurrence, %(now)s, 'told' FROM due ORDER BY member_id
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
    occurrence: str,
) -> Note:
    last_day = local_date(expires_at - timedelta(seconds=1), zone)
    with override(language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE):
        words = {
            "amount": formats.number_format(amount, force_grouping=True),
            "unit": unit,
            "day": formats.date_format(last_day, "DATE_FORMAT"),
        }
        return Note(
            member_id,
            "expiry",
            occurrence,
            _("%(amount)s %(unit)s can be spent until %(day)s") % words,
            _(
                "%(amount)s of your %(unit)s can be spent until %(day)s. "
                "Have a look at what you could have for them."
            )
            % words,
            "/rewards/",
        )
