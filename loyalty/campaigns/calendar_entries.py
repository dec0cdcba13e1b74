"""What stands on the staff's calendar: campaigns, rounds of recognition, and the dates of micro-events."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Prefetch, Q, QuerySet
from django.db.models.functions import Least
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from events_directory.models import MicroEvent, Occurrence
from loyalty.campaigns import permissions
from loyalty.campaigns.domain import days
from loyalty.campaigns.models import Campaign, RuleVersion
from loyalty.campaigns.operations import schedules
from members import clock
from members.domain.calendar import start_of_day
from recognition.models import NominationCycle
from recognition.models.nominations import MOST_JUDGING_DAYS

#: Of one kind no more are read; a page that has more says so.
MOST = 300
LONGEST_JUDGING = timedelta(days=MOST_JUDGING_DAYS)
#: While a round is in these states its judging is still a plan.
TO_COME = (NominationCycle.State.DRAFT, NominationCycle.State.OPEN)
SHOWN_EVENTS = (MicroEvent.State.PUBLISHED, MicroEvent.State.IN_REVIEW)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something with a first and a last day in the programme's zone (None: no such end). `time` is the
    hour of what lasts no day; `move` leads to its form, where this user may move it, and `seen` goes with
    it; `note` says what will be different."""

    kind: str
    title: str
    state: str
    link: str
    first: date | None
    last: date | None
    time: str = ""
    move: str = ""
    seen: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The entries in order; drafts and campaigns in force without any day; whether there are more."""

    entries: list[Entry]
    undated: list[Entry]
    is_cut: bool


def between(first: date, last: date, *, kinds: Iterable[str], user: Any) -> Found:
    """What lies on these days, both included. A handful of queries, however much there is."""
    zone = settings.PROGRAMME_TIME_ZONE
    since, until = start_of_day(first, zone), start_of_day(last + timedelta(days=1), zone)
    found: list[Entry] = []
    undated: list[Entry] = []
    is_cut = False
    for kind in kinds:
        rows = list(ROWS[kind](since, until)[: MOST + 1])
        is_cut |= len(rows) > MOST
        found += [each for row in rows[:MOST] for each in ENTRIES[kind](row, user)]
    for entry in [each for each in found if each.first is each.last is None]:
        found.remove(entry)
        undated.append(entry)
    undated.sort(key=lambda each: (not each.move, each.title))  # what can be given days comes first
    # A round's row holds two windows, of which one may lie elsewhere.
    lying = [each for each in found if _lies(each, first, last)]
    lying.sort(key=lambda each: (each.first or date.min, each.time, each.title))
    return Found(lying, undated, is_cut)


def _lies(entry: Entry, first: date, last: date) -> bool:
    return (entry.first or first) <= last and (entry.last or last) >= first


def _campaigns(since: datetime, until: datetime) -> QuerySet[Campaign]:
    """A campaign that was ended by hand ends there; one that was ended before it started never was."""
    drafts = RuleVersion.objects.filter(published_at=None)
    return (
        Campaign.objects.annotate(over_at=Least("ended_at", "ends_at"))
        .filter(Q(starts_at=None) | Q(starts_at__lt=until), Q(over_at=None) | Q(over_at__gt=since))
        .filter(Q(ended_at=None) | Q(starts_at=None) | Q(ended_at__gt=F("starts_at")))
        .prefetch_related(Prefetch("versions", drafts, to_attr="drafts"))
        .order_by("starts_at", "pk")
    )


def _rounds(since: datetime, until: datetime) -> QuerySet[NominationCycle]:
    return (
        NominationCycle.objects.exclude(state=NominationCycle.State.CANCELLED)
        .filter(opens_at__lt=until, closes_at__gt=since - LONGEST_JUDGING)
        .order_by("opens_at", "pk")
    )


def _dates(since: datetime, until: datetime) -> QuerySet[Occurrence]:
    return (
        Occurrence.objects.filter(
            micro_event__state__in=SHOWN_EVENTS,
            cancelled_at=None,
            starts_at__lt=until,
            ends_at__gt=since,
        )
        .select_related("micro_event__partner")
        .order_by("starts_at", "pk")
    )


def _of_campaign(campaign: Any, user: Any) -> Iterator[Entry]:
    zone = settings.PROGRAMME_TIME_ZONE
    draft = campaign.drafts[0] if campaign.drafts else None
    to_be = schedules.dates_to_be(campaign, draft)
    may_move = bool(permissions.can_move(user, campaign))
    first, last = days.days_of(campaign.starts_at, campaign.over_at, zone)
    note = ""
    if to_be != (campaign.starts_at, campaign.ends_at):
        moved = [_day(each) for each in days.days_of(*to_be, zone)]
        note = _("Once published: %(from)s to %(to)s") % {"from": moved[0], "to": moved[1]}
    yield Entry(
        "campaign",
        campaign.name,
        campaign.get_state_display(),
        reverse("admin:campaigns_campaign_change", args=(campaign.pk,)),
        first,
        last,
        move=reverse("admin:campaigns_campaign_move", args=(campaign.pk,)) if may_move else "",
        seen=schedules.as_seen(to_be) if may_move else "",
        note=note,
    )


def _of_round(cycle: NominationCycle, user: Any) -> Iterator[Entry]:
    judged_at = cycle.closes_at + timedelta(days=cycle.judging_days)
    windows = (
        (_("Nominations: %(round)s"), cycle.opens_at, cycle.closes_at),
        (_("Judging: %(round)s"), cycle.closes_at, judged_at),
    )
    link = reverse("admin:recognition_nominationcycle_change", args=(cycle.pk,))
    for title, begins, ends in windows:
        first, last = days.days_of(begins, ends, settings.PROGRAMME_TIME_ZONE)
        is_to_come = begins == cycle.closes_at and cycle.state in TO_COME
        state = _("planned") if is_to_come else cycle.get_state_display()
        yield Entry("round", title % {"round": cycle.title}, state, link, first, last)


def _of_date(occurrence: Occurrence, user: Any) -> Iterator[Entry]:
    zone = settings.PROGRAMME_TIME_ZONE
    first, last = days.days_of(occurrence.starts_at, occurrence.ends_at, zone)
    event = occurrence.micro_event
    is_ahead = occurrence.ends_at > clock.now()
    is_on_hold = event.is_published and event.partner.is_suspended and is_ahead
    yield Entry(
        "event",
        event.title,
        _("on hold") if is_on_hold else event.get_state_display(),
        reverse("admin:events_directory_occurrence_change", args=(occurrence.pk,)),
        first,
        last,
        time=f"{occurrence.starts_at.astimezone(ZoneInfo(zone)):%H:%M}",
    )


def _day(day: date | None) -> str:
    return date_format(day, "j M Y") if day else "–"


ROWS: dict[str, Callable[[datetime, datetime], QuerySet[Any]]] = {
    "campaign": _campaigns,
    "round": _rounds,
    "event": _dates,
}
ENTRIES: dict[str, Callable[[Any, Any], Iterator[Entry]]] = {
    "campaign": _of_campaign,
    "round": _of_round,
    "event": _of_date,
}
