"""What the demo programme recognises: badges, boards, and campaigns that award badges."""

from typing import Any

from django.db import transaction

from loyalty.campaigns.models import Campaign
from loyalty.campaigns.operations import standard
from members.domain.actors import Actor
from members.models import Unit
from recognition.operations import badges, leaderboards

BADGES = (
    ("first-refill", "First refill", "Send a container back and have it refilled.", "recycle", ""),
    ("regular", "Regular", "Place ten orders.", "shopping-bag", "bronze"),
    ("devoted", "Devoted", "Place twenty-five orders.", "heart", "silver"),
    ("big-basket", "Big basket", "Place one order of 100.00 or more.", "star", "bronze"),
    ("out-and-about", "Out and about", "Come to an event in the neighbourhood.", "users", ""),
    ("good-neighbour", "Good neighbour", "Chosen by the committee each quarter.", "award", "gold"),
)

AWARDING: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("first-refill", "refill.confirmed", {}),
    ("regular", "order.placed", {"field": "history.orders", "op": "at_least", "value": 9}),
    ("devoted", "order.placed", {"field": "history.orders", "op": "at_least", "value": 24}),
    ("big-basket", "order.placed", {"field": "order.base", "op": "at_least", "value": "100.00"}),
    ("out-and-about", "event.attended", {}),
)


@transaction.atomic
def install(*, points: Unit, actor: Actor) -> None:
    """Put everything on offer that is not there yet."""
    for slug, name, criteria, motif, metal in BADGES:
        badge = badges.define(
            slug,
            name=name,
            criteria=criteria,
            motif=motif,
            metal=metal,
            is_repeatable=slug == "good-neighbour",
            actor=actor,
        )
        if badge.state == badge.State.DRAFT:
            badges.activate(badge, actor=actor)
    standard.install(actor=actor)
    for slug, trigger, condition in AWARDING:
        _award_by_rule(slug, trigger, condition, actor)
    board = leaderboards.define(
        "points-this-month", name="Points this month", unit=points, window="month", actor=actor
    )
    if board.state == board.State.DRAFT:
        leaderboards.activate(board, actor=actor)


def _award_by_rule(slug: str, trigger: str, condition: dict[str, Any], actor: Actor) -> None:
    if Campaign.objects.filter(slug=f"badge-{slug}").exists():
        return
    standard.publish(
        {
            "slug": f"badge-{slug}",
            "name": next(name for known, name, *_ in BADGES if known == slug),
            "triggers": [trigger],
            "conditions": {"all": [condition] if condition else []},
            "effects": [{"kind": "badge", "badge": slug}],
            "limit": {"times": 1, "per": "life"},
        },
        actor=actor,
    )
