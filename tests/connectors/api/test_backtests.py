"""Back-tests over the API."""

from datetime import UTC, datetime

import pytest

from loyalty.campaigns.models import Backtest
from tests.campaigns.conftest import order, take, work
from tests.connectors.conftest import shop_with

pytestmark = pytest.mark.usefixtures("at_noon")

SPAN = {"since": "2026-03-01T00:00:00Z", "until": "2026-06-01T00:00:00Z"}


def test_asked_for_and_read_when_it_is_counted(shop, amara):
    """E42: `POST campaigns/{slug}/backtest`, and its result once the workers have counted it."""
    take(order(amara, "30.00", id="1", at=datetime(2026, 4, 1, 9, tzinfo=UTC)))

    answer = shop.send("POST", "campaigns/base/backtest", SPAN)
    assert answer.status_code == 202
    asked = answer.json()
    assert (asked["state"], asked["percent"], asked["result"]) == ("running", 0, None)
    work()

    found = shop.send("GET", f"campaigns/base/backtests/{asked['id']}").json()
    assert (found["state"], found["percent"]) == ("done", 100)
    assert found["result"]["tried"]["points"] == {"points": 30, "status": 30}
    assert found["result"]["looked_at"] == 1


def test_what_cannot_be_tried_is_refused(shop):
    """A time that is not over, an unknown version or campaign: nothing is started."""
    ahead = SPAN | {"until": "2027-01-01T00:00:00Z"}

    answer = shop.send("POST", "campaigns/base/backtest", ahead)
    assert (answer.status_code, answer.json()["code"]) == (409, "bad_period")
    assert shop.send("POST", "campaigns/base/backtest", {}).status_code == 400
    assert shop.send("POST", "campaigns/base/backtest", SPAN | {"version": 9}).status_code == 404
    assert shop.send("POST", "campaigns/nothing/backtest", SPAN).status_code == 404
    assert not Backtest.objects.exists()


def test_a_key_that_may_only_read_starts_none(units):
    reader = shop_with("campaigns:read")

    assert reader.send("POST", "campaigns/base/backtest", SPAN).status_code == 403
    assert not Backtest.objects.exists()
