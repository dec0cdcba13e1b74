"""The jobs that rewards do."""

from typing import Any

from loyalty.rewards.operations import order_returns
from members.domain.actors import Actor
from members.operations.jobs import does


@does("redemption.purse_back")
def give_purse_back(arguments: dict[str, Any]) -> None:
    """Give a household its part of a redemption that an order's return undid: `{"redemption": id}`."""
    order_returns.give_purse_back(arguments["redemption"], actor=Actor.system("returns"))
