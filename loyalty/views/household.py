"""The household page: who is in it, what they keep together, and the ways in and out."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from loyalty.views.household_forms import JoinForm, LimitForm, MoveForm, OpenForm
from loyalty.views.household_page import Home, home_of
from members.domain.actors import Actor
from members.errors import Refused
from members.models import HouseholdMove, HouseholdSeat, Member
from members.operations import households, purses
from members.views.guards import SignedInRequest, member_page

PAGE = "points:household"
#: So many wrong codes an hour, then none is read any more, as for gift codes.
WRONG_CODES, AN_HOUR = 10, 3600


@member_page
def index(request: SignedInRequest, member: Member) -> HttpResponse:
    """The household; for a member without one, the two ways to have one. Sent, it opens one."""
    if request.method != "POST":
        return _page(request, member)
    form = OpenForm(request.POST)
    if not form.is_valid():
        return _page(request, member, open_form=form, status=422)
    name = form.cleaned_data["name"]
    act = households.open
    return _done(request, member, lambda: act(member, name=name, actor=Actor.user(request.user)))


@require_POST
@member_page
def seats(request: SignedInRequest, member: Member) -> HttpResponse:
    """Join by a code: first whose household it is, then, once confirmed, the seat."""
    form = JoinForm(request.POST, reads_codes=_guesses(member) < WRONG_CODES)
    if not form.is_valid():
        if form.has_error("code", "unknown"):
            _count_guess(member)
        status = 429 if form.has_error("code", "tired") else 422
        return _page(request, member, join_form=form, status=status)
    if "sure" not in request.POST:
        people = HouseholdSeat.objects.now().filter(household=form.household)
        context = {
            "form": form,
            "household": form.household,
            "people": people.select_related("member"),
        }
        return render(request, "portal/points/household_check.html", context)
    code, actor = form.cleaned_data["code"], Actor.user(request.user)
    return _done(request, member, lambda: households.join(member, code=code, actor=actor))


@require_POST
@member_page
def contributions(request: SignedInRequest, member: Member) -> HttpResponse:
    """Put points into the purse."""
    return _move(request, member, "contribute_form", purses.contribute)


@require_POST
@member_page
def draws(request: SignedInRequest, member: Member) -> HttpResponse:
    """Take points out of the purse."""
    return _move(request, member, "draw_form", purses.draw)


@require_POST
@member_page
def undo(request: SignedInRequest, member: Member, pk: int) -> HttpResponse:
    """Move points back, within ten minutes and while nothing of them is used."""
    # Others of the household see the move, and are told that it is not theirs.
    seen = HouseholdMove.objects.filter(household__in=_own_households(member))
    move = get_object_or_404(seen, pk=pk)
    actor = Actor.user(request.user)
    return _done(request, member, lambda: purses.undo(move, by=member, actor=actor))


@require_POST
@member_page
def invitation(request: SignedInRequest, member: Member) -> HttpResponse:
    """Make a code for one more, or a new one in place of the old."""
    actor = Actor.user(request.user)
    return _done(request, member, lambda: households.invite(member, actor=actor))


@require_POST
@member_page
def limit(request: SignedInRequest, member: Member) -> HttpResponse:
    """How much each may take out a day."""
    form, actor = LimitForm(request.POST), Actor.user(request.user)
    if not form.is_valid():
        return _page(request, member, limit_form=form, status=422)
    most = form.cleaned_data["limit"]
    return _done(request, member, lambda: households.set_limit(member, limit=most, actor=actor))


@require_POST
@member_page
def departure(request: SignedInRequest, member: Member) -> HttpResponse:
    """Leave, with what one put in and nobody has drawn."""
    actor = Actor.user(request.user)
    said = _("You have left. What you had put in and nobody had drawn is yours again.")
    return _done(request, member, lambda: households.leave(member, actor=actor), said)


@require_POST
@member_page
def removal(request: SignedInRequest, member: Member, pk: int) -> HttpResponse:
    """The head shows somebody out."""
    seat = get_object_or_404(HouseholdSeat, pk=pk, household__in=_own_households(member))
    actor = Actor.user(request.user)
    return _done(request, member, lambda: households.remove(seat, by=member, actor=actor))


@require_POST
@member_page
def closing(request: SignedInRequest, member: Member) -> HttpResponse:
    """The head ends it."""
    actor = Actor.user(request.user)
    said = _("The household is closed. Everybody has back what they had put in.")
    return _done(request, member, lambda: households.close_own(member, actor=actor), said)


def _move(
    request: SignedInRequest, member: Member, name: str, verb: Callable[..., HouseholdMove]
) -> HttpResponse:
    home = home_of(member, reader=request.user)
    if home is None:
        return redirect(PAGE)
    form = MoveForm(request.POST, units=home.units, prefix=name)
    if form.is_valid():
        asked = form.cleaned_data
        try:
            verb(
                member,
                unit=asked["unit"],
                amount=asked["amount"],
                key=f"web:{member.pk}:{asked['key']}",
                actor=Actor.user(request.user),
            )
        except Refused as refusal:
            form.add_error(None, refusal)
        else:
            return redirect(PAGE)
    return _page(request, member, **{name: form}, status=422)


def _done(
    request: SignedInRequest, member: Member, act: Callable[[], object], said: str = ""
) -> HttpResponse:
    """Do it and show the page anew, or say on it why not."""
    try:
        act()
    except Refused as refusal:
        return _page(request, member, refusal=refusal.messages, status=422)
    if said:
        messages.success(request, said)
    return redirect(PAGE)


def _page(
    request: SignedInRequest, member: Member, status: int = 200, **given: Any
) -> HttpResponse:
    home = home_of(member, reader=request.user, page=request.GET.get("page"))
    if home is None:
        context = {"open_form": OpenForm(), "join_form": JoinForm()} | given
        return render(request, "portal/points/household_start.html", context, status=status)
    context = _forms(home) | {"home": home, "me": member} | given
    return render(request, "portal/points/household.html", context, status=status)


def _forms(home: Home) -> dict[str, Any]:
    names = ("contribute_form", "draw_form")
    moves: dict[str, Any] = {name: MoveForm(units=home.units, prefix=name) for name in names}
    return moves | {"limit_form": LimitForm(initial={"limit": home.household.daily_limit})}


def _own_households(member: Member) -> Any:
    return HouseholdSeat.objects.now().filter(member=member).values("household")


def _guesses(member: Member) -> int:
    return int(cache.get(f"household-codes:{member.pk}", 0))


def _count_guess(member: Member) -> None:
    cache.add(f"household-codes:{member.pk}", 0, AN_HOUR)
    cache.incr(f"household-codes:{member.pk}")
