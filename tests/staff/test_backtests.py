"""Back-tests in the console."""

import json
from datetime import UTC, datetime

import pytest

from loyalty.campaigns.models import Backtest
from loyalty.campaigns.operations import campaigns, standard
from tests.campaigns.conftest import order, take, work
from tests.conftest import SYSTEM
from tests.staff.conftest import client_of

pytestmark = pytest.mark.usefixtures("at_noon")


@pytest.fixture
def base(units):
    return {campaign.slug: campaign for campaign in standard.install(actor=SYSTEM)}["base"]


def test_started_watched_and_read(ira, base, amara):
    """US8: from the campaign's page, the last thirty days; figures, chart and table once it is counted."""
    take(order(amara, "30.00", id="1", at=datetime(2026, 6, 1, 9, tzinfo=UTC)))
    campaigns.write_rule(
        base,
        triggers=["order.placed"],
        effects=[{"kind": "earn", "unit": "points", "points": 2, "per": "1.00"}],
        actor=SYSTEM,
    )
    client = client_of(ira)
    form = client.get(f"/admin/campaigns/campaign/{base.pk}/backtest/")
    assert b'value="2026-05-16"' in form.content

    answer = client.post(
        f"/admin/campaigns/campaign/{base.pk}/backtest/",
        {"since": "2026-05-16", "through": "2026-06-14"},
    )
    backtest = Backtest.objects.get()
    page = f"/admin/campaigns/backtest/{backtest.pk}/change/"
    assert answer["Location"] == page
    assert b'<progress id="backtest-progress" max="100" value="0"' in client.get(page).content
    work()

    html = client.get(page).content.decode()
    assert "Of 1 activities it would have paid for 1 (100 %)" in html
    assert "+30" in html
    assert html.count("<rect ") == 2 * 2 * (30 + 1)  # and the key


def test_the_form_asks_for_a_time_that_is_over(ira, base):
    client = client_of(ira)

    answer = client.post(
        f"/admin/campaigns/campaign/{base.pk}/backtest/",
        {"since": "2026-06-16", "through": "2026-06-20"},
    )

    assert answer.status_code == 422
    assert b"A back-test looks at a time that is over" in answer.content
    assert not Backtest.objects.exists()


def test_one_that_counts_can_be_stopped(ira, base, amara):
    take(order(amara, "30.00", id="1", at=datetime(2026, 6, 1, 9, tzinfo=UTC)))
    client = client_of(ira)
    client.post(
        f"/admin/campaigns/campaign/{base.pk}/backtest/",
        {"since": "2026-05-16", "through": "2026-06-14"},
    )
    backtest = Backtest.objects.get()

    assert client.post(f"/admin/campaigns/backtest/{backtest.pk}/cancel/").status_code == 302
    work()

    backtest.refresh_from_db()
    assert (backtest.state, backtest.asked_by) == ("cancelled", ira)
    assert (
        b"It was stopped" in client.get(f"/admin/campaigns/backtest/{backtest.pk}/change/").content
    )


def test_back_tested_beside_the_rule_that_is_written(ira, base, amara):
    """US8: the rule as it stands is saved and counted, or neither; the panel tells how far it has come,
    and then the figures with their chart."""
    take(order(amara, "30.00", id="1", at=datetime(2026, 6, 1, 9, tzinfo=UTC)))
    client, address = client_of(ira), f"/admin/campaigns/campaign/{base.pk}/rule/backtest/"
    rule = {
        "triggers": ["order.placed"],
        "conditions": None,
        "effects": [{"kind": "earn", "unit": "points", "points": 3, "per": "1.00"}],
        "limit": None,
    }
    asked = {"rule": json.dumps(rule), "since": "2026-05-16", "through": "2026-06-14"}
    broken = json.dumps(rule | {"effects": [{"kind": "earn", "unit": "gold", "amount": 1}]})
    for wrong in ({"rule": broken}, {"rule": "{"}, {"since": "2026-06-20"}, {"since": ""}):
        assert client.post(address, asked | wrong).status_code == 422
    assert (base.versions.count(), Backtest.objects.count()) == (1, 0)

    panel = client.post(address, asked)
    backtest = Backtest.objects.get()
    watched = f"{address}?of={backtest.pk}"
    assert f'data-running="{watched}"' in panel.content.decode()
    assert base.versions.get(number=2).effects[0]["points"] == 3
    assert b'value="2026-05-16"' in client.get(watched).content
    work()

    done = client.get(watched).content.decode()
    assert "data-running" not in done
    assert "Points: 90 in all, 90 for a member on average." in done
    assert done.count("<rect ") == 2 * 2 * (30 + 1)  # and the key
    other = campaigns.draft("Other", actor=SYSTEM)
    strange = f"/admin/campaigns/campaign/{other.pk}/rule/backtest/?of={backtest.pk}"
    assert client.get(strange).status_code == 404
    assert client.get(address + "?of=x").status_code == 404
