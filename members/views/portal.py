"""What members change about themselves."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from members.domain.actors import Actor
from members.forms import PreferencesForm
from members.models import Member
from members.operations import members
from members.views.guards import SignedInRequest, member_page
from members.views.viewing import seen_by_staff


@seen_by_staff
@member_page
def preferences(request: SignedInRequest, member: Member) -> HttpResponse:
    """Name, ranking, time zone and language."""
    form = PreferencesForm(request.POST or None, instance=member)
    if not form.is_bound:
        return render(request, "portal/members/preferences.html", {"form": form})
    if not form.is_valid():
        return render(request, "portal/members/preferences.html", {"form": form}, status=422)
    actor = Actor.user(request.user)
    member = members.update(member, actor=actor, **form.cleaned_data)
    members.complete_profile(member, actor=actor)
    response = redirect("preferences")
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, member.language, samesite="Lax")
    with translation.override(member.language):
        messages.success(request, _("Saved."))
    return response
