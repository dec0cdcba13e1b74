"""The partner console, where work is done standing: guest lists and check-in, made for a phone."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from events_directory import permissions
from events_directory.domain.scans import DOORS_CLOSE_AFTER
from events_directory.forms import CapacityForm, MoveForm, ReasonForm, ScanForm, new_key
from events_directory.models import Booking, CheckIn, GuestNote, Occurrence
from events_directory.operations import check_ins, occurrences
from events_directory.views import desk
from events_directory.views.outcomes import attempt, attempt_alone
from members import clock
from members.domain.actors import Actor

GUESTS_PER_PAGE = 100


@login_required
@require_GET
def door(request: HttpRequest, slug: str) -> HttpResponse:
    """The dates at whose door somebody stands next."""
    partner = desk.organisation(request, slug, permissions.can_check_in)
    dates = (
        Occurrence.objects.with_place()
        .filter(
            micro_event__partner=partner,
            micro_event__published_at__isnull=False,
            cancelled_at=None,
            ends_at__gt=clock.now() - DOORS_CLOSE_AFTER,
        )
        .order_by("starts_at")
    )
    page = Paginator(dates, 25).get_page(request.GET.get("page"))
    return desk.page(request, "door", partner, page=page)


@login_required
@require_http_methods(["GET", "POST"])
def check_in(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Scan a ticket, or find the guest by name; the answer is on the page that follows."""
    occurrence = desk.own_date(request, slug, pk, permissions.can_check_in)
    form = ScanForm(request.POST or None)
    if request.method == "POST":
        actor = Actor.user(request.user)
        row = attempt(
            form, lambda: check_ins.check_in(occurrence, actor=actor, **form.cleaned_data)
        )
        if row is not None:
            address = reverse("partner:check_in", args=[slug, pk])
            return redirect(f"{address}?scan={row.pk}")
    return _door_of(request, occurrence, form)


def _door_of(request: HttpRequest, occurrence: Occurrence, form: ScanForm) -> HttpResponse:
    guests = (
        occurrence.bookings.live().select_related("member").order_by("member__given_name", "pk")
    )
    scan = request.GET.get("scan", "")
    page = desk.page(
        request,
        "check_in",
        occurrence.micro_event.partner,
        form=form,
        occurrence=occurrence,
        scan=_scan(occurrence, scan),
        nonce=new_key(),
        page=Paginator(guests, GUESTS_PER_PAGE).get_page(request.GET.get("page")),
        arrived=occurrence.bookings.filter(state=Booking.State.ATTENDED).count(),
    )
    return _at_hand(page, is_kept=not scan)


def _at_hand(page: HttpResponse, *, is_kept: bool) -> HttpResponse:
    """The one page that may use the camera, and that its device keeps for when there is no connection."""
    page["Permissions-Policy"] = "camera=(self), geolocation=(), microphone=()"
    page["Cache-Control"] = "private, no-store"
    if is_kept:
        page["X-Offline"] = "keep"
    return page


def _scan(occurrence: Occurrence, number: str) -> CheckIn | None:
    """The scan that was just made at this door."""
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    rows = occurrence.check_ins.select_related("booking__member")
    return rows.filter(pk=int(number)).first()


@login_required
@require_GET
def ticket(request: HttpRequest, code: str) -> HttpResponse:
    """Where a ticket's QR leads a phone's own camera: to its guest, with the check-in button."""
    booking = (
        Booking.objects.hosted_by(request.user)
        .with_ticket(code)
        .with_place()
        .select_related("member")
        .first()
    )
    if booking is None:
        raise Http404
    partner = booking.occurrence.micro_event.partner
    return desk.page(request, "ticket", partner, booking=booking, nonce=new_key())


@login_required
@require_GET
def guests(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Who comes: as little of each as the door needs."""
    occurrence = desk.own_date(request, slug, pk)
    rows = occurrence.bookings.select_related("member").order_by("booked_at", "pk")
    chosen, tabs = desk.by_state(request, rows, Booking.State)
    asked = request.GET.get("state", "")
    audience = GuestNote.Audience(asked if asked in Booking.State.values else "booked")
    return desk.page(
        request,
        "guests",
        occurrence.micro_event.partner,
        form=CapacityForm(initial={"capacity": occurrence.capacity}),
        occurrence=occurrence,
        page=Paginator(chosen, GUESTS_PER_PAGE).get_page(request.GET.get("page")),
        tabs=tabs,
        audience=audience,
        notes=occurrence.notes.order_by("-sent_at", "-pk"),
        line=occurrence.waitlist.in_line().select_related("member")[:GUESTS_PER_PAGE],
        move_form=MoveForm(
            initial={
                "starts": datetime.combine(occurrence.local_on, occurrence.local_time),
                "minutes": occurrence.minutes,
            }
        ),
        is_over=occurrence.ends_at <= clock.now(),
    )


@login_required
@require_POST
def capacity(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Offer more or fewer seats."""
    occurrence = desk.own_date(request, slug, pk)
    form = CapacityForm(request.POST)
    seats = form.cleaned_data["capacity"] if form.is_valid() else occurrence.capacity
    attempt_alone(
        request,
        lambda: occurrences.change_capacity(
            occurrence, capacity=seats, actor=Actor.user(request.user)
        ),
        done=_("There are %(seats)s seats now.") % {"seats": seats},
    )
    return redirect("partner:guests", slug, pk)


@login_required
@require_POST
def move(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Put the date at another time; bookings stay, calendars see a new revision."""
    occurrence = desk.own_date(request, slug, pk)
    form = MoveForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Enter a date, a time and a length."))
        return redirect("partner:guests", slug, pk)
    starts = form.cleaned_data["starts"]
    attempt_alone(
        request,
        lambda: occurrences.move(
            occurrence,
            local_on=starts.date(),
            local_time=starts.time(),
            minutes=form.cleaned_data["minutes"],
            actor=Actor.user(request.user),
        ),
        done=_("The date is moved. Who booked keeps the seat."),
    )
    return redirect("partner:guests", slug, pk)


@login_required
@require_POST
def date_cancellation(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Call one date off."""
    occurrence = desk.own_date(request, slug, pk)
    form = ReasonForm(request.POST)
    attempt_alone(
        request,
        lambda: occurrences.cancel(occurrence, reason=form.given, actor=Actor.user(request.user)),
        done=_("This date is cancelled, with its bookings."),
    )
    return redirect("partner:listing", slug, occurrence.micro_event_id)


@login_required
@require_POST
def closing(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Close the guest list after the event."""
    occurrence = desk.own_date(request, slug, pk)
    attempt_alone(
        request,
        lambda: check_ins.close_list(occurrence, actor=Actor.user(request.user)),
        done=_("The list is closed."),
    )
    return redirect("partner:guests", slug, pk)
