"""The partner console: the organisation, its listings and its venues."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from events_directory import permissions
from events_directory.forms import (
    DateForm,
    DraftForm,
    EditForm,
    OrganisationForm,
    ReasonForm,
)
from events_directory.models import MicroEvent, Partner
from events_directory.operations import micro_events, occurrences, partners
from events_directory.views import desk
from events_directory.views.outcomes import INVALID, attempt, attempt_alone
from members import clock
from members.domain.actors import Actor
from members.models import User

PER_PAGE = 25


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Straight to the one organisation, a choice of several, or the way to sign one up."""
    found = list(Partner.objects.visible_to(request.user).order_by("name"))
    if not found:
        return redirect("partner:organisations")
    if len(found) > 1:
        return render(request, "partner/choice.html", {"partners": found})
    may_edit = permissions.can_edit(request.user, found[0])
    return redirect("partner:listings" if may_edit else "partner:door", found[0].slug)


@login_required
@require_http_methods(["GET", "POST"])
def organisations(request: HttpRequest) -> HttpResponse:
    """Sign an organisation up."""
    form = OrganisationForm(request.POST or None)
    if request.method == "POST":
        owner = request.user
        assert isinstance(owner, User)
        partner = attempt(
            form,
            lambda: partners.register(
                form.cleaned_data["name"], owner=owner, actor=Actor.user(owner)
            ),
        )
        if partner is not None:
            return redirect("partner:listings", partner.slug)
    status = INVALID if form.errors else 200
    return render(request, "partner/organisation.html", {"form": form}, status=status)


@login_required
@require_GET
def listings(request: HttpRequest, slug: str) -> HttpResponse:
    """My events with their state and next step."""
    partner = desk.organisation(request, slug)
    chosen, tabs = desk.by_state(request, partner.micro_events.all(), MicroEvent.State)
    pages = Paginator(chosen.with_next_date(clock.now()).order_by("-changed_at", "-pk"), PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    return desk.page(request, "listings", partner, page=page, tabs=tabs)


@login_required
@require_http_methods(["GET", "POST"])
def new_listing(request: HttpRequest, slug: str) -> HttpResponse:
    """A draft in five fields."""
    partner = desk.organisation(request, slug)
    venues = partner.venues.order_by("name")
    if not venues.exists():
        messages.info(request, _("First say where: add a venue."))
        return redirect("partner:new_venue", slug)
    form = DraftForm(request.POST or None, venues=venues)
    if request.method == "POST":
        event = attempt(form, lambda: _draft(request, partner, form))
        if event is not None:
            return redirect("partner:listing", slug, event.pk)
    return desk.page(request, "new_listing", partner, form=form)


def _draft(request: HttpRequest, partner: Partner, form: DraftForm) -> MicroEvent:
    starts = form.cleaned_data["starts"]
    return micro_events.draft_with_date(
        partner,
        local_on=starts.date(),
        local_time=starts.time(),
        capacity=form.cleaned_data["capacity"],
        minutes=form.cleaned_data["minutes"],
        actor=Actor.user(request.user),
        **form.texts(),
    )


@login_required
@require_GET
def listing(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One event: its state with the next step, its dates."""
    event = desk.own_event(request, slug, pk)
    return _listing(request, event, DateForm())


def _listing(request: HttpRequest, event: MicroEvent, form: DateForm) -> HttpResponse:
    return desk.page(
        request,
        "listing",
        event.partner,
        form=form,
        event=event,
        may={verb: event.allows(verb) for verb in ("edit", "submit", "cancel", "schedule")},
        dates=event.occurrences.order_by("starts_at"),
        now=clock.now(),
    )


@login_required
@require_http_methods(["GET", "POST"])
def edit_listing(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change what the event says."""
    event = desk.own_event(request, slug, pk)
    initial = {name: getattr(event, name) for name in EditForm.base_fields}
    form = EditForm(request.POST or None, initial=initial, venues=event.partner.venues.all())
    if request.method == "POST":
        actor = Actor.user(request.user)
        if attempt(form, lambda: micro_events.edit(event, actor=actor, **form.texts())):
            return redirect("partner:listing", slug, pk)
    return desk.page(request, "edit_listing", event.partner, form=form, event=event)


@login_required
@require_POST
def submission(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Ask staff to publish it."""
    event = desk.own_event(request, slug, pk)
    attempt_alone(
        request,
        lambda: micro_events.submit(event, actor=Actor.user(request.user)),
        done=_("Thank you. Staff will look at it and publish it, or write back why not."),
    )
    return redirect("partner:listing", slug, pk)


@login_required
@require_POST
def cancellation(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Call the whole event off."""
    event = desk.own_event(request, slug, pk)
    form = ReasonForm(request.POST)
    attempt_alone(
        request,
        lambda: micro_events.cancel(event, reason=form.given, actor=Actor.user(request.user)),
        done=_("The event is cancelled, with its bookings."),
    )
    return redirect("partner:listing", slug, pk)


@login_required
@require_POST
def dates(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Add a date."""
    event = desk.own_event(request, slug, pk)
    form = DateForm(request.POST)
    added = attempt(
        form,
        lambda: occurrences.add(
            event,
            local_on=form.cleaned_data["starts"].date(),
            local_time=form.cleaned_data["starts"].time(),
            capacity=form.cleaned_data["capacity"],
            minutes=form.cleaned_data["minutes"],
            actor=Actor.user(request.user),
        ),
    )
    if added is None:
        return _listing(request, event, form)
    messages.success(request, _("The date is added."))
    return redirect("partner:listing", slug, pk)
