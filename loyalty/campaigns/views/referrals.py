"""Bringing friends: the code, the link, and what became of everybody who came by it."""

import segno
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from loyalty.campaigns.models import Referral, ReferralCode
from loyalty.campaigns.operations import referrals
from members.domain.actors import Actor
from members.models import Member
from members.views.guards import SignedInRequest, member_of, member_page

PAGE = 20
#: Under which a session keeps the code that a visitor came by, until they have signed up.
KEPT = "came_by"


@member_page
def index(request: SignedInRequest, member: Member) -> HttpResponse:
    """The member's own link, and everybody who came by it: a given name and how it stands."""
    own = Referral.objects.brought_by(member).with_due()
    page = Paginator(own, PAGE).get_page(request.GET.get("page"))
    code = ReferralCode.objects.filter(member=member).first()
    context = {"page": page, "code": code} | (_link(request, code) if code else {})
    return render(request, "portal/referrals/index.html", context)


@require_POST
@member_page
def code(request: SignedInRequest, member: Member) -> HttpResponse:
    """Make the member's code."""
    referrals.give_code(member, actor=Actor.user(request.user))
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
    context = {"name": advocate.given_name, "is_member": reader is not None}
    context["is_own"] = reader is not None and reader.pk == advocate.pk
    return render(request, "portal/referrals/invitation.html", context)


def tell_who_invited(request: HttpRequest, member: Member) -> None:
    """Somebody has just become a member: say by whose code they came, if by anybody's."""
    kept = request.session.pop(KEPT, "")
    if kept and member.user is not None:
        referrals.join_by_code(member, code=kept, actor=Actor.user(member.user))


def _link(request: HttpRequest, code: ReferralCode) -> dict[str, str]:
    link = request.build_absolute_uri(reverse("referrals:invitation", args=(code.code,)))
    picture = segno.make_qr(link).svg_data_uri(scale=4, dark="#111", light="#fff")
    return {"link": link, "picture": picture}
