"""`backtest_campaign` on the command line."""

from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from loyalty.campaigns.models import Backtest
from tests.campaigns.conftest import order, take

pytestmark = pytest.mark.usefixtures("at_noon")


def test_it_counts_here_and_says_what_it_found(campaigns, amara, capsys):
    """E42: the contract's `backtest_campaign SLUG --since … --until …`."""
    take(order(amara, "30.00", id="1", at=datetime(2026, 4, 1, 9, tzinfo=UTC)))

    call_command("backtest_campaign", "base", since="2026-03-01", until="2026-06-01")

    said = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert said[1:4] == [["activities", "1"], ["paid", "for", "1"], ["members", "1"]]
    assert ["points", "30"] in said and ["status", "30"] in said


@pytest.mark.parametrize(
    "asked",
    [
        {"slug": "nothing"},
        {"since": "last week"},
        {"until": "2027-01-01"},
        {"rule_version": 7},
    ],
)
def test_nonsense_is_an_error(campaigns, asked):
    usual = {"slug": "base", "since": "2026-03-01", "until": "2026-06-01"} | asked

    with pytest.raises(CommandError):
        call_command("backtest_campaign", usual.pop("slug"), **usual)
    assert not Backtest.objects.exists()
