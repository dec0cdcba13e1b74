"""What the cast has been up to lately, so that every page of the demo has something to say."""

from datetime import datetime, timedelta
from typing import Any

from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.operations import intake
from loyalty.demo.people import AMARA
from members.domain.actors import Actor


def tell(*, now: datetime, actor: Actor) -> None:
    """A few days of refills, reviews and visits. Telling it again changes nothing."""
    days: list[tuple[int, str, str, dict[str, Any]]] = [
        (9, "refill.ordered", AMARA, {"order_id": "R-1", "serial": "JAR-0412"}),
        (6, "refill.returned", AMARA, {"order_id": "R-1", "serial": "JAR-0412"}),
        (4, "refill.confirmed", AMARA, {"order_id": "R-1", "serial": "JAR-0412"}),
        (3, "review.published", AMARA, {"sku": "cd", "rating": 5}),
        (2, "refill.ordered", AMARA, {"order_id": "R-2", "serial": "JAR-0977"}),
        (2, "visit.checked_in", "bo", {"store": "harbour"}),
        (1, "refill.ordered", "bo", {"order_id": "R-3", "serial": "JAR-0113"}),
        (16, "visit.checked_in", AMARA, {"store": "market"}),
        (9, "visit.checked_in", AMARA, {"store": "market"}),
        (2, "visit.checked_in", AMARA, {"store": "market"}),
    ]
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
    intake.take(
        [
            Told("demo", f"demo-{place}", kind, member, noon - timedelta(days=ago), payload)
            for place, (ago, kind, member, payload) in enumerate(days)
        ],
        actor=actor,
        is_history=True,
    )
