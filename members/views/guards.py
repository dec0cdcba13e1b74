"""Who a member page is for: the signed-in person's own membership, in that member's own zone.

Staff who view as a member find that member's pages instead of their own (`members.views.viewing`).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from members.models import Member, User


class SignedInRequest(HttpRequest):
    """A request of somebody who has signed in."""

    user: User


def member_of(request: HttpRequest) -> Member | None:
    """Whose pages these are: the member viewed as, or the signed-in person's own membership."""
    viewed = getattr(request, "viewed_member", None)
    if viewed is not None or not request.user.is_authenticated:
        return viewed
    return Member.objects.of(request.user).first()


def member_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Call `view(request, member, …)` with the times of the page in the member's zone.

    A visitor is sent to sign in; a person without a membership is sent home, where they may join.
    """

    @wraps(view)
    @login_required
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        member = member_of(request)
        if member is None:
            return redirect("home")
        with timezone.override(member.time_zone):
            return view(request, member, *args, **kwargs)

    return guarded
