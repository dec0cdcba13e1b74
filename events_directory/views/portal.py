"""What everybody reads, and what members book."""

import json
from typing import Any

import segno
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from events_directory.domain import schema_org
from events_directory.errors import SoldOut
from events_directory.forms import BookingForm, ExchangeForm, WaitingForm
from events_directory.models import Booking, MicroEvent, Occurrence, Pool, PoolEntry, WaitlistPlace
from events_directory.models.micro_events import OccurrenceQuerySet
from events_directory.operations import bookings as operations
from events_directory.views.feeds import line_of
from events_directory.views.outcomes import INVALID, attempt, attempt_alone
from members import clock
from members.domain.actors import Actor
from members.models import Member

PER_PAGE = 20


def own_membership(request: HttpRequest) -> Member:
    """The membership of who is signed in; PermissionDenied for those who have none."""
    member = Member.objects.of(request.user).first()
    if member is None:
        raise PermissionDenied(_("Only members can book."))
    return member


@require_GET
def micro_event(request: HttpRequest, pk: int) -> HttpResponse:
    """One event with its dates and the booking form."""
    event = get_object_or_404(MicroEvent.objects.public().select_related("venue", "partner"), pk=pk)
    return event_page(request, event)


def event_page(
    request: HttpRequest,
    event: MicroEvent,
    *,
    form: BookingForm | None = None,
    waiting_form: WaitingForm | None = None,
    is_preview: bool = False,
) -> HttpResponse:
    """The event as this reader sees it (a preview shows no way to book); status 422 with the form that came
    back with faults."""
    dates = list(
        event.occurrences.with_place().filter(ends_at__gt=clock.now()).order_by("starts_at")
    )
    is_member = request.user.is_authenticated and Member.objects.of(request.user).exists()
    context = {
        "event": event,
        "dates": dates,
        "is_member": is_member,
        "is_preview": is_preview,
        "form": form,
        "waiting_form": waiting_form,
        "linked": _linked(request, event, dates),
    }
    if is_member and not is_preview:
        context |= _own_ways(request, event, form=form, waiting_form=waiting_form)
    status = INVALID if form is not None or waiting_form is not None else 200
    return render(request, "portal/events_directory/micro_event.html", context, status=status)


def _own_ways(
    request: HttpRequest,
    event: MicroEvent,
    *,
    form: BookingForm | None,
    waiting_form: WaitingForm | None,
) -> dict[str, Any]:
    """What a member has of it already, and the forms for what they may still book or wait for. Who waits
    for more seats than are free may book those instead."""
    now = clock.now()
    coming = event.occurrences.filter(ends_at__gt=now)
    booked = Booking.objects.visible_to(request.user).live().filter(occurrence__in=coming)
    line = WaitlistPlace.objects.visible_to(request.user).in_line().with_position()
    mine = list(booked.select_related("occurrence"))
    waiting = list(line.filter(occurrence__in=coming).select_related("occurrence"))
    to_come = event.occurrences.on_show(now).filter(starts_at__gt=now).order_by("starts_at")
    seated, in_line = ({row.occurrence_id for row in rows} for rows in (mine, waiting))
    left = [date for date in to_come if date.pk not in seated]
    open_ones = [date.pk for date in left if date.free]
    full = [date.pk for date in left if not date.free and date.pk not in in_line]
    return {
        "mine": mine,
        "waiting": waiting,
        "form": form or (open_ones and BookingForm(dates=to_come.filter(pk__in=open_ones))),
        "waiting_form": waiting_form or (full and WaitingForm(dates=to_come.filter(pk__in=full))),
        "is_scarce": any(0 < date.free < Booking.LARGEST_PARTY for date in left),
        "party": _party(form, to_come.exclude(pk__in=in_line)),
    }


def _party(form: BookingForm | None, to_come: OccurrenceQuerySet) -> dict[str, Any] | None:
    """For a party that did not fit just now: the date as it is, and the form by which they wait for as many
    seats. None for more of them than it has seats in all."""
    if form is None or not form.has_error(NON_FIELD_ERRORS, code=SoldOut.code):
        return None
    seats = form.cleaned_data["seats"]
    wanted = to_come.filter(pk=form.cleaned_data["occurrence"].pk, capacity__gte=seats)
    date = wanted.first()
    if date is None:
        return None
    waits = WaitingForm(
        dates=wanted, initial={"occurrence": date.pk, "seats": seats}, auto_id=False
    )
    return {"seats": seats, "date": date, "form": waits}


def _linked(request: HttpRequest, event: MicroEvent, dates: list[Occurrence]) -> str:
    """The dates as JSON-LD, safe inside a script element."""
    objects = [
        schema_org.event(
            line_of(date, request),
            organiser=event.partner.name,
            capacity=date.capacity,
            free=date.free,
            currency=settings.PROGRAMME_CURRENCY,
        )
        for date in dates
    ]
    return json.dumps(objects).translate(_SCRIPT_SAFE)


