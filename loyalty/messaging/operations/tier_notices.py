"""Telling members in time that a review will cost them their tier."""

from datetime import datetime, timedelta

from django.db import connection
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from loyalty.messaging.operations.messages import Note, tell
from members.domain.calendar import local_date
from members.domain.projections import Projection
from members.languages import spoken
from members.models import Member, Tier
from members.operations import decisions, tiers
from members.operations.sweeps import Tally

KIND = "tier_notice"
BATCH = 1_000

#: Reviews that are near and that nobody has looked at. A tier given by hand for less time than the
#: notice needs none: whoever gave it has just said until when.
_DUE = """
SELECT * FROM (
    SELECT p.member_id, p.group_id,
           g.id || ':' || to_char(p.review_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI')
               AS occurrence
    FROM members_tierperiod p
    JOIN members_tiergroup g ON g.id = p.group_id AND g.notice_days > 0
    JOIN members_member m ON m.id = p.member_id AND m.erased_at IS NULL
    WHERE p.ends_at IS NULL AND p.review_at > %(at)s
      AND p.review_at <= %(at)s + make_interval(days => g.notice_days::int)
      AND NOT (p.cause = 'given'
               AND p.starts_at > p.review_at - make_interval(days => g.notice_days::int))) due
WHERE NOT EXISTS (
    SELECT 1 FROM members_decision d
    WHERE d.member_id = due.member_id AND d.kind = %(kind)s AND d.occurrence = due.occurrence)
ORDER BY member_id, group_id LIMIT %(most)s
"""


def tier_notices(since: datetime, until: datetime) -> Tally:
    """Look once at every review that is within its ladder's days of notice, and tell those who will
    lose their tier there. The end of a grace is a review of its own."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, {"at": until, "kind": KIND, "most": BATCH})
        due = cursor.fetchall()
    known = {ladder.group.pk: ladder for ladder in tiers.ladders()}
    members = Member.objects.in_bulk({member_id for member_id, _group, _name in due})
    found = tiers.standings(list(known.values()), list(members.values()))
    names = dict(Tier.objects.values_list("pk", "name"))
    decided: list[tuple[int, str, str]] = []
    notes: list[Note] = []
    for member_id, group_id, occurrence in due:
        look = found[group_id][member_id].projection(known[group_id], until)
        is_falling = look.projected != look.period.tier_id
        decided.append((member_id, occurrence, "told" if is_falling else "keeps"))
        if is_falling:
            notes.append(_note(members[member_id], look, names, f"tier:{occurrence}"))
    decisions.remember(KIND, decided)
    tell(notes)
    more = len(due) == BATCH
    skipped = {"keeps": len(due) - len(notes)} if len(due) > len(notes) else {}
    return Tally(since if more else until, len(due), len(notes), skipped, more=more)


def _note(member: Member, look: Projection, names: dict[int, str], key: str) -> Note:
    assert look.review_at is not None  # what is due has a review
    last_day = local_date(look.review_at - timedelta(seconds=1), member.time_zone)
    with override(spoken(member.language)):
        words = {
            "points": formats.number_format(look.to_keep, force_grouping=True),
            "tier": names[look.period.tier_id],
            "later": names[look.projected],
            "day": formats.date_format(last_day, "DATE_FORMAT"),
        }
        if look.to_keep:
            body = ngettext(
                "%(points)s more point by %(day)s keeps %(tier)s. Otherwise you go on with %(later)s.",
                "%(points)s more points by %(day)s keep %(tier)s. Otherwise you go on with %(later)s.",
                look.to_keep,
            )
        else:
            body = _("%(tier)s was given to you until %(day)s. Then you go on with %(later)s.")
        return Note(
            member.pk,
            "tier",
            key,
            _("%(tier)s is yours until %(day)s") % words,
            body % words,
            "/",
        )
