"""Share cards: 1200 by 630 pixels, drawn from a template with our own letters, kept once drawn."""

import re
from functools import cache, lru_cache
from hashlib import sha256
from textwrap import wrap

import resvg_py
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from recognition.models import BadgeAward
from recognition.views.sharing import GONE, award_for, is_shown

WIDTH, HEIGHT = 1200, 630
FONTS = [
    str(settings.BASE_DIR / "static" / "vendor" / "inter" / f"inter-{subset}-{weight}.ttf")
    for subset in ("latin", "latin-ext")
    for weight in ("regular", "bold")
]
#: So many letters fit on a line of the name, and so many lines on the card.
LETTERS, LINES = 17, 3
#: What a name may hold and a drawing may not: characters that XML has none of.
_UNDRAWABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: About 30 kB each.
KEPT = 256
#: Others' copies are short-lived, so that taking a badge back soon shows everywhere.
FRESH_SECONDS = 300


@cache
def _motifs() -> dict[str, str]:
    """What each icon of the sprite draws, by its name."""
    sprite = (settings.BASE_DIR / "static" / "vendor" / "lucide" / "sprite.svg").read_text()
    return dict(re.findall(r'<symbol id="([^"]+)"[^>]*>(.*?)</symbol>', sprite, re.DOTALL))


def svg_of(award: BadgeAward | None) -> str:
    """The card as a drawing; without an award the programme's own, which names nobody."""
    context: dict[str, object] = {"award": award, "programme": settings.PROGRAMME_NAME}
    if award is not None:
        lines = wrap(award.badge.name, LETTERS, max_lines=LINES, placeholder=" …")
        context["lines"] = [(text, 232 + 84 * place) for place, text in enumerate(lines)]
        context["foot"] = 232 + 84 * len(lines) - 20
        # From our own sprite, never from anybody's input.
        context["motif"] = mark_safe(_motifs()[award.badge.motif])  # noqa: S308 our own file
    return _UNDRAWABLE.sub("", render_to_string("portal/recognition/card.svg", context))


def mark_of(svg: str) -> str:
    """What tells this card from one that says something else."""
    return sha256(svg.encode()).hexdigest()[:12]


@lru_cache(maxsize=KEPT)
def png_of(svg: str) -> bytes:
    """The drawing as a picture. Each process draws it once and keeps the last ones asked for; a shared cache
    would be one more thing to be without."""
    return resvg_py.svg_to_bytes(
        svg_string=svg,
        width=WIDTH,
        height=HEIGHT,
        font_files=FONTS,
        font_family="Inter",
        skip_system_fonts=True,
    )


def card_context(award: BadgeAward) -> dict[str, object]:
    """What the page's head says about its card: whole addresses, size and words for it."""
    page = settings.PUBLIC_URL + reverse("awards:award", args=(award.slug,))
    picture = settings.PUBLIC_URL + reverse("awards:card", args=(award.slug,))
    words = _("The badge “%(badge)s”, won by %(name)s") % {
        "badge": award.badge.name,
        "name": award.member.public_name,
    }
    return {
        "page_url": page,
        "card_url": f"{picture}?{mark_of(svg_of(award))}",
        "card_alt": words,
        "card_width": WIDTH,
        "card_height": HEIGHT,
    }


@require_GET
def card(request: HttpRequest, slug: str) -> HttpResponse:
    """The picture of an award that may be seen; else the programme's own, and that it is gone."""
    found = award_for(request, slug)
    is_there = found is not None and found.is_live
    answer = HttpResponse(
        png_of(svg_of(found if is_there else None)),
        content_type="image/png",
        status=200 if is_there else GONE,
    )
    is_public = is_there and found is not None and is_shown(found)
    answer["Cache-Control"] = f"public, max-age={FRESH_SECONDS}" if is_public else "no-store"
    return answer
