"""Bringing friends: the code, the link, the invites, and what became of everybody who came by them."""

from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from loyalty.campaigns.models import Referral, ReferralCode, ReferralInvite
from loyalty.campaigns.operations import referrals
from members.domain import names
from members.domain.actors import Actor
from members.errors import Refused
from members.models import Member
from members.views.guards import SignedInRequest, member_of, member_page

PAGE = 20
#: Under which a session keeps the code that a visitor came by, until they have signed up.
KEPT = "came_by"


@member_page
def index(request: SignedInRequest, member: Member) -> HttpResponse:
    """The member's own link, the invites that are on their way, and everybody who came: a given name and
    how it stands."""
    own = Referral.objects.brought_by(member).with_reward().with_due()
    page = Paginator(own, PAGE).get_page(request.GET.get("page"))
    code = ReferralCode.objects.filter(member=member).first()
    invites = list(ReferralInvite.objects.open_of(member))
    for invite in invites:
        invite.link = _link_of(request, invite.code)  # type: ignore[attr-defined] # for the page
    context: dict[str, Any] = {"page": page, "code": code, "invites": invites}
    context["counts"] = _counts(member, on_their_way=len(invites))
    if code:
        context["link"] = _link_of(request, code.code)
        picture = segno.make_qr(context["link"])
        context["picture"] = picture.svg_data_uri(scale=4, dark="#111", light="#fff")
    return render(request, "portal/referrals/index.html", context)


def _counts(member: Member, *, on_their_way: int) -> dict[str, int]:
    """How many invites and friends are how far; whoever is further counts as having been before."""
    own = Referral.objects.brought_by(member).with_reward().order_by()
    counts = own.aggregate(
        joined=Count("pk"),
        qualified=Count("pk", filter=Q(state=Referral.State.APPROVED)),
        rewarded=Count("pk", filter=Q(is_rewarded=True)),
    )
    used = ReferralInvite.objects.sent_by(member).exclude(used_at=None).count()
    return {"sent": on_their_way + used, **counts}


@require_POST
@member_page
def code(request: SignedInRequest, member: Member) -> HttpResponse:
    """Make the member's code."""
    referrals.give_code(member, actor=Actor.user(request.user))
    return redirect("referrals:index")


@require_POST
@member_page
def invites(request: SignedInRequest, member: Member) -> HttpResponse:
    """One more invite, for one friend."""
    try:
        referrals.send_invite(member, actor=Actor.user(request.user))
    except Refused as refusal:
        messages.error(request, refusal.messages[0])
    else:
        messages.success(request, _("Here is a link for one friend. Send it the way you like."))
    return redirect("referrals:index")


@require_POST
@member_page
def removal(request: SignedInRequest, member: Member, pk: int) -> HttpResponse:
    """Nobody comes by this invite any more."""
    invite = get_object_or_404(ReferralInvite.objects.open_of(member), pk=pk)
    referrals.take_back_invite(invite, actor=Actor.user(request.user))
    messages.success(request, _("Nobody comes by this link any more."))
    return redirect("referrals:index")


def invitation(request: HttpRequest, code: str) -> HttpResponse:
    """Where a link leads: who invites. Sent, the code is kept until the visitor has signed up."""
    advocate = referrals.bearer_of(code)
    if advocate is None:
        raise Http404
    reader = member_of(request)
    if request.method == "POST" and reader is None:
        request.session[KEPT] = code.upper()
        # Who has signed in without being a member finds the way to join at home.
        return redirect("home" if request.user.is_authenticated else "account_signup")
    lie = names.lie_in(advocate.given_name, programme=settings.PROGRAMME_NAME)
    context = {"name": "" if lie else advocate.given_name, "is_member": reader is not None}
    context["is_own"] = reader is not None and reader.pk == advocate.pk
    return render(request, "portal/referrals/invitation.html", context)


def tell_who_invited(request: HttpRequest, member: Member) -> None:
    """Somebody has just become a member: say by whose code they came, if by anybody's."""
    kept = request.session.pop(KEPT, "")
    if kept and member.user is not None:
        referrals.join_by_code(member, code=kept, actor=Actor.user(member.user))


def _link_of(request: HttpRequest, code: str) -> str:
    return request.build_absolute_uri(reverse("referrals:invitation", args=(code,)))
