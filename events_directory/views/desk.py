"""What every page of the partner console needs: the organisation, the right to be here, the doors."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet, TextChoices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from events_directory import permissions
from events_directory.models import MicroEvent, Occurrence, Partner
from events_directory.views.outcomes import INVALID
from members import clock
from members.permissions import Verdict

Rows = TypeVar("Rows", bound=QuerySet)
May = Callable[[Any, Partner], Verdict]


@dataclass(frozen=True, slots=True)
class Door:
    """A door of the console: the name of a route with the organisation's slug, its label and icon, and
    who may go through it."""

    route: str
    label: str | Promise
    icon: str
    may: May


#: Doors to rooms of upper floors, which add them when they start.
UPSTAIRS: list[Door] = []


def organisation(request: HttpRequest, slug: str, may: May = permissions.can_edit) -> Partner:
    """The user's own organisation: 404 for any other, 403 when their role does not reach this far."""
    partner = get_object_or_404(Partner.objects.visible_to(request.user), slug=slug)
    verdict = may(request.user, partner)
    if not verdict:
        raise PermissionDenied(verdict.reason)
    return partner


def own_event(request: HttpRequest, slug: str, pk: int) -> MicroEvent:
    """A listing of the user's own organisation, for an editor."""
    partner = organisation(request, slug)
    events = partner.micro_events.with_next_date(clock.now()).select_related("partner", "venue")
    return get_object_or_404(events, pk=pk)


def own_date(
    request: HttpRequest, slug: str, pk: int, may: May = permissions.can_edit
) -> Occurrence:
    """A date of the user's own organisation."""
    partner = organisation(request, slug, may)
    dates = Occurrence.objects.with_place().filter(micro_event__partner=partner)
    return get_object_or_404(dates, pk=pk)


def by_state(
    request: HttpRequest, rows: Rows, states: type[TextChoices]
) -> tuple[Rows, list[dict[str, Any]]]:
    """The rows of the state that the address asks for (or all), and a tab with a count for each."""
    counts = dict(rows.values_list("state").annotate(Count("pk")).order_by())
    asked = request.GET.get("state", "")
    tabs = [{"href": "?", "label": _("All"), "count": sum(counts.values()), "is_current": True}]
    for state, label in states.choices:
        tabs.append(
            {
                "href": f"?state={state}",
                "label": label,
                "count": counts.get(state, 0),
                "is_current": state == asked,
            }
        )
    if asked not in states.values:
        return rows, tabs
    tabs[0]["is_current"] = False
    return rows.filter(state=asked), tabs


def page(
    request: HttpRequest,
    template: str,
    partner: Partner,
    *,
    form: forms.Form | None = None,
    **context: Any,
) -> HttpResponse:
    """A console page with the organisation's doors; status 422 when its form came back with faults."""
    is_editor = bool(permissions.can_edit(request.user, partner))
    status = INVALID if form is not None and form.is_bound and form.errors else 200
    shown = [
        {
            "href": href,
            "label": label,
            "icon": icon,
            "is_current": request.path.startswith(href),
        }
        for href, label, icon in _doors(request, partner, is_editor=is_editor)
    ]
    everything = {"partner": partner, "doors": shown, "is_editor": is_editor, "form": form}
    return render(request, f"partner/{template}.html", everything | context, status=status)


def _doors(
    request: HttpRequest, partner: Partner, *, is_editor: bool
) -> Iterator[tuple[str, str | Promise, str]]:
    """Address, label and icon of every room of the organisation that this user may enter."""
    if is_editor:
        yield reverse("partner:listings", args=[partner.slug]), _("Events"), "calendar-days"
    yield reverse("partner:door", args=[partner.slug]), _("At the door"), "qr-code"
    if is_editor:
        yield reverse("partner:venues", args=[partner.slug]), _("Venues"), "map-pin"
        yield reverse("partner:grants", args=[partner.slug]), _("Grants"), "hand-coins"
    if permissions.can_lead(request.user, partner):
        yield reverse("partner:team", args=[partner.slug]), _("People"), "users"
    for door in UPSTAIRS:
        if door.may(request.user, partner):
            yield reverse(door.route, args=[partner.slug]), door.label, door.icon
