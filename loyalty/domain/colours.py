"""The programme's accent in every shade that pages need, legible on each of their surfaces.

Shades are made in OKLCH, where equal steps look equal: the hue is the programme's, lightness and
chroma are ours. What must be read keeps 4.5:1 (WCAG 1.4.3) with every surface it can stand on.
"""

import re
from dataclasses import dataclass, fields
from math import atan2, cbrt, cos, degrees, hypot, radians, sin

LAUREL = "#1f6349"
LEGIBLE = 4.5
#: The surfaces of `static/css/tokens.css`, by theme.
PAPER = ("#ffffff", "#faf9f5", "#f3f1ea")
NIGHT = ("#0e110f", "#131715", "#1a1f1c")

_HEX = re.compile(r"#[0-9a-f]{6}")
_STEP = 0.005


@dataclass(frozen=True, slots=True)
class Palette:
    """One accent in both themes, each shade named by its token."""

    laurel_1: str
    laurel_2: str
    laurel_5: str
    laurel_6: str
    laurel_night_1: str
    laurel_night_2: str
    laurel_night_5: str
    laurel_night_6: str
    laurel_night_0: str


def is_colour(text: str) -> bool:
    """Whether it is written like `#1f6349`."""
    return bool(_HEX.fullmatch(text.lower()))


def contrast(one: str, other: str) -> float:
    """How well two colours part, from 1 (not at all) to 21 (black on white)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def weakest(accent: str) -> float:
    """The accent's contrast with the light surface on which it is read worst."""
    return min(contrast(accent, surface) for surface in (*PAPER, _wash(accent)))


def nearest_legible(accent: str) -> str:
    """The accent itself, or the first darker one of its hue that can be read on paper."""
    lightness, chroma, hue = oklch(accent)
    found = accent.lower()
    while weakest(found) < LEGIBLE:
        lightness -= _STEP
        found = shade(lightness, chroma, hue)
    return found


def palette(accent: str) -> Palette:
    """Every shade of a legible accent; at night the lighter one of its hue that can be read there."""
    lightness, chroma, hue = oklch(accent)
    dim = shade(0.285, min(chroma, 0.1) * 0.32, hue)
    bright_at = max(lightness, 0.78)
    while any(contrast(shade(bright_at, chroma, hue), each) < LEGIBLE for each in (*NIGHT, dim)):
        bright_at += _STEP
    return Palette(
        laurel_1=_wash(accent),
        laurel_2=shade(0.845, min(chroma, 0.12) * 0.5, hue),
        laurel_5=accent.lower(),
        laurel_6=shade(lightness - 0.08, chroma, hue),
        laurel_night_0=shade(0.22, min(chroma, 0.1) * 0.35, hue),
        laurel_night_1=dim,
        laurel_night_2=shade(0.42, min(chroma, 0.1) * 0.65, hue),
        laurel_night_5=shade(bright_at, chroma, hue),
        laurel_night_6=shade(min(bright_at + 0.06, 0.97), chroma * 0.8, hue),
    )


def sheet(accent: str) -> str:
    """The tokens of an accent as a stylesheet."""
    shades = palette(accent)
    lines = [
        f"  --{each.name.replace('_', '-')}: {getattr(shades, each.name)};"
        for each in fields(shades)
    ]
    return "\n".join(["@layer tokens {", ":root {", *lines, "}", "}", ""])


def _wash(accent: str) -> str:
    _lightness, chroma, hue = oklch(accent)
    return shade(0.948, min(chroma, 0.1) * 0.16, hue)


def _linear(colour: str) -> tuple[float, float, float]:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels
    )
    return red, green, blue


def _luminance(colour: str) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def oklch(colour: str) -> tuple[float, float, float]:
    """Lightness (0 to 1), chroma and hue in degrees (B. Ottosson's OKLab, in polar form)."""
    red, green, blue = _linear(colour)
    long = cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
    return lightness, hypot(a, b), degrees(atan2(b, a)) % 360


def shade(lightness: float, chroma: float, hue: float) -> str:
    """The colour a screen can show that is nearest: of the same lightness and hue, paler if need be."""
    while chroma > 0:
        channels = _channels(lightness, chroma, hue)
        if all(-1e-4 <= each <= 1 + 1e-4 for each in channels):
            return _hex(channels)
        chroma -= _STEP
    return _hex(_channels(lightness, 0, hue))


def _channels(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * cos(radians(hue)), chroma * sin(radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def _hex(channels: tuple[float, float, float]) -> str:
    bounded = (min(max(each, 0), 1) for each in channels)
    shown = (
        each * 12.92 if each <= 0.0031308 else 1.055 * each ** (1 / 2.4) - 0.055 for each in bounded
    )
    return "#" + "".join(f"{round(each * 255):02x}" for each in shown)
