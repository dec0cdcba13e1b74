"""P12: every decision follows the written matrix, for all URL patterns, methods and actors.

The table is in `routes.py` and `console.py`. A route that is missing there fails with its name; a
refusal leaves every row of the database as it was.
"""

import pytest

from tests.contracts import walking
from tests.contracts.console import CONSOLE, ROOMS
from tests.contracts.routes import ROUTES, Route
from tests.contracts.world import ACTORS, build

TABLE: dict[str, Route] = ROUTES | ROOMS
for label, desk in CONSOLE.items():
    TABLE |= desk.routes(label)

PARTS = 4


def test_every_route_is_in_the_table():
    doors = {door.name for door in walking.doors()}
    assert sorted(doors - set(TABLE)) == [], "routes that nobody has decided about"
    assert sorted(set(TABLE) - doors) == [], "lines for routes that are gone"


def test_the_table_is_as_large_as_promised():
    """P12: at least 2,000 cells."""
    assert len(list(walking.doors())) * 2 * len(ACTORS) >= 2_000


@pytest.fixture(autouse=True)
def _silence():
    with walking.in_silence():
        yield


@pytest.mark.parametrize("part", range(PARTS))
def test_everybody_finds_what_the_table_says(part, db):
    world, faults = build(), []
    written = walking.Written()
    for door in list(walking.doors())[part::PARTS]:
        route = TABLE.get(door.name)
        if route is None:
            continue
        path = walking.address(door, world, route.where)
        for method, policy in (("GET", route.get), ("POST", route.post)):
            for actor in ACTORS if door.name not in walking.COSTLY else ("AN", "K0"):
                found, rows = walking.knock(world.clients[actor], method, path, written)
                cell = f"{door.name} {method} {actor}"
                if found != policy[actor]:
                    faults.append(f"{cell}: found {found}, the table says {policy[actor]}")
                if rows and found in walking.DENIED and door.name not in walking.LEADING_HOME:
                    faults.append(f"{cell}: turned away, but {rows} rows were written")
    assert faults == []
