"""The jobs that campaigns do."""

from typing import Any

from loyalty.campaigns.operations import backtests, intake, referral_windows, referrals, returns
from loyalty.rewards.operations import presents
from members.domain.actors import Actor
from members.operations.jobs import does


@does("activity.evaluate")
def evaluate(arguments: dict[str, Any]) -> None:
    """Evaluate what a lower floor recorded: `{"activities": [id, ...]}`, and `"claimed": true` when it
    had been parked."""
    intake.evaluate_recorded(
        arguments["activities"],
        actor=Actor.system("evaluation"),
        claimed=arguments.get("claimed", False),
    )


@does("order.paid_late")
def give_back(arguments: dict[str, Any]) -> None:
    """Give back what a checkout paid for an order that had come back by then: `{"hold": id}`."""
    returns.settle_late(arguments["hold"], actor=Actor.system("returns"))


@does("campaigns.backtest")
def count_part(arguments: dict[str, Any]) -> None:
    """Count one part of a back-test: `{"backtest": id, "part": number}`."""
    backtests.count_part(arguments["backtest"], arguments["part"])


@does("reward.withdraw")
def withdraw(arguments: dict[str, Any]) -> None:
    """Take back a reward that a rule gave for an order that came back: `{"present": key, "reason": why}`."""
    presents.withdraw(
        arguments["present"], reason=arguments["reason"], actor=Actor.system("returns")
    )


@does("referral.returned")
def look_at_returned(arguments: dict[str, Any]) -> None:
    """See whether a friend's purchase came back that had counted: `{"member": id, "order": number}`."""
    referral_windows.look_at_returned(
        arguments["member"], arguments["order"], actor=Actor.system("referrals")
    )


@does("referral.twice")
def end_twice(arguments: dict[str, Any]) -> None:
    """Void the later of two referrals by which one person came: `{"referral": id}`."""
    referrals.end_twice(arguments["referral"], actor=Actor.system("referrals"))
