"""The partner console: the organisation's venues."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from events_directory.forms import VenueChangeForm, VenueForm
from events_directory.operations import partners
from events_directory.views import desk
from events_directory.views.outcomes import attempt
from members.domain.actors import Actor


@login_required
@require_GET
def venues(request: HttpRequest, slug: str) -> HttpResponse:
    """My venues."""
    partner = desk.organisation(request, slug)
    found = partner.venues.annotate(events=Count("micro_events")).order_by("name")
    return desk.page(request, "venues", partner, venues=found)


@login_required
@require_http_methods(["GET", "POST"])
def new_venue(request: HttpRequest, slug: str) -> HttpResponse:
    """Add a place."""
    partner = desk.organisation(request, slug)
    form = VenueForm(request.POST or None)
    if request.method == "POST":
        actor = Actor.user(request.user)
        venue = attempt(form, lambda: partners.add_venue(partner, actor=actor, **form.cleaned_data))
        if venue is not None:
            messages.success(request, _("The venue is added."))
            return redirect("partner:venues", slug)
    return desk.page(request, "new_venue", partner, form=form)


@login_required
@require_http_methods(["GET", "POST"])
def venue(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Say where a place is."""
    partner = desk.organisation(request, slug)
    found = get_object_or_404(partner.venues, pk=pk)
    initial = {name: getattr(found, name) for name in VenueChangeForm.base_fields}
    form = VenueChangeForm(request.POST or None, initial=initial)
    if request.method == "POST":
        actor = Actor.user(request.user)
        act = partners.change_venue
        if attempt(form, lambda: act(found, actor=actor, **form.cleaned_data)):
            messages.success(request, _("Saved."))
            return redirect("partner:venues", slug)
    return desk.page(request, "venue", partner, form=form, venue=found)
