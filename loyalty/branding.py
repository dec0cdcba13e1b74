"""How the programme looks: its accent and logo, from the settings (ADR 32)."""

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static

from loyalty.domain import colours

#: Kinds of picture that every browser shows, by the end of the file's name.
PICTURES = {".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp"}
LARGEST_LOGO = 200_000  # bytes
#: What the browser's own frame takes on, by theme: the page's surface.
FRAME = {"light": colours.PAPER[1], "dark": colours.NIGHT[1]}


def fault_of(accent: str, logo: str) -> str:
    """What is wrong with these settings, in a sentence; empty when nothing is."""
    if not colours.is_colour(accent):
        return f"PROGRAMME_ACCENT is {accent!r}; write it like {colours.LAUREL}."
    nearest = colours.nearest_legible(accent)
    if nearest != accent.lower():
        return (
            f"PROGRAMME_ACCENT {accent} cannot be read on paper: {colours.weakest(accent):.2f}:1, and "
            f"{colours.LEGIBLE}:1 is needed. The nearest that can is {nearest}."
        )
    if not logo:
        return ""
    file = Path(logo)
    if file.suffix not in PICTURES or not file.is_file():
        return f"PROGRAMME_LOGO {logo!r} is no SVG, PNG or WebP file."
    if file.stat().st_size > LARGEST_LOGO:
        return f"PROGRAMME_LOGO {logo!r} is larger than {LARGEST_LOGO // 1000} kB."
    return ""


class Brand:
    """What templates may ask; addresses carry a word that changes with the content."""

    frame = FRAME

    @property
    def sheet(self) -> str:
        """The version of the accent's stylesheet; empty for our own green, which is in the tokens."""
        accent = settings.PROGRAMME_ACCENT.lower()
        return "" if accent == colours.LAUREL else accent.removeprefix("#")

    @property
    def logo(self) -> str:
        """The version of the logo; empty when there is none of the programme's own."""
        return _version(settings.PROGRAMME_LOGO) if settings.PROGRAMME_LOGO else ""


@cache
def _version(path: str) -> str:
    return sha256(Path(path).read_bytes()).hexdigest()[:12]


def console_settings(name: str, accent: str) -> dict[str, object]:
    """Unfold's name, icon, stylesheet and colours: eleven steps of the accent's hue."""
    _lightness, chroma, hue = colours.oklch(accent)
    share = min(chroma, 0.15) / 0.085  # of the chroma our own green has
    steps = (
        ("50", 97.5, 0.012), ("100", 94.5, 0.025), ("200", 89, 0.045), ("300", 81, 0.075),
        ("400", 72, 0.1), ("500", 60, 0.105), ("600", 46, 0.085), ("700", 39, 0.07),
        ("800", 33, 0.055), ("900", 28, 0.045), ("950", 22, 0.035),
    )  # fmt: skip
    return {
        "SITE_TITLE": name,
        "SITE_HEADER": name,
        "SITE_SYMBOL": "spa",
        "SITE_FAVICONS": [
            {"rel": "icon", "type": "image/svg+xml", "href": _at("icons/favicon.svg")}
        ],
        "STYLES": [_at("css/components/chart.css"), _at("console/console.css")],
        "COLORS": {
            "primary": {
                step: f"oklch({lightness}% {part * share:.3f} {hue:.0f})"
                for step, lightness, part in steps
            }
        },
    }


def _at(path: str) -> Callable[[object], str]:
    return lambda _request: static(path)
