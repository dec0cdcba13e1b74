"""The way out of viewing as a member."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from members.domain.actors import Actor
from members.operations import viewings
from members.views.guards import SignedInRequest
from members.views.viewing import leave


@login_required
@require_POST
def end(request: SignedInRequest) -> HttpResponse:
    """Back to the member's page of the staff console; whoever views nobody is sent home."""
    viewing = leave(request)
    if viewing is None:
        return redirect("home")
    viewings.end(viewing, actor=Actor.user(request.user))
    return redirect("admin:members_member_change", viewing.member_id)
