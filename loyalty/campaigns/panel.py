"""The panel of a campaign's page: where it stands, what can be done next, and what stands against it."""

from collections.abc import Callable, Iterable
from typing import Any

from loyalty.campaigns import permissions
from loyalty.campaigns.errors import BadRule
from loyalty.campaigns.models import Campaign
from loyalty.campaigns.operations import guards
from loyalty.campaigns.operations.guards import Concern
from members.console import Step


def panel(
    campaign: Campaign, user: Any, steps: Iterable[Step], address: Callable[[str], str]
) -> dict[str, Any]:
    """For its template. `address` leads to a page of the campaign, by the page's name."""
    return {
        "states": _states(campaign),
        "concerns": concerns_of(campaign),
        "caps": campaign.segment_budgets.filter(is_open=True).select_related("segment"),
        "ways": [_way(campaign, user, step, address) for step in steps if step.fits(campaign)],
        "rule": address("rule") if permissions.can_write_rule(user, campaign) else None,
        "trial": address("trial") if permissions.can_try(user) else None,
    }


def concerns_of(campaign: Campaign) -> list[Concern]:
    """What forbids publishing the draft, or should be thought about first."""
    try:
        return guards.concerns(campaign)
    except BadRule as fault:
        return [Concern(guards.BLOCK, fault.code, " ".join(fault.messages))]


def _states(campaign: Campaign) -> list[dict[str, Any]]:
    """Every state in the order of a life; those before the present one are behind it, of what not every
    campaign goes through the schedule alone, when it had a day to begin on."""
    known = list(Campaign.State)
    passed = {Campaign.State.DRAFT, Campaign.State.REVIEW, Campaign.State.LIVE}
    if campaign.starts_at is not None:
        passed.add(Campaign.State.SCHEDULED)
    now = known.index(Campaign.State(campaign.state))
    return [
        {"label": state.label, "is_now": place == now, "is_behind": place < now and state in passed}
        for place, state in enumerate(known)
    ]


def _way(
    campaign: Campaign, user: Any, step: Step, address: Callable[[str], str]
) -> dict[str, Any]:
    """A step that the state makes possible; with the reason why not, where this user may not take it."""
    verdict = step.can(user, campaign)
    return {
        "label": step.label,
        "question": step.question,
        "address": address(step.name) if verdict else None,
        "reason": verdict.reason,
    }
