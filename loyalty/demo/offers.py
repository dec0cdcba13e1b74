"""What the demo's points are good for: one reward of nearly every kind."""

from typing import Any

from django.db import transaction

from events_directory.models import Partner, Pool
from loyalty.rewards.models import Reward
from loyalty.rewards.operations import coupon_imports, rewards
from members.domain.actors import Actor
from members.models import Tier, Unit

REWARDS: tuple[tuple[str, str, str, int, str, dict[str, Any]], ...] = (
    ("tote", "Canvas tote", "product", 120, "Sewn in the neighbourhood from sailcloth.",
     {"stock": 40, "low_at": 5}),
    ("coffee", "Coffee for two", "experience", 80, "At any partner café, any day.",
     {"codes": "generated", "good_for_days": 60}),
    ("five-off", "5.00 off your next order", "discount", 100, "Taken off at the till.",
     {"codes": "generated", "good_for_days": 90, "worth": 500, "currency": "EUR",
      "limit_per_member": 2, "limit_window": "month"}),
    ("cinema", "A seat at the Harbour Cinema", "coupon", 160, "Any film but the first night.",
     {"codes": "pool", "low_at": 5}),
    ("refill-kit", "Starter set of refill jars", "product", 240, "Three jars and a brush.",
     {"stock": 15}),
    ("repair", "An hour at the repair bench", "experience", 180, "With tools and good advice.",
     {"stock": 8, "codes": "generated", "good_for_days": 90}),
    ("trees", "Two trees in the town forest", "donation", 150, "Planted in autumn.",
     {"worth": 300, "currency": "EUR"}),
    ("vinyl", "Record of the month", "product", 350, "Picked by the shop.",
     {"stock": 12, "limit_per_member": 1, "limit_window": "month"}),
    ("preview", "The sale a day early", "access", 60, "Doors open the evening before.",
     {"access_name": "early-sale", "good_for_days": 30}),
)  # fmt: skip
SEATS = 12


@transaction.atomic
def install(*, points: Unit, actor: Actor) -> None:
    """Put everything on offer that is not there yet. Needs the partner and the pool of `places`."""
    more: dict[str, dict[str, Any]] = {
        "coffee": {"partner": Partner.objects.order_by("pk").first()},
        "trees": {"pool": Pool.objects.get(slug="harbour-fund")},
        "vinyl": {"tier": Tier.objects.filter(slug="silver").first()},
    }
    for slug, name, kind, cost, description, fields in REWARDS:
        rewards.offer(
            slug,
            name=name,
            kind=kind,
            unit=points,
            cost=cost,
            description=description,
            actor=actor,
            **fields | more.get(slug, {}),
        )
    cinema = Reward.objects.get(slug="cinema")
    if not cinema.batches.exists():
        seats = "\n".join(
            f"KINO-{number:04}-{number * 7919 % 10_000:04}" for number in range(SEATS)
        )
        coupon_imports.import_codes(cinema, text=seats, file_name="cinema.csv", actor=actor)
