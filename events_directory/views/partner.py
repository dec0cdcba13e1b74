"""The partner console: the organisation and its listings."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
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
from events_directory.forms.repeating import ForeseeForm
from events_directory.models import MicroEvent, Partner, PartnerSeat
from events_directory.operations import micro_events, occurrences, partners, repeats
from events_directory.views import desk
from events_directory.views.outcomes import INVALID, attempt, attempt_alone
from events_directory.views.portal import event_page
from events_directory.views.repeat_words import Foreseen, foresee, said_of
from members import clock
from members.domain.actors import Actor
from members.models import User

PER_PAGE = 25


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Straight to the one organisation, a choice of several, or the way to sign one up."""
    seats = list(PartnerSeat.objects.held_by(request.user).order_by("partner__name"))
    if not seats:
        return redirect("partner:organisations")
    if len(seats) > 1:
        return render(
            request, "partner/choice.html", {"partners": [seat.partner for seat in seats]}
        )
    may_edit = permissions.can_edit(seats[0])
    return redirect("partner:listings" if may_edit else "partner:door", seats[0].partner.slug)


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
    if request.method == "POST" and not _asks_for_dates(request):
        event = attempt(form, lambda: _draft(request, partner, form))
        if event is not None:
            return redirect("partner:listing", slug, event.pk)
    foreseen = _foreseen(request.POST, partner) if form.is_bound else None
    if _asks_for_dates(request) and foreseen:
        form = DraftForm(initial=_said(request), venues=venues)
    return desk.page(request, "new_listing", partner, form=form, foreseen=foreseen)


def _asks_for_dates(request: HttpRequest) -> bool:
    """Whether the button that shows the dates of a rule was pressed, and nothing is to be saved."""
    return request.POST.get("do") == "dates" and bool(request.POST.get("repeats"))


def _said(request: HttpRequest) -> dict[str, Any]:
    """What was filled in, as it was, to go on with."""
    said = {name: request.POST.get(name) for name in request.POST}
    return said | {"weekdays": request.POST.getlist("weekdays")}


def _foreseen(said: QueryDict, partner: Partner) -> Foreseen | None:
    """The dates that a rule would add; None without a rule, or while it cannot be read."""
    form = ForeseeForm(said, venues=partner.venues.all())
    repeat = form.cleaned_data["repeat"] if form.is_valid() else None
    if repeat is None:
        return None
    zone = form.cleaned_data["venue"].zone
    return foresee(repeat, starts=form.cleaned_data["starts"], zone=zone)


@login_required
@require_GET
def repeat(request: HttpRequest, slug: str) -> HttpResponse:
    """The dates of a rule while it is being filled in: a piece of a page, nothing is saved."""
    partner = desk.organisation(request, slug)
    context = {"foreseen": _foreseen(request.GET, partner)}
    return render(request, "partner/repeat_dates.html", context)


def _draft(request: HttpRequest, partner: Partner, form: DraftForm) -> MicroEvent:
    starts = form.cleaned_data["starts"]
    return micro_events.draft_with_date(
        partner,
        local_on=starts.date(),
        local_time=starts.time(),
        capacity=form.cleaned_data["capacity"],
        minutes=form.cleaned_data["minutes"],
        repeat=form.cleaned_data["repeat"],
        actor=Actor.user(request.user),
        **form.texts(),
    )


@login_required
@require_GET
def listing(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One event: its state with the next step, its dates."""
    event = desk.own_event(request, slug, pk)
    return _listing(request, event, DateForm())


def _listing(
    request: HttpRequest, event: MicroEvent, form: DateForm, foreseen: Foreseen | None = None
) -> HttpResponse:
    return desk.page(
        request,
        "listing",
        event.partner,
        form=form,
        event=event,
        may={verb: event.allows(verb) for verb in ("edit", "submit", "cancel", "schedule")},
        dates=event.occurrences.with_line().order_by("starts_at"),
        rules=said_of(list(event.repetitions.order_by("pk"))),
        foreseen=foreseen,
        now=clock.now(),
    )


@login_required
@require_GET
def preview(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The event as members will see it, before anybody else can."""
    return event_page(request, desk.own_event(request, slug, pk), is_preview=True)


@login_required
@require_POST
def verification(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask staff to look once more at who the organisation is."""
    partner = desk.organisation(request, slug)
    attempt_alone(
        request,
        lambda: partners.ask_again(partner, actor=Actor.user(request.user)),
        done=_("Staff will look at it again."),
    )
    return redirect("partner:listings", slug)


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
    said = request.POST.copy()
    said["venue"] = str(event.venue_id)
    if _asks_for_dates(request):
        foreseen = _foreseen(said, event.partner)
        return _listing(
            request, event, DateForm(initial=_said(request)) if foreseen else form, foreseen
        )
    added = attempt(form, lambda: _add(request, event, form))
    if added is None:
        return _listing(request, event, form, _foreseen(said, event.partner))
    done = _("The date is added.") if added == 1 else _("%(number)s dates are added.")
    messages.success(request, done % {"number": added})
    return redirect("partner:listing", slug, pk)


def _add(request: HttpRequest, event: MicroEvent, form: DateForm) -> int:
    """Add the date, or all of its rule; how many that are."""
    said, actor = form.cleaned_data, Actor.user(request.user)
    day, wall = said["starts"].date(), said["starts"].time()
    date_of = {"local_time": wall, "capacity": said["capacity"], "minutes": said["minutes"]}
    if said["repeat"] is None:
        occurrences.add(event, local_on=day, actor=actor, **date_of)
        return 1
    return len(repeats.add(event, repeat=said["repeat"], first_on=day, actor=actor, **date_of))
