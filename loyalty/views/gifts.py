"""Giving points to another member: found by their code, confirmed, and undone for ten minutes."""

from uuid import uuid4

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from loyalty.views.gift_form import GiftForm
from members.domain.actors import Actor
from members.errors import Refused
from members.models import Balance, Gift, GiftCode, Member
from members.operations import gifts
from members.permissions import can_undo
from members.views.guards import SignedInRequest, member_page

PAGE = 20
#: So many wrong codes an hour, then none is read any more. Codes have 40 bits: nobody finds one so.
WRONG_CODES, AN_HOUR = 10, 3600


@member_page
def index(request: SignedInRequest, member: Member) -> HttpResponse:
    """The member's own code, and everything they gave and got."""
    page = Paginator(Gift.objects.of(member), PAGE).get_page(request.GET.get("page"))
    code = GiftCode.objects.filter(member=member).first()
    return render(request, "portal/points/gifts.html", {"page": page, "code": code, "me": member})


@require_POST
@member_page
def code(request: SignedInRequest, member: Member) -> HttpResponse:
    """Make a code, or a new one in place of the old."""
    gifts.give_code(member, actor=Actor.user(request.user))
    messages.success(request, _("Your gift code is made."))
    return redirect("points:gifts")


@member_page
def give(request: SignedInRequest, member: Member) -> HttpResponse:
    """Ask; show whom it reaches and what it leaves; give once it is confirmed."""
    if request.method != "POST":
        return _form_page(request, member, GiftForm(member, initial={"key": uuid4()}))
    form = GiftForm(member, request.POST, reads_codes=_guesses(member) < WRONG_CODES)
    if not form.is_valid():
        if form.has_error("code", "unknown"):
            _count_guess(member)
        tired = form.has_error("code", "tired")
        return _form_page(request, member, form, status=429 if tired else 422)
    if "again" in request.POST:
        return _form_page(request, member, form)
    if "sure" not in request.POST:
        return render(request, "portal/points/gift_check.html", {"form": form} | form.foreseen())
    return _given(request, member, form)


@member_page
def gift(request: SignedInRequest, member: Member, pk: int) -> HttpResponse:
    """One gift, for who gave and who got it."""
    return _gift_page(request, member, _own(member, pk))


@require_POST
@member_page
def undo(request: SignedInRequest, member: Member, pk: int) -> HttpResponse:
    """Take a gift back, within ten minutes and while nothing of it is used."""
    found = _own(member, pk)
    verdict = can_undo(request.user, found)
    if not verdict and found.giver_id != member.pk:
        return _gift_page(request, member, found, refusal=[verdict.reason], status=403)
    try:
        gifts.undo(found, by=member, actor=Actor.user(request.user))
    except Refused as refusal:
        return _gift_page(request, member, found, refusal=refusal.messages, status=422)
    return redirect("points:gift", pk)


def _given(request: SignedInRequest, member: Member, form: GiftForm) -> HttpResponse:
    asked = form.cleaned_data
    if 0 < settings.GIFT_CONFIRMED_FROM <= asked["amount"]:
        # An open page somewhere is not enough to give away so much.
        raise_if_reauthentication_required(request, app="loyalty.points")
    try:
        made = gifts.give(
            member,
            receiver=asked["code"],
            unit=asked["unit"],
            amount=asked["amount"],
            message=asked["message"],
            key=f"web:{member.pk}:{asked['key']}",
            actor=Actor.user(request.user),
        )
    except Refused as refusal:
        form.add_error(None, refusal)
        return _form_page(request, member, form, status=422)
    return redirect("points:gift", made.pk)


def _own(member: Member, pk: int) -> Gift:
    return get_object_or_404(Gift.objects.of(member), pk=pk)


def _form_page(
    request: SignedInRequest, member: Member, form: GiftForm, status: int = 200
) -> HttpResponse:
    wallets = Balance.objects.filter(account__member=member, account__kind="wallet")
    held = wallets.filter(account__unit__in=form.units).select_related("account__unit")
    context = {"form": form, "held": held.order_by("account__unit_id")}
    return render(request, "portal/points/give.html", context, status=status)


def _gift_page(
    request: SignedInRequest,
    member: Member,
    found: Gift,
    refusal: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "gift": found,
        "is_mine": found.giver_id == member.pk,
        "can_undo": can_undo(request.user, found),
        "refusal": refusal,
    }
    return render(request, "portal/points/gift.html", context, status=status)


def _guesses(member: Member) -> int:
    return int(cache.get(f"gift-codes:{member.pk}", 0))


def _count_guess(member: Member) -> None:
    cache.add(f"gift-codes:{member.pk}", 0, AN_HOUR)
    cache.incr(f"gift-codes:{member.pk}")
