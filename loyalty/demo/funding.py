"""The demo's partner pays for what members do in its house: a pack of points, and a campaign."""

from decimal import Decimal

from django.db import transaction

from events_directory.models import Partner
from loyalty.campaigns.models import Campaign
from loyalty.campaigns.operations import standard
from loyalty.rewards.operations import funds
from members.domain.actors import Actor
from members.models import Unit


@transaction.atomic
def install(*, points: Unit, actor: Actor) -> None:
    """Open the fund, sell it a pack and let it pay, unless it does. Needs the partner of `places`."""
    fund = funds.open_fund(
        "harbour-visits",
        name="Visits to the harbour",
        partner=Partner.objects.get(slug="harbour-co-op"),
        unit=points,
        kind="prepaid",
        price=Decimal("8.00"),
        currency="EUR",
        returns_expired=True,
        actor=actor,
    )
    funds.buy_pack(fund, points=2_000, reference="2026-0117", key="demo", actor=actor)
    if not Campaign.objects.filter(slug="harbour-visits").exists():
        visit = {
            "slug": "harbour-visits",
            "name": "Come by the harbour",
            "description": "15 points for a visit, once a day. The Harbour co-op pays for them.",
            "triggers": ["visit.checked_in"],
            "conditions": {"field": "activity.store", "op": "is", "value": "harbour"},
            "effects": [{"kind": "earn", "unit": "points", "amount": 15}],
            "limit": {"times": 1, "per": "day"},
            "funded_by": fund,
        }
        standard.publish(visit, actor=actor)