_SCRIPT_SAFE = {ord(sign): f"\\u{ord(sign):04X}" for sign in "<>&"}


@login_required
@require_http_methods(["GET", "POST"])
def bookings(request: HttpRequest) -> HttpResponse:
    """The member's bookings; posting makes one."""
    if request.method == "POST":
        return _book(request)
    now = clock.now()
    mine = Booking.objects.visible_to(request.user).with_place()
    coming = mine.filter(occurrence__ends_at__gt=now).order_by("occurrence__starts_at")
    past = mine.filter(occurrence__ends_at__lte=now).order_by("-occurrence__starts_at")
    line = WaitlistPlace.objects.visible_to(request.user).in_line().with_position().with_place()
    context = {
        "coming": coming,
        "waiting": line.filter(occurrence__starts_at__gt=now),
        "page": Paginator(past, PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "portal/events_directory/bookings.html", context)


def _book(request: HttpRequest) -> HttpResponse:
    member = own_membership(request)
    dates = Occurrence.objects.exclude(micro_event__published_at=None)
    chosen = get_object_or_404(dates, pk=number(request.POST.get("occurrence")))
    form = BookingForm(request.POST, dates=dates.filter(micro_event=chosen.micro_event_id))
    booking = attempt(
        form,
        lambda: operations.book(
            form.cleaned_data["occurrence"],
            member=member,
            seats=form.cleaned_data["seats"],
            key=f"page:{form.cleaned_data['key']}",
            actor=Actor.user(request.user),
        ),
    )
    if booking is None:
        return event_page(request, chosen.micro_event, form=form)
    return redirect("events_directory:booking", booking.reference)


def number(text: str | None) -> int:
    """A primary key as a form sends it; 0, which no row has, for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else 0


def _own(request: HttpRequest, reference: str) -> Booking:
    return get_object_or_404(
        Booking.objects.visible_to(request.user).with_place(), reference=reference
    )


@login_required
@require_GET
def booking(request: HttpRequest, reference: str) -> HttpResponse:
    """One booking with its ticket."""
    return _booking(request, _own(request, reference))


def _booking(
    request: HttpRequest, booking: Booking, form: ExchangeForm | None = None
) -> HttpResponse:
    now = clock.now()
    occurrence = booking.occurrence
    others = (
        Occurrence.objects.on_show(now)
        .filter(micro_event=occurrence.micro_event_id, starts_at__gt=now)
        .exclude(pk=occurrence.pk)
        .order_by("starts_at")
    )
    is_open = booking.allows("cancel") and occurrence.starts_at > now
    code = request.build_absolute_uri(reverse("partner:ticket", args=[booking.ticket]))
    context = {
        "booking": booking,
        "is_open": is_open,
        "is_expecting": occurrence.door.opens_at <= now <= occurrence.door.closes_at,
        "form": form or (ExchangeForm(dates=others) if is_open and others.exists() else None),
        "code": segno.make_qr(code).svg_data_uri(scale=4, dark="#111", light="#fff"),
    }
    status = INVALID if form is not None else 200
    return render(request, "portal/events_directory/booking.html", context, status=status)


@login_required
@require_POST
def cancellation(request: HttpRequest, reference: str) -> HttpResponse:
    """Give the seats back."""
    booking = _own(request, reference)
    attempt_alone(
        request,
        lambda: operations.cancel(booking, actor=Actor.user(request.user)),
        done=_("Your booking is cancelled and the seats are free again."),
    )
    return redirect("events_directory:booking", reference)


@login_required
@require_POST
def exchange(request: HttpRequest, reference: str) -> HttpResponse:
    """Take another date instead."""
    booking = _own(request, reference)
    same_event = Occurrence.objects.filter(micro_event=booking.occurrence.micro_event_id)
    form = ExchangeForm(request.POST, dates=same_event)
    moved = attempt(
        form,
        lambda: operations.rebook(
            booking,
            to=form.cleaned_data["occurrence"],
            key=f"page:{form.cleaned_data['key']}",
            actor=Actor.user(request.user),
        ),
    )
    if moved is None:
        return _booking(request, booking, form)
    return redirect("events_directory:booking", moved.reference)


@require_GET
def pools(request: HttpRequest) -> HttpResponse:
    """Every community pool with what lies in it."""
    found = Pool.objects.prefetch_related("accounts").order_by("name")
    context = {"pools": [(pool, pool.balances()) for pool in found]}
    return render(request, "portal/events_directory/pools.html", context)


@require_GET
def pool(request: HttpRequest, slug: str) -> HttpResponse:
    """D18: a pool's public ledger."""
    pool = get_object_or_404(Pool.objects.prefetch_related("accounts"), slug=slug)
    entries = Paginator(PoolEntry.objects.of_pool(pool), 50)
    context = {
        "pool": pool,
        "balances": pool.balances(),
        "page": entries.get_page(request.GET.get("page")),
    }
    return render(request, "portal/events_directory/pool.html", context)
