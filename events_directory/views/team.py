"""The organisation's people: who belongs to it, who is invited, and who goes."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from events_directory import permissions
from events_directory.forms import InvitationForm
from events_directory.models import Partner, PartnerSeat, SeatInvitation
from events_directory.operations import invitations as operations
from events_directory.operations import partners
from events_directory.views import desk
from events_directory.views.outcomes import attempt, attempt_alone
from members import clock
from members.domain.actors import Actor
from members.models import User


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # behind `login_required`
    return request.user


@login_required
@require_GET
def team(request: HttpRequest, slug: str) -> HttpResponse:
    """Everybody with a seat, the open invitations with their links, and the way to one more."""
    partner = desk.organisation(request, slug, permissions.can_lead)
    return _team(request, partner, InvitationForm())


def _team(request: HttpRequest, partner: Partner, form: InvitationForm) -> HttpResponse:
    seats = PartnerSeat.objects.held_now().filter(partner=partner).select_related("user")
    open_ones = SeatInvitation.objects.open_at(clock.now()).filter(partner=partner)
    return desk.page(
        request,
        "team",
        partner,
        form=form,
        seats=seats.order_by("since", "pk"),
        invited=[
            (each, request.build_absolute_uri(reverse("partner:invitation", args=[each.key])))
            for each in open_ones.order_by("-made_at", "-pk")
        ],
    )


@login_required
@require_POST
def invitations(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a link for one more."""
    partner = desk.organisation(request, slug, permissions.can_lead)
    form = InvitationForm(request.POST)
    made = attempt(
        form,
        lambda: operations.invite(partner, role=form.cleaned_data["role"], by=_person(request)),
    )
    return _team(request, partner, form) if made is None else redirect("partner:team", slug)


@login_required
@require_POST
def withdrawal(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Take an invitation back."""
    partner = desk.organisation(request, slug, permissions.can_lead)
    made = get_object_or_404(partner.invitations, pk=pk)
    attempt_alone(
        request,
        lambda: operations.withdraw(made, actor=Actor.user(request.user)),
        done=_("The link leads nowhere now."),
    )
    return redirect("partner:team", slug)


@login_required
@require_POST
def seat_end(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """End somebody's seat; theirs is over at once."""
    partner = desk.organisation(request, slug, permissions.can_lead)
    seat = get_object_or_404(partner.seats, pk=pk)
    attempt_alone(
        request,
        lambda: partners.end_seat(seat, actor=Actor.user(request.user)),
        done=_("Their seat is ended."),
    )
    is_own = seat.user_id == request.user.pk
    return redirect("partner:home") if is_own else redirect("partner:team", slug)


@login_required
@require_POST
def departure(request: HttpRequest, slug: str) -> HttpResponse:
    """Leave the organisation oneself."""
    partner = desk.organisation(request, slug, permissions.can_check_in)
    seat = get_object_or_404(
        PartnerSeat.objects.held_now(), partner=partner, user_id=request.user.pk
    )
    attempt_alone(
        request,
        lambda: partners.end_seat(seat, actor=Actor.user(request.user)),
        done=_("You have left the organisation."),
    )
    return redirect("partner:home")


@login_required
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, key: str) -> HttpResponse:
    """Where the link leads: whose seat it is, and the button that takes it."""
    made = SeatInvitation.objects.with_key(key).select_related("partner").first()
    if made is None:
        raise Http404
    if request.method == "POST":
        seat = attempt_alone(
            request,
            lambda: operations.accept(made, user=_person(request)),
            done=_("Welcome. You belong to %(partner)s now.") % {"partner": made.partner.name},
        )
        return redirect("partner:home") if seat else redirect("partner:invitation", key)
    is_open = SeatInvitation.objects.open_at(clock.now()).filter(pk=made.pk).exists()
    return render(request, "partner/invitation.html", {"invitation": made, "is_open": is_open})
