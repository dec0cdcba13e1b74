"""What the demo's members work towards: an achievement and a streak, and the rules that count for them."""

from typing import Any

from django.db import transaction

from loyalty.campaigns.models import Campaign
from loyalty.campaigns.operations import standard
from members.domain.actors import Actor
from recognition.models import Achievement, Streak
from recognition.operations import goals

REFILLS: dict[str, Any] = {
    "slug": "three-refills",
    "name": "Three refills",
    "criteria": "Have three containers refilled within a year.",
    "step_words": "refills",
    "target": 3,
    "period": "year",
    "recurrence": "each_period",
}
MARKET: dict[str, Any] = {
    "slug": "market-days",
    "name": "Market weeks",
    "criteria": "Come by the market stall week after week.",
    "freezes": 1,
    "freeze_period": "month",
    "milestones": [3, 6, 12],
}
COUNTING: tuple[dict[str, Any], ...] = (
    {
        "slug": "count-refills",
        "name": "Three refills",
        "description": "Every confirmed refill is a step.",
        "triggers": ["refill.confirmed"],
        "effects": [{"kind": "achievement", "achievement": "three-refills", "steps": 1}],
    },
    {
        "slug": "count-market-days",
        "name": "Market weeks",
        "description": "Every week with a visit to the market stall counts.",
        "triggers": ["visit.checked_in"],
        "conditions": {"field": "activity.store", "op": "is", "value": "market"},
        "effects": [{"kind": "streak", "streak": "market-days"}],
    },
    {
        "slug": "market-milestones",
        "name": "Market milestones",
        "description": "20 points at each milestone of your market weeks.",
        "triggers": ["streak.milestone"],
        "conditions": {"field": "activity.streak", "op": "is", "value": "market-days"},
        "effects": [{"kind": "earn", "unit": "points", "amount": 20}],
    },
)


@transaction.atomic
def install(*, actor: Actor) -> None:
    """Define and count what is not there yet."""
    refills = goals.define(Achievement, actor=actor, **REFILLS)
    if refills.state == refills.State.DRAFT:
        goals.activate(refills, actor=actor)
    market = goals.define(Streak, actor=actor, **MARKET)
    if market.state == market.State.DRAFT:
        goals.activate(market, actor=actor)
    for wanted in COUNTING:
        if not Campaign.objects.filter(slug=wanted["slug"]).exists():
            standard.publish(wanted, actor=actor)
