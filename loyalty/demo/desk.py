"""What waits on the desks of the demo's staff: campaigns to come and to publish, a friend to look at."""

from datetime import datetime, timedelta

from django.db import transaction

from loyalty.audiences.models import Segment
from loyalty.audiences.operations import segments
from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.models import Backtest, ReviewRule, StackingGroup
from loyalty.campaigns.operations import (
    backtests,
    campaigns,
    groups,
    intake,
    review_rules,
    standard,
)
from loyalty.demo.people import AMARA
from members.domain.actors import Actor
from members.models import User
from members.operations import members

GROUP = "extra-on-orders"
#: Friends whom Amara brought, and how many days ago. They came in from one device.
FRIENDS = (("hana", "Hana", 12), ("ivo", "Ivo", 3))
DEVICE = "amaras-phone"
REVIEWS = 4


@transaction.atomic
def install(*, now: datetime, actor: Actor) -> None:
    """Put the rules, the segment and the campaign to come in place that are not there yet."""
    if not Segment.objects.filter(slug="regulars").exists():
        regulars = segments.define(
            "Regulars",
            description="Five orders or more.",
            conditions={"field": "history.orders", "op": "at_least", "value": 5},
            actor=actor,
        )
        segments.activate(regulars, actor=actor)
    if not ReviewRule.objects.filter(slug="many-reviews").exists():
        rule = review_rules.define(
            "many-reviews",
            name="More than three reviews a day",
            side="earn",
            subjects=["review.published"],
            window_hours=24,
            most_times=3,
            actor=actor,
        )
        review_rules.activate(rule, actor=actor)
    if not StackingGroup.objects.filter(slug=GROUP).exists():
        group = groups.define("Extra points on orders", slug=GROUP, mode="best", actor=actor)
        standard.publish(_to_come(now, group), actor=actor)


def tell(*, now: datetime, actor: Actor) -> None:
    """Amara brings two friends, and Bo writes a good many reviews. Telling it again changes nothing."""
    tolds = []
    for ref, name, ago in FRIENDS:
        at = now - timedelta(days=ago)
        friend = members.enrol(
            ref, given_name=name, email=f"{ref}@demo.example", at=at, actor=actor
        )
        brought = {"friend": friend.ref, "device": DEVICE}
        tolds.append(Told("demo", f"demo-friend-{ref}", "referral.joined", AMARA, at, brought))
    noon = (now - timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)
    for place in range(REVIEWS):
        at = noon + timedelta(minutes=5 * place)
        written = {"sku": f"jar-{place + 1}", "rating": 5}
        tolds.append(Told("demo", f"demo-review-{place}", "review.published", "bo", at, written))
    intake.take(tolds, actor=actor)


def try_out(*, now: datetime, users: dict[str, User], actor: Actor) -> None:
    """Gil writes a campaign, tries it on a year of orders and hands it to somebody else."""
    if Backtest.objects.exists():
        return
    gil = Actor.user(users["gil"])
    with transaction.atomic():
        campaign = campaigns.draft(
            "Ten more on a full basket",
            description="10 points more on orders of 30.00 or above.",
            group=StackingGroup.objects.get(slug=GROUP),
            budget_units=20_000,
            actor=gil,
        )
        campaigns.write_rule(
            campaign,
            triggers=["order.placed"],
            conditions={"field": "order.base", "op": "at_least", "value": "30.00"},
            effects=[{"kind": "earn", "unit": "points", "amount": 10}],
            limit={"units": 100, "per": "month"},
            actor=gil,
        )
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        backtests.start(campaign, since=today - timedelta(days=365), until=today, actor=gil)
        campaigns.submit(campaign, actor=gil)


def _to_come(now: datetime, group: StackingGroup) -> dict[str, object]:
    """Twice the points for a week that begins in ten days."""
    starts_at = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=10)
    return {
        "slug": "double-week",
        "name": "Double week",
        "description": "A week with twice the points on every order.",
        "group": group,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(days=7),
        "triggers": ["order.placed"],
        "effects": [{"kind": "multiply", "unit": "points", "factor": "2"}],
        "limit": {"units": 500, "per": "week"},
        "budget_units": 50_000,
        "pays_partly": True,
    }
