"""The catalogue, and what a member has taken from it."""

from typing import Any
from uuid import uuid4

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from loyalty.rewards.forms import RedeemForm
from loyalty.rewards.models import Redemption, Reward
from loyalty.rewards.operations import redemptions, wishes
from loyalty.rewards.permissions import can_cancel
from loyalty.rewards.views.offers import offers_for
from loyalty.rewards.views.slips import slips_of
from members import clock
from members.domain.actors import Actor
from members.errors import NotEnough, Refused
from members.models import Member
from members.operations import purses
from members.views.guards import SignedInRequest, member_page
from members.views.viewing import seen_by_staff

PAGE = 24


@seen_by_staff
@member_page
def catalogue(request: SignedInRequest, member: Member) -> HttpResponse:
    """Everything on offer, what the member can afford first."""
    offers = offers_for(member, Reward.objects.on_offer(clock.now()))
    page = Paginator(offers, PAGE).get_page(request.GET.get("page"))
    return render(request, "portal/rewards/catalogue.html", {"page": page})


@seen_by_staff
@member_page
def reward(request: SignedInRequest, member: Member, slug: str) -> HttpResponse:
    """One reward, and the button that redeems it."""
    found = get_object_or_404(Reward.objects.on_offer(clock.now()), slug=slug)
    return _reward_page(request, member, found, RedeemForm(initial={"key": uuid4()}))


@require_POST
@member_page
def redeem(request: SignedInRequest, member: Member, slug: str) -> HttpResponse:
    """Exchange points; the same form sent again leads to the same voucher."""
    found = get_object_or_404(Reward.objects.with_terms(), slug=slug)
    form = RedeemForm(request.POST)
    if form.is_valid():
        key = f"web:{member.pk}:{form.cleaned_data['key']}"
        try:
            redemption = redemptions.redeem(
                member,
                reward=found,
                key=key,
                from_household=form.cleaned_data["use_household"],
                actor=Actor.user(request.user),
            )
        except Refused as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("rewards:voucher", redemption.pk)
    return _reward_page(request, member, found, form, status=422)


@seen_by_staff
@member_page
def vouchers(request: SignedInRequest, member: Member) -> HttpResponse:
    """Everything the member has taken, newest first."""
    page = Paginator(Redemption.objects.of(member), PAGE).get_page(request.GET.get("page"))
    return _kept(request, "portal/rewards/vouchers.html", {"page": page})


@member_page
def voucher(request: SignedInRequest, member: Member, pk: int) -> HttpResponse:
    """One voucher; for ten minutes with the way back."""
    return _voucher_page(request, _own(member, pk))


@member_page
def voucher_print(request: SignedInRequest, member: Member, pk: int) -> HttpResponse:
    """The voucher on a sheet of paper: nothing else on the page."""
    redemption = _own(member, pk)
    context = {"redemption": redemption, "slips": slips_of(redemption), "member": member}
    return _kept(request, "portal/rewards/voucher_print.html", context)


@require_POST
@member_page
def cancel(request: SignedInRequest, member: Member, pk: int) -> HttpResponse:
    """Give the reward back; the points return to their lots."""
    redemption = _own(member, pk)
    try:
        redemptions.cancel(redemption, actor=Actor.user(request.user))
    except Refused as refusal:
        return _voucher_page(request, redemption, refusal=refusal, status=422)
    return redirect("rewards:voucher", redemption.pk)


def _own(member: Member, pk: int) -> Redemption:
    return get_object_or_404(Redemption.objects.of(member).select_related("member"), pk=pk)


def _reward_page(
    request: SignedInRequest, member: Member, found: Reward, form: RedeemForm, status: int = 200
) -> HttpResponse:
    [offer] = offers_for(member, [found])
    is_short = offer.obstacle == NotEnough.code
    shared = purses.kept_with(member).get(found.unit_id, 0) if is_short else 0
    context = {
        "offer": offer,
        "form": form,
        "keeps": offer.held - found.cost,
        "is_wished": wishes.is_wished(member, found),
        # What the household keeps together, when that is enough for what the member lacks.
        "shared": shared if shared >= offer.missing else 0,
    }
    return render(request, "portal/rewards/reward.html", context, status=status)


def _voucher_page(
    request: SignedInRequest,
    redemption: Redemption,
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "redemption": redemption,
        "slips": slips_of(redemption),
        "can_cancel": can_cancel(request.user, redemption),
        "refusal": refusal,
    }
    return _kept(request, "portal/rewards/voucher.html", context, status=status)


def _kept(
    request: SignedInRequest, page: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Codes are kept by nothing between us and their owner; by the owner's own service worker only."""
    response = render(request, page, context | {"made_at": clock.now()}, status=status)
    response["Cache-Control"] = "private, no-store"
    response["X-Offline"] = "keep"
    return response
