"""Saying what one saves up for."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from loyalty.rewards.models import Reward
from loyalty.rewards.operations import wishes
from members import clock
from members.domain.actors import Actor
from members.models import Member
from members.views import toasts
from members.views.guards import SignedInRequest, member_page


@require_POST
@member_page
def wish(request: SignedInRequest, member: Member, slug: str) -> HttpResponse:
    """Save up for this reward; or, with `drop`, for nothing in particular any more."""
    found = get_object_or_404(Reward.objects.on_offer(clock.now()), slug=slug)
    actor = Actor.user(request.user)
    if "drop" in request.POST:
        if wishes.drop(member, actor=actor):
            back = reverse("rewards:wish", args=[slug])
            toasts.say(request, _("You save up for nothing in particular now."), undo=back)
        return redirect("rewards:reward", slug)
    wishes.wish(member, reward=found, actor=actor)
    messages.success(request, _("Your home page shows from now on how near it is."))
    return redirect("home")
