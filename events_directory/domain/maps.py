"""A map without anybody's tiles: places on a plain sheet, true to direction and distance.

Within a town or a region the earth is flat enough: degrees of longitude are shortened by the cosine of
the middle latitude (equirectangular projection). Places that would lie on one another become one pin.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, hypot, radians

#: The sheet, in its own units. A pin is `REACH` wide, so that no two touch.
WIDTH, HEIGHT, MARGIN, REACH = 400, 320, 36, 40
METRES_PER_DEGREE = 111_320
#: What the narrowest map shows from edge to edge.
NARROWEST = 500


@dataclass(frozen=True, slots=True)
class Spot:
    """A place by its key, in degrees."""

    key: int
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Pin:
    """Where on the sheet one or several places are drawn: from the upper left corner."""

    x: int
    y: int
    keys: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sketch:
    """The pins, in the order in which they are numbered, and a bar of `bar` units that is `metres` long."""

    pins: tuple[Pin, ...]
    bar: int
    metres: int

    @property
    def kilometres(self) -> int:
        """The bar's length once it is a thousand metres or more."""
        return self.metres // 1000


def draw(spots: Sequence[Spot]) -> Sketch | None:
    """The map of these places, north up, as large as fits; None without any. Earlier places have the
    lower numbers."""
    if not spots:
        return None
    points = _flat(spots)
    east, north = ([each[axis] for each in points.values()] for axis in (0, 1))
    middle = (min(east) + max(east)) / 2, (min(north) + max(north)) / 2
    span = max(max(east) - min(east), NARROWEST), max(max(north) - min(north), NARROWEST)
    scale = min((WIDTH - 2 * MARGIN) / span[0], (HEIGHT - 2 * MARGIN) / span[1])
    places = {
        key: (WIDTH / 2 + (x - middle[0]) * scale, HEIGHT / 2 - (y - middle[1]) * scale)
        for key, (x, y) in points.items()
    }
    metres = _round_length(WIDTH / 4 / scale)
    return Sketch(_gathered(places), round(metres * scale), metres)


def _flat(spots: Sequence[Spot]) -> dict[int, tuple[float, float]]:
    """Metres to the east and north, from where both degrees are nought."""
    latitudes = [spot.latitude for spot in spots]
    shortened = cos(radians((min(latitudes) + max(latitudes)) / 2))
    longitudes = [spot.longitude for spot in spots]
    # Across the date line the way round is shorter.
    is_split = max(longitudes) - min(longitudes) > 180
    found = {}
    for spot in spots:
        longitude = spot.longitude + 360 if is_split and spot.longitude < 0 else spot.longitude
        found[spot.key] = (
            longitude * METRES_PER_DEGREE * shortened,
            spot.latitude * METRES_PER_DEGREE,
        )
    return found


def _gathered(places: dict[int, tuple[float, float]]) -> tuple[Pin, ...]:
    """Each place goes to the first pin that it would touch, or becomes one."""
    pins: list[tuple[float, float, list[int]]] = []
    for key, (x, y) in places.items():
        near = next((pin for pin in pins if hypot(pin[0] - x, pin[1] - y) < REACH), None)
        if near is None:
            pins.append((x, y, [key]))
        else:
            near[2].append(key)
    return tuple(Pin(round(x), round(y), tuple(keys)) for x, y, keys in pins)


def _round_length(most: float) -> int:
    """The longest of 1, 2, 5, 10, 20, 50, … metres that is not longer than `most`."""
    length, step = 1, 0
    while length * (following := (2, 2.5, 2)[step % 3]) <= most:
        length, step = int(length * following), step + 1
    return length
