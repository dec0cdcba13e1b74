"""Who may do what with a segment. The operations refuse the same; here it is known beforehand."""

from django.utils.translation import gettext as _

from loyalty.audiences.errors import NoCondition, SegmentIsArchived
from loyalty.audiences.models import Segment
from members.permissions import Verdict, held, refused

State = Segment.State
CHANGING = "audiences.change_segment"


def can_revise(user, segment: Segment) -> Verdict:
    """Staff who work on segments, until it is archived."""
    if segment.state == State.ARCHIVED:
        return refused(str(SegmentIsArchived.sentence))
    return held(user, CHANGING)


def can_activate(user, segment: Segment) -> Verdict:
    """Once it says whom it describes."""
    if not segment.versions.exists():
        return refused(str(NoCondition.sentence))
    return _from(segment, State.DRAFT, State.ARCHIVED, user=user)


def can_archive(user, segment: Segment) -> Verdict:
    """At any time before."""
    return _from(segment, State.DRAFT, State.ACTIVE, user=user)


def _from(segment: Segment, *states: str, user) -> Verdict:
    if segment.state not in states:
        return refused(_("It is %(state)s.") % {"state": segment.get_state_display()})
    return held(user, CHANGING)
