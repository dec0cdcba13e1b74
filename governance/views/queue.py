"""A judge's queue as pages show it: three groups, and where one entry stands among the others."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from governance.models import Assignment, Case
from members import clock
from members.domain.calendar import local_date

#: The groups of the queue; what is closed lies apart.
UNSEEN, UNSCORED, DONE, CLOSED = "unseen", "unscored", "done", "closed"
LABELS = {
    UNSEEN: _("Unseen"),
    UNSCORED: _("Unscored"),
    DONE: _("Done"),
    CLOSED: _("Closed"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands in a queue of `total`, and the cases before and after it (None: an end)."""

    number: int
    total: int
    before: int | None
    after: int | None


def place_of(case: Case, user) -> Place | None:
    """The place of an open case among everything open on this judge's desk; None when it is not there."""
    mine = Assignment.objects.on_desk_of(user).filter(case__state=Case.State.OPEN)
    cases = list(mine.in_turn().values_list("case", flat=True))
    if case.pk not in cases:
        return None
    here = cases.index(case.pk)
    return Place(
        number=here + 1,
        total=len(cases),
        before=cases[here - 1] if here else None,
        after=cases[here + 1] if here + 1 < len(cases) else None,
    )


def mark_of(counts: dict[str, int]) -> str:
    """A word that changes with every group's count and every new case (`static/js/live.js`)."""
    return "-".join(str(counts[name]) for name in (*LABELS, "newest"))


def group_to_show(counts: dict[str, int], asked: str) -> str:
    """The group that was asked for, else the first in which something waits."""
    if asked in LABELS:
        return asked
    return next((name for name in (UNSEEN, UNSCORED, DONE) if counts[name]), UNSEEN)


def time_left(case: Case, zone: str) -> str:
    """How many days are left for a case, on the reader's calendar; empty when no day was set."""
    if case.due_at is None or not case.is_open:
        return ""
    days = (local_date(case.due_at, zone) - local_date(clock.now(), zone)).days
    if days > 0:
        return ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days}
    if days == 0:
        return str(_("Last day"))
    return ngettext("%(days)s day late", "%(days)s days late", -days) % {"days": -days}
