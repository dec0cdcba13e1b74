"""The campaigns a programme starts with. They are ordinary campaigns that staff can change."""

from typing import Any

from django.db import transaction

from loyalty.campaigns.models import Campaign
from loyalty.campaigns.operations import campaigns
from members.domain.actors import Actor

STANDARD: tuple[dict[str, Any], ...] = (
    {
        "slug": "base",
        "name": "Points on every order",
        "description": "1 point for each whole 1.00 you spend.",
        "priority": 10,
        "triggers": ["order.placed"],
        "effects": [
            {"kind": "earn", "unit": "points", "points": 1, "per": "1.00"},
            {"kind": "earn", "unit": "status", "points": 1, "per": "1.00"},
        ],
    },
    {
        "slug": "double-refills",
        "name": "Double points on refills",
        "description": "Refills bring silver and gold members twice the points.",
        "triggers": ["order.placed"],
        "conditions": {
            "all": [
                {"field": "order.categories", "op": "has", "value": "refill"},
                {"field": "member.tier", "op": "in", "value": ["silver", "gold"]},
            ]
        },
        "effects": [
            {"kind": "multiply", "unit": "points", "factor": "2", "categories": ["refill"]}
        ],
        "limit": {"units": 500, "per": "month"},
        "pays_partly": True,
    },
    {
        "slug": "refill-bonus",
        "name": "Refill bonus",
        "description": "25 points for every container you send back to be refilled.",
        "triggers": ["refill.ordered"],
        "effects": [
            {
                "kind": "earn",
                "unit": "points",
                "amount": 25,
                "pending": {"until": "refill.confirmed", "cancelled_by": "refill.rejected"},
            }
        ],
    },
    {
        "slug": "welcome",
        "name": "Welcome",
        "description": "50 points for joining.",
        "triggers": ["member.joined"],
        "effects": [{"kind": "earn", "unit": "points", "amount": 50}],
        "limit": {"times": 1, "per": "life"},
    },
    {
        "slug": "birthday",
        "name": "Happy birthday",
        "description": "100 points on your birthday.",
        "triggers": ["birthday.reached"],
        "effects": [{"kind": "earn", "unit": "points", "amount": 100}],
        "limit": {"times": 1, "per": "year"},
    },
    {
        "slug": "anniversary",
        "name": "Joining anniversary",
        "description": "30 points for every year with us.",
        "triggers": ["anniversary.reached"],
        "effects": [{"kind": "earn", "unit": "points", "amount": 30}],
        "limit": {"times": 1, "per": "year"},
    },
    {
        "slug": "event-attended",
        "name": "Out and about",
        "description": "40 points for coming to an event in the neighbourhood.",
        "triggers": ["event.attended"],
        "effects": [{"kind": "earn", "unit": "points", "amount": 40}],
        "limit": {"times": 4, "per": "month"},
    },
    {
        "slug": "review",
        "name": "Thank you for your review",
        "description": "10 points for a review, twice a week at most.",
        "triggers": ["review.published"],
        "effects": [{"kind": "earn", "unit": "points", "amount": 10}],
        "limit": {"times": 2, "per": "week"},
    },
    # What newcomers are shown to do first (`loyalty/views/first_run.py`).
    {
        "slug": "profile",
        "name": "Pleased to meet you",
        "description": "20 points once we know what to call you.",
        "triggers": ["profile.completed"],
        "effects": [{"kind": "earn", "unit": "points", "amount": 20}],
        "limit": {"times": 1, "per": "life"},
    },
    {
        "slug": "how-it-works",
        "name": "Read how it works",
        "description": "5 points for reading how points come and go.",
        "triggers": ["content.viewed"],
        "conditions": {"all": [{"field": "activity.content", "op": "is", "value": "how-it-works"}]},
        "effects": [{"kind": "earn", "unit": "points", "amount": 5}],
        "limit": {"times": 1, "per": "life"},
    },
    {
        "slug": "first-wish",
        "name": "Something to look forward to",
        "description": "10 points for choosing a reward to save up for.",
        "triggers": ["wishlist.added"],
        "effects": [{"kind": "earn", "unit": "points", "amount": 10}],
        "limit": {"times": 1, "per": "life"},
    },
)


@transaction.atomic
def install(*, actor: Actor) -> list[Campaign]:
    """Publish the standard campaigns that are not there yet."""
    return [
        publish(wanted, actor=actor)
        for wanted in STANDARD
        if not Campaign.objects.filter(slug=wanted["slug"]).exists()
    ]


def publish(wanted: dict[str, Any], *, actor: Actor) -> Campaign:
    """Draft, write, submit and publish one campaign at once (for a system actor)."""
    wanted = dict(wanted)
    rule = {name: wanted.pop(name, None) for name in ("triggers", "effects", "conditions", "limit")}
    campaign = campaigns.draft(wanted.pop("name"), actor=actor, **wanted)
    campaigns.write_rule(campaign, actor=actor, **rule)
    campaign = campaigns.submit(campaign, actor=actor)
    campaigns.publish(campaign, actor=actor)
    return campaign
