"""What is on, for everybody: as a list, a map and a calendar from one address of filters."""

from collections import defaultdict
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import get_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from events_directory.domain import maps
from events_directory.domain.months import Month
from events_directory.forms import ListingFilter
from events_directory.models import Occurrence, Venue
from events_directory.models.micro_events import OccurrenceQuerySet
from members import clock

PER_PAGE = 20
#: So many dates a map or a month shows; a page must stay a page.
MOST = 300


@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Filtered by the address alone, so that it can be shared and subscribed to; `view` says how it is
    shown."""
    filters = ListingFilter(request.GET)
    on_show = Occurrence.objects.on_show(clock.now())
    dates = on_show.matching(**filters.criteria()).with_place().order_by("starts_at", "pk")
    shown = VIEWS.get(request.GET.get("view", ""), _as_list)
    context = {
        "filters": filters,
        "query": filters.query,
        "neighbourhoods": _known(on_show, "micro_event__neighbourhood"),
        "cities": _known(on_show, "micro_event__venue__city"),
        "tabs": _tabs(filters.query, shown),
    }
    return render(request, "portal/events_directory/listing.html", context | shown(request, dates))


def _known(on_show: OccurrenceQuerySet, name: str) -> Any:
    """The names of places that the directory knows, for who types one."""
    return on_show.exclude(**{name: ""}).order_by(name).values_list(name, flat=True).distinct()


def _tabs(query: str, shown: Any) -> list[dict[str, Any]]:
    """The same filters, shown otherwise."""
    more = f"&{query}" if query else ""
    labels = {"list": _("List"), "map": _("Map"), "calendar": _("Calendar")}
    return [
        {"href": f"?view={name}{more}", "label": labels[name], "is_current": shown is each}
        for name, each in VIEWS.items()
    ]


def _as_list(request: HttpRequest, dates: OccurrenceQuerySet) -> dict[str, Any]:
    page = Paginator(dates, PER_PAGE).get_page(request.GET.get("page"))
    return {"view": "list", "page": page, "count": page.paginator.count}


def _as_map(request: HttpRequest, dates: OccurrenceQuerySet) -> dict[str, Any]:
    """The places of the dates as pins, and beside them the same dates by place."""
    at_venue: dict[int, list[Occurrence]] = defaultdict(list)
    for each in dates[:MOST]:
        at_venue[each.micro_event.venue_id].append(each)
    venues = {key: rows[0].micro_event.venue for key, rows in at_venue.items()}
    spots = [
        maps.Spot(key, float(venue.latitude), float(venue.longitude))
        for key, venue in venues.items()
        if venue.latitude is not None and venue.longitude is not None
    ]
    placed = {spot.key for spot in spots}
    sketch = maps.draw(spots)
    return {
        "view": "map",
        "count": dates.count(),
        "most": MOST,
        "sketch": sketch,
        "pins": [
            _pin(number, pin, venues, at_venue)
            for number, pin in enumerate(sketch.pins if sketch else (), start=1)
        ],
        "elsewhere": [(venues[key], rows) for key, rows in at_venue.items() if key not in placed],
    }


def _pin(
    number: int, pin: maps.Pin, venues: dict[int, Venue], at_venue: dict[int, list[Occurrence]]
) -> dict[str, Any]:
    """A pin with its name, its places and what is on there."""
    return {
        "number": number,
        "pin": pin,
        "names": ", ".join(venues[key].name for key in pin.keys),
        "venues": [(venues[key], at_venue[key]) for key in pin.keys],
        "count": sum(len(at_venue[key]) for key in pin.keys),
    }


def _as_calendar(request: HttpRequest, dates: OccurrenceQuerySet) -> dict[str, Any]:
    """One month as a sheet, and its dates by day; an empty one says when the next is."""
    today = timezone.localdate(clock.now())
    first = dates.first()
    asked = Month.read(request.GET.get("month", ""))
    month = asked or Month.of(first.local_on if first else today)
    after = month.following.first
    by_day: dict[date, list[Occurrence]] = defaultdict(list)
    for each in dates.filter(local_on__gte=month.first, local_on__lt=after)[:MOST]:
        by_day[each.local_on].append(each)
    elsewhen = None if by_day else dates.filter(local_on__gte=after).first() or first
    weeks = month.weeks(starts_on=int(get_format("FIRST_DAY_OF_WEEK")))
    return {
        "view": "calendar",
        "count": dates.count(),
        "month": month,
        "weekdays": [day for day in weeks[1] if day],
        "weeks": [[(day, by_day.get(day, []) if day else []) for day in week] for week in weeks],
        "days": sorted(by_day.items()),
        "today": today,
        "is_earliest": month.first <= today.replace(day=1),
        "elsewhen": elsewhen,
    }


VIEWS = {"list": _as_list, "map": _as_map, "calendar": _as_calendar}
