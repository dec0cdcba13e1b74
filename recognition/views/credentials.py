"""An award as a file: asking for it, fetching it, and taking it back."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from members.domain.actors import Actor
from members.errors import Refused
from members.models import Member
from members.views.guards import SignedInRequest, member_page
from recognition.domain.baking import baked
from recognition.domain.credentials import enveloped
from recognition.forms import TakingAlongForm
from recognition.models import BadgeAward, Credential
from recognition.operations import credentials
from recognition.permissions import can_show
from recognition.views import cards
from recognition.views.sharing import award_for, is_shown


@require_POST
@member_page
def taking_along(request: SignedInRequest, member: Member, slug: str) -> HttpResponse:
    """Make the file, with the name or without, or take back what was given away."""
    found = get_object_or_404(member.badge_awards.live(), slug=slug)
    actor = Actor.user(request.user)
    if request.POST.get("do") == "withdraw":
        credentials.take_back(found, holder=member, actor=actor)
        messages.success(
            request, _("Whoever checks the file reads that it does not count any more.")
        )
        return redirect("awards:award", found.slug)
    form = TakingAlongForm(member, request.POST)
    with_name = form.is_valid() and form.cleaned_data.get("name", False)
    try:
        credentials.make(found, holder=member, with_name=with_name, actor=actor)
    except Refused as refusal:
        messages.error(request, refusal.messages[0])
    else:
        messages.success(request, _("Your file is ready."))
    return redirect("awards:award", found.slug)


def standing_of(request: HttpRequest, award: BadgeAward) -> Credential | None:
    """The award's credential, for its holder; for others while the award is shared, unless it names
    somebody whom the page does not name."""
    found = award.credentials.standing().first() if award.is_live else None
    if found is None or can_show(request.user, award):
        return found
    is_open = is_shown(award) and found.holder_name in ("", award.member.chosen_name)
    return found if is_open else None


def _credential(request: HttpRequest, slug: str) -> Credential:
    award = award_for(request, slug)
    found = standing_of(request, award) if award else None
    if found is None:
        raise Http404
    return found


@require_GET
def token(request: HttpRequest, slug: str) -> HttpResponse:
    """The credential as it is signed: what other programmes take in."""
    return _file(HttpResponse(_credential(request, slug).token, content_type="text/plain"), "jwt")


@require_GET
def document(request: HttpRequest, slug: str) -> HttpResponse:
    """The same as JSON, in an envelope."""
    said = enveloped(_credential(request, slug).token)
    return _file(JsonResponse(said, content_type="application/vc+ld+json"), "json")


@require_GET
def picture(request: HttpRequest, slug: str) -> HttpResponse:
    """The card of the award with the credential baked into it."""
    found = _credential(request, slug)
    drawn = cards.png_of(cards.svg_of(found.award))
    return _file(HttpResponse(baked(drawn, found.token), content_type="image/png"), "png")


def _file(response: HttpResponse, ending: str) -> HttpResponse:
    response["Content-Disposition"] = f'attachment; filename="badge.{ending}"'
    response["Cache-Control"] = "no-store"
    return response
