"""A helper at the door: every address of the partner console, and the few that open."""

import pytest
from django.urls import reverse

from events_directory.operations import applications
from tests.conftest import SYSTEM
from tests.contracts.routes import ROUTES

pytestmark = pytest.mark.django_db

#: What a helper may open (GET) and send (POST); everything else of the console is refused. Default deny:
#: a new route is refused here until somebody writes it down.
OPEN = {
    "partner:home",
    "partner:organisations",
    "partner:door",
    "partner:check_in",
    "partner:ticket",
}
SENT = {"partner:organisations", "partner:check_in", "partner:scans", "partner:departure"}
#: Nothing is behind these for anybody in this world.
NOT_THERE = {"partner:invitation"}
CONSOLE = sorted(name for name in ROUTES if name.startswith(("partner:", "partner_rewards:")))


@pytest.fixture
def things(occurrence, booking, shop, pool) -> dict[str, object]:
    """What the addresses of the route matrix name, in this world."""
    draft = applications.draft(shop, pool=pool, title="X", requested=1, actor=SYSTEM)
    return {
        "@micro_event": occurrence.micro_event_id,
        "@occurrence": occurrence.pk,
        "@application": draft.pk,
        "@ticket": booking.ticket,
        "@venue": occurrence.micro_event.venue_id,
    }


def test_the_navigation_shows_a_helper_no_other_door(client, helper, shop):
    """UP5: what is refused is not offered."""
    client.force_login(helper)
    doors = client.get("/partner/elis/dates/").context["doors"]
    assert [door["href"] for door in doors] == ["/partner/elis/dates/"]


@pytest.mark.parametrize("name", CONSOLE)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_helper_stands_at_the_door_and_nowhere_else(client, helper, things, name, method):
    """UP5: the role that can check in and do only this; a till is none of it."""
    where = {key: things.get(value, value) for key, value in ROUTES[name].where.items()}
    client.force_login(helper)
    status = getattr(client, method)(reverse(name, kwargs=where)).status_code
    if name in NOT_THERE:
        assert status == 404
    elif name in (OPEN if method == "get" else SENT):
        assert status in (200, 302, 422) or (method == "get" and status == 405)
    else:
        assert status in (403, 405)
