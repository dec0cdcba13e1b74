"""A rule for dates that come again, in words, with the first dates that come of it."""

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events_directory.domain import wall_time
from events_directory.domain.repeats import LAST, WEEKLY, Repeat
from events_directory.models import Repetition
from events_directory.operations import repeats

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a rule would add: itself in words, its first dates on the venue's wall, how many more; or why
    it cannot be."""

    said: str
    dates: tuple[datetime, ...] = ()
    more: int = 0
    refusal: str = ""


def said(repeat: Repeat, at: time) -> str:
    """The rule as people say it: "Every Tuesday and Thursday at 18:00, 8 times"."""
    names = [str(WEEKDAYS[day]) for day in sorted(set(repeat.weekdays))]
    rule = _frame(repeat) % {"days": _joined(names), "time": time_format(at)}
    if repeat.until is not None:
        end = _("until %(day)s") % {"day": date_format(repeat.until, "DATE_FORMAT")}
    else:
        number = repeat.count or 0  # one of both is said
        end = ngettext("once", "%(number)s times", number) % {"number": number}
    return _("%(rule)s, %(end)s") % {"rule": rule, "end": end}


def _joined(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    return _("%(some)s and %(last)s") % {"some": ", ".join(names[:-1]), "last": names[-1]}


def _frame(repeat: Repeat) -> str:
    """The sentence that the days and the time stand in."""
    if repeat.frequency == WEEKLY:
        return _("Every %(days)s at %(time)s")
    return {
        1: _("On the first %(days)s of every month at %(time)s"),
        2: _("On the second %(days)s of every month at %(time)s"),
        3: _("On the third %(days)s of every month at %(time)s"),
        4: _("On the fourth %(days)s of every month at %(time)s"),
        LAST: _("On the last %(days)s of every month at %(time)s"),
    }[repeat.nth]


def foresee(repeat: Repeat, *, starts: datetime, zone: str) -> Foreseen:
    """What the rule would add from the wall time `starts` on, at a venue in `zone`."""
    words = said(repeat, starts.time())
    try:
        found = repeats.days(repeat, first_on=starts.date())
    except ValidationError as refusal:
        return Foreseen(words, refusal=refusal.messages[0])
    first = tuple(
        wall_time.instant(day, starts.time(), zone).astimezone(ZoneInfo(zone))
        for day in found[:SHOWN]
    )
    return Foreseen(words, first, len(found) - len(first))


def said_of(repetitions: list[Repetition]) -> list[str]:
    """The rules by which dates of an event were added, in words."""
    return [said(Repeat.read(each.rule), each.local_time) for each in repetitions]
