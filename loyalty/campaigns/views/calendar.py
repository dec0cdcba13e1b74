"""The staff's calendar: a month, or an agenda of it; the address carries all there is to choose."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from loyalty.campaigns import calendar_entries, permissions
from loyalty.campaigns.calendar_entries import Entry
from loyalty.campaigns.domain import months
from loyalty.campaigns.views.building import PageContext
from members import clock
from members.domain.calendar import add_months, local_date

VIEWS = {"month": gettext_lazy("Month"), "agenda": gettext_lazy("Agenda")}
KINDS = {
    "campaign": gettext_lazy("Campaigns"),
    "round": gettext_lazy("Recognition"),
    "event": gettext_lazy("Events"),
}


@require_safe
def calendar(request: HttpRequest, *, context: PageContext) -> HttpResponse:
    """One month of what this person may see."""
    allowed = permissions.kinds_on_calendar(request.user)
    if not allowed:
        raise PermissionDenied(permissions.can_read_calendar(request.user).reason)
    today = local_date(clock.now(), settings.PROGRAMME_TIME_ZONE)
    month = months.read_month(request.GET.get("month", "")) or today.replace(day=1)
    asked = [kind for kind in request.GET.getlist("kind") if kind in allowed]
    view = "agenda" if request.GET.get("view") == "agenda" else "month"
    days = months.days_of(month)
    found = calendar_entries.between(
        days[0][0], days[-1][-1], kinds=asked or allowed, user=request.user
    )
    page = {
        **context(request, _("Calendar")),
        **_places(month, view=view, kinds=asked),
        "month": month,
        "today": today,
        "view": view,
        "weeks": list(months.weeks(month, found.entries)) if view == "month" else [],
        "days": list(_agenda(month, found.entries)),
        "found": found,
        "kinds": [(kind, KINDS[kind], kind in asked or not asked) for kind in allowed],
        "zone": settings.PROGRAMME_TIME_ZONE,
    }
    return TemplateResponse(request, "admin/campaigns/calendar.html", page)


def _places(month: date, *, view: str, kinds: list[str]) -> dict[str, Any]:
    """Where the links lead, each with the rest of what was chosen."""

    def place(of: date | None, shown: str) -> str:
        query = QueryDict(mutable=True)
        query["view"] = shown
        if of is not None:
            query["month"] = f"{of:%Y-%m}"
        query.setlist("kind", kinds)
        return query.urlencode()

    return {
        "here": place(month, view),
        "before": place(add_months(month, -1), view),
        "after": place(add_months(month, 1), view),
        "to_today": place(None, view),
        "views": [(label, place(month, name), name == view) for name, label in VIEWS.items()],
    }


def _agenda(
    month: date, entries: list[Entry]
) -> Iterator[tuple[date | None, list[dict[str, Any]]]]:
    """What is under way when the month begins (no day), then day by day what begins and ends."""
    after = add_months(month, 1)
    lines: dict[date | None, list[dict[str, Any]]] = {}
    for entry in entries:
        first, last = entry.first, entry.last
        if (first is None or first < month) and (last is None or last >= month):
            lines.setdefault(None, []).append({"entry": entry, "word": _("under way")})
        if first is not None and month <= first < after:
            word = entry.time or (_("only this day") if first == last else _("begins"))
            lines.setdefault(first, []).append({"entry": entry, "word": word})
        if last is not None and last != first and month <= last < after:
            lines.setdefault(last, []).append({"entry": entry, "word": _("last day")})
    yield from sorted(lines.items(), key=lambda item: item[0] or date.min)
