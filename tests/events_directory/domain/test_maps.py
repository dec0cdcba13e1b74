"""Places on a plain sheet, true to distance and direction."""

import pytest

from events_directory.domain.maps import HEIGHT, MARGIN, REACH, WIDTH, Pin, Spot, draw

HARBOUR = Spot(1, 53.5400, 9.9700)
ALTONA = Spot(2, 53.5500, 9.9300)
BERGEDORF = Spot(3, 53.4900, 10.2100)


def test_north_is_up_and_east_is_right():
    found = draw([HARBOUR, ALTONA, BERGEDORF])
    harbour, altona, bergedorf = found.pins
    assert altona.x < harbour.x < bergedorf.x
    assert altona.y < harbour.y < bergedorf.y
    assert (altona.x, bergedorf.x) == (MARGIN, WIDTH - MARGIN)


def test_the_bar_is_as_long_as_it_says():
    """18.5 km from Altona to Bergedorf (280 minutes of longitude, shortened) over the sheet's 328 units."""
    found = draw([ALTONA, BERGEDORF])
    assert (found.metres, found.kilometres) == (5000, 5)
    assert found.bar == 88


def test_places_that_would_touch_are_one_pin():
    near = Spot(4, 53.5401, 9.9701)
    found = draw([HARBOUR, near, BERGEDORF])
    assert [pin.keys for pin in found.pins] == [(1, 4), (3,)]
    apart = [
        (one.x - other.x) ** 2 + (one.y - other.y) ** 2
        for one in found.pins
        for other in found.pins
        if one is not other
    ]
    assert min(apart) >= (REACH - 1) ** 2


def test_one_place_lies_in_the_middle():
    assert draw([HARBOUR]).pins == (Pin(WIDTH // 2, HEIGHT // 2, (1,)),)
    assert (draw([HARBOUR]).metres, draw([HARBOUR]).bar) == (200, 99)
    assert draw([]) is None


def test_across_the_date_line_the_short_way_is_taken():
    found = draw([Spot(1, -17.7, 179.9), Spot(2, -17.7, -179.9)])
    assert [pin.x for pin in found.pins] == [MARGIN, WIDTH - MARGIN]
    assert found.metres == 5000


@pytest.mark.parametrize("latitude", [-90, 90])
def test_even_at_the_poles_there_is_a_map(latitude):
    found = draw([Spot(1, latitude, 0), Spot(2, latitude, 120)])
    assert [pin.keys for pin in found.pins] == [(1, 2)]
