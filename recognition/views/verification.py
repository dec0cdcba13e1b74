"""Whether a badge is good, in words; and the issuer, its keys and what can be won, for machines."""

from typing import Any

from allauth.core.internal import ratelimit
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_http_methods

from recognition import checking, issuing, signing
from recognition.forms import VerificationForm
from recognition.models import Badge

#: Looks at credentials from one address; somebody who checks by hand stays far below.
LIMIT = {"badge_verification": "60/m/ip"}
#: What others may keep: keys change seldom, and an unknown one is asked for anew.
FRESH_SECONDS = 300


def _tired(request: HttpRequest) -> HttpResponse | None:
    """The page that asks for patience, when this address has looked too often."""
    used = ratelimit.consume(
        request, app="recognition", action="badge_verification", config=LIMIT, limit_get=True
    )
    if used is not None:
        return None
    answer = render(request, "429.html", {"is_elsewhere": True}, status=429)
    answer["Retry-After"] = "60"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def verification(request: HttpRequest) -> HttpResponse:
    """Paste a credential, or its address, and read what can be said of it."""
    form = VerificationForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _page(request, form=form)
    tired = _tired(request)
    if tired is not None:
        return tired
    if not form.is_valid():
        return _page(request, form=form, status=422)
    return _page(
        request, form=VerificationForm(), checked=checking.by_text(form.cleaned_data["credential"])
    )


@require_GET
def credential(request: HttpRequest, slug: str) -> HttpResponse:
    """What can be said of the credential at this address."""
    tired = _tired(request)
    if tired is not None:
        return tired
    checked = checking.by_slug(slug)
    status = 200 if checked.credential else 404
    return _page(request, form=VerificationForm(), checked=checked, status=status)


def _page(request: HttpRequest, *, status: int = 200, **context: Any) -> HttpResponse:
    answer = render(request, "portal/recognition/verification.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


@require_GET
def issuer(request: HttpRequest) -> HttpResponse:
    """Who gives the badges of this programme."""
    return _stated(issuing.profile(), "application/ld+json")


@require_GET
def achievement(request: HttpRequest, slug: str) -> HttpResponse:
    """What a badge is won for; there for ever once it could be won."""
    badge = get_object_or_404(Badge.objects.exclude(state=Badge.State.DRAFT), slug=slug)
    return _stated(issuing.achievement(badge), "application/ld+json")


@require_GET
def status_list(request: HttpRequest, number: int) -> HttpResponse:
    """Which credentials count no more, as a signed list for machines."""
    if number >= issuing.status_lists():
        raise Http404
    place = issuing.key_address(signing.ring()[0])
    token = signing.sign(issuing.status_list_claims(number), address=place)
    return _open(HttpResponse(token, content_type="application/vc+jwt"))


@require_GET
def key(request: HttpRequest, slug: str) -> HttpResponse:
    """The public half of one key."""
    place = issuing.address("awards:key", slug)
    for each in issuing.public_keys():
        if each["kid"] == place:
            return _stated(each, "application/jwk+json")
    raise Http404


@require_GET
def keys(request: HttpRequest) -> HttpResponse:
    """The public half of every key."""
    return _stated({"keys": issuing.public_keys()}, "application/jwk-set+json")


@require_GET
def did(request: HttpRequest) -> HttpResponse:
    """The issuer by the name of its host (did:web)."""
    return _stated(issuing.did_document(), "application/did+json")


def _stated(said: dict[str, Any], content_type: str) -> HttpResponse:
    return _open(JsonResponse(said, content_type=content_type))


def _open(answer: HttpResponse) -> HttpResponse:
    """For everybody, also for scripts of other hosts."""
    answer["Cache-Control"] = f"public, max-age={FRESH_SECONDS}"
    answer["Access-Control-Allow-Origin"] = "*"
    return answer
