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
from events_directory.models import MicroEvent, Occurrence, Partner, PartnerSeat
from events_directory.views.outcomes import INVALID
from members import clock
from members.permissions import Verdict

Rows = TypeVar("Rows", bound=QuerySet)
May = Callable[[PartnerSeat], Verdict]


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
    seat = get_object_or_404(PartnerSeat.objects.held_by(request.user), partner__slug=slug)
    verdict = may(seat)
    if not verdict:
        raise PermissionDenied(verdict.reason)
    request.partner_seat = seat  # type: ignore[attr-defined] # read by `_seat`
    return seat.partner


def _seat(request: HttpRequest, partner: Partner) -> PartnerSeat:
    """The reader's seat in the organisation: as `organisation` found it, so once a request."""
    seat: PartnerSeat | None = getattr(request, "partner_seat", None)
    if seat is None or seat.partner_id != partner.pk:
        return get_object_or_404(PartnerSeat.objects.held_by(request.user), partner=partner)
    return seat


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
    seat = _seat(request, partner)
    status = INVALID if form is not None and form.is_bound and form.errors else 200
    shown = [
        {
            "href": href,
            "label": label,
            "icon": icon,
            "is_current": request.path.startswith(href),
        }
        for href, label, icon in _doors(seat)
    ]
    everything = {"partner": partner, "doors": shown, "form": form}
    everything["is_editor"] = bool(permissions.can_edit(seat))
    return render(request, f"partner/{template}.html", everything | context, status=status)


def _doors(seat: PartnerSeat) -> Iterator[tuple[str, str | Promise, str]]:
    """Address, label and icon of every room of the organisation that may be entered from this seat."""
    partner, is_editor = seat.partner, permissions.can_edit(seat)
    if is_editor:
        yield reverse("partner:listings", args=[partner.slug]), _("Events"), "calendar-days"
    yield reverse("partner:door", args=[partner.slug]), _("At the door"), "qr-code"
    if is_editor:
        yield reverse("partner:venues", args=[partner.slug]), _("Venues"), "map-pin"
        yield reverse("partner:grants", args=[partner.slug]), _("Grants"), "hand-coins"
    if permissions.can_lead(seat):
        yield reverse("partner:team", args=[partner.slug]), _("People"), "users"
    for door in UPSTAIRS:
        if door.may(seat):
            yield reverse(door.route, args=[partner.slug]), door.label, door.icon
