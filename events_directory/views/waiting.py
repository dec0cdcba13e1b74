"""Waiting for a seat of a date that is full."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from events_directory.forms import WaitingForm
from events_directory.models import Occurrence, WaitlistPlace
from events_directory.operations import waitlists
from events_directory.views.outcomes import attempt, attempt_alone
from events_directory.views.portal import event_page, number, own_membership
from members.domain.actors import Actor


@login_required
@require_POST
def waiting(request: HttpRequest) -> HttpResponse:
    """Join the list; straight to the booking when a seat has just become free."""
    member = own_membership(request)
    dates = Occurrence.objects.exclude(micro_event__published_at=None)
    chosen = get_object_or_404(dates, pk=number(request.POST.get("occurrence")))
    form = WaitingForm(request.POST, dates=dates.filter(micro_event=chosen.micro_event_id))
    place = attempt(
        form,
        lambda: waitlists.join(
            form.cleaned_data["occurrence"],
            member=member,
            seats=form.cleaned_data["seats"],
            key=f"page:{form.cleaned_data['key']}",
            actor=Actor.user(request.user),
        ),
    )
    if place is None:
        return event_page(request, chosen.micro_event, waiting_form=form)
    if place.booking is not None:
        return redirect("events_directory:booking", place.booking.reference)
    messages.success(
        request, _("You are on the waiting list. We write to you when it is your turn.")
    )
    return redirect("events_directory:micro_event", chosen.micro_event_id)


@login_required
@require_POST
def departure(request: HttpRequest, pk: int) -> HttpResponse:
    """Wait no longer."""
    place = get_object_or_404(
        WaitlistPlace.objects.visible_to(request.user).select_related("occurrence"), pk=pk
    )
    attempt_alone(
        request,
        lambda: waitlists.leave(place, actor=Actor.user(request.user)),
        done=_("You are no longer on the waiting list."),
    )
    return redirect("events_directory:micro_event", place.occurrence.micro_event_id)
