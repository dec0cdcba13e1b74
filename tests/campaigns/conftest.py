"""Orders and refills, told as a shop would tell them."""

from datetime import datetime

import pytest

from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.operations import intake, standard
from members import clock
from members.models import Member
from members.operations import jobs
from tests.conftest import SYSTEM


@pytest.fixture
def campaigns(units):
    """The standard campaigns, live."""
    return {campaign.slug: campaign for campaign in standard.install(actor=SYSTEM)}


def order(
    member: Member | str,
    *amounts: str,
    id: str = "o1",
    at: datetime | None = None,
    category: str = "",
    **payload,
) -> Told:
    """An order with one line for each amount."""
    return Told(
        "shop",
        id,
        "order.placed",
        member if isinstance(member, str) else member.ref,
        at or clock.now(),
        {
            "order_id": id,
            "currency": "EUR",
            "lines": [
                {
                    "line_id": str(place),
                    "sku": f"sku-{place}",
                    "category": category,
                    "quantity": 1,
                    "unit_price": amount,
                }
                for place, amount in enumerate(amounts)
            ],
        }
        | payload,
    )


def act(kind: str, member: Member, *, id: str, at: datetime | None = None, **payload) -> Told:
    """Any other activity."""
    return Told("shop", id, kind, member.ref, at or clock.now(), payload)


def take(*tolds: Told):
    """Through the door, as one batch."""
    return [answer.as_json() for answer in intake.take(list(tolds), actor=SYSTEM)]


def points_of(answer) -> list[tuple[str, int, str]]:
    """(campaign, amount, state) of the points in an answer."""
    return [
        (effect["campaign"], effect["amount"], effect["state"])
        for effect in answer["effects"]
        if effect["unit"] == "points"
    ]


def work() -> None:
    """Do every job that is ready."""
    while jobs.work_off():
        pass
