"""One award on a page of its own, and who may see it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from members.domain.actors import Actor
from members.models import Member
from members.views.guards import member_page
from recognition.forms import TakingAlongForm
from recognition.operations import badges
from recognition.permissions import can_show, can_take_along
from recognition.views.cards import card_context
from recognition.views.credentials import standing_of
from recognition.views.sharing import GONE, award_for, is_shown


@require_GET
def award(request: HttpRequest, slug: str) -> HttpResponse:
    """What the badge is, who won it, when, how, and who gave it.

    One that was never shared does not exist for others; one that no longer is, is gone, and names
    nobody. A revoked one says so, without a name.
    """
    found = award_for(request, slug)
    if found is None:
        return render(request, "portal/recognition/withdrawn.html", status=GONE)
    context = {
        "award": found,
        "badge": found.badge,
        "is_mine": bool(can_show(request.user, found)),
        "is_shown": is_shown(found),
    }
    if not found.is_live:
        return render(request, "portal/recognition/revoked.html", context, status=GONE)
    context["credential"] = standing_of(request, found)
    if can_take_along(request.user, found):
        context["taking_along"] = TakingAlongForm(found.member)
    return render(request, "portal/recognition/award.html", context | card_context(found))


@require_POST
@member_page
def visibility(request: HttpRequest, member: Member, slug: str) -> HttpResponse:
    """Show one award to others, or hide it."""
    found = get_object_or_404(member.badge_awards.live(), slug=slug)
    is_public = request.POST.get("visibility") == "public"
    badges.show(found, holder=member, is_public=is_public, actor=Actor.user(request.user))
    messages.success(
        request, _("Everybody with the link may see it.") if is_public else _("Only you see it.")
    )
    return redirect("awards:award", found.slug)


@require_POST
@member_page
def profile(request: HttpRequest, member: Member) -> HttpResponse:
    """Show my badges to others at all, or hide every one."""
    shows = request.POST.get("visibility") == "public"
    badges.show_all(member, shows_badges=shows, actor=Actor.user(request.user))
    messages.success(request, _("Saved."))
    return redirect("badges:wall")
