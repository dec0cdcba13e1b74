"""What makes the site the programme's own and lets a phone install it: accent, logo, manifest."""

from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from loyalty.branding import FRAME, PICTURES, Brand
from loyalty.domain import colours

YEAR = 31_536_000
#: Ours, by size and purpose; made from `static/icons/app.svg` by `.ci/icons.py`.
ICONS = (
    ("icons/app-192.png", "192x192", "any"),
    ("icons/app-512.png", "512x512", "any"),
    ("icons/app-maskable-512.png", "512x512", "maskable"),
)
SHORTCUTS = (
    ("points:statement", gettext_noop("Points")),
    ("rewards:vouchers", gettext_noop("My vouchers")),
)


@require_safe
@cache_control(public=True, max_age=YEAR, immutable=True)
def sheet(request: HttpRequest, version: str) -> HttpResponse:
    """The accent's shades. Only the present accent has an address, which changes with it."""
    if version != Brand().sheet:
        raise Http404
    return HttpResponse(colours.sheet(settings.PROGRAMME_ACCENT), content_type="text/css")


@require_safe
@cache_control(public=True, max_age=YEAR, immutable=True)
def logo(request: HttpRequest, version: str) -> FileResponse:
    """The programme's logo, under the same terms."""
    if not version or version != Brand().logo:
        raise Http404
    file = Path(settings.PROGRAMME_LOGO)
    return FileResponse(file.open("rb"), content_type=PICTURES[file.suffix])


@require_safe
@cache_control(public=True, max_age=3600)
def manifest(request: HttpRequest, language: str) -> JsonResponse:
    """What a phone asks before it offers to install the site, in the language of the page."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    with translation.override(language):
        described = {
            "id": "/",
            "name": settings.PROGRAMME_NAME,
            "short_name": settings.PROGRAMME_NAME,
            "description": _("Points, rewards, badges and events."),
            "lang": language,
            "dir": "rtl" if translation.get_language_bidi() else "ltr",
            "start_url": reverse("home"),
            "scope": "/",
            "display": "standalone",
            "background_color": FRAME["light"],
            "theme_color": FRAME["light"],
            "icons": _icons(),
            "shortcuts": [{"name": _(name), "url": reverse(door)} for door, name in SHORTCUTS],
        }
    return JsonResponse(described, content_type="application/manifest+json")


def _icons() -> list[dict[str, str]]:
    """Ours, unless the programme has a logo that grows to any size."""
    version = Brand().logo
    if version and settings.PROGRAMME_LOGO.endswith(".svg"):
        address = reverse("brand_logo", args=[version])
        return [{"src": address, "sizes": "any", "type": "image/svg+xml", "purpose": "any"}]
    return [
        {"src": static(path), "sizes": sizes, "type": "image/png", "purpose": purpose}
        for path, sizes, purpose in ICONS
    ]
