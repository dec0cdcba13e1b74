"""Partners' funds and the campaigns they pay for, as tests need them."""

from decimal import Decimal
from typing import Any

from django.db import connection

from events_directory.models import Partner
from events_directory.operations import partners
from loyalty.campaigns.models import Campaign
from loyalty.campaigns.operations import standard
from loyalty.campaigns.operations.checks import CHECKS as CAMPAIGNS
from loyalty.rewards.models import Fund, FundMove
from loyalty.rewards.operations import funds
from loyalty.rewards.operations.checks import CHECKS as REWARDS
from members.models import Unit
from tests.conftest import SYSTEM


def brewery(owner) -> Partner:
    """A verified organisation that pays for points."""
    made = partners.register("Brew & Co", slug="brew", owner=owner, actor=SYSTEM)
    return partners.verify(made, actor=SYSTEM)


def fund_of(
    partner: Partner, unit: Unit, *, points: int = 0, slug: str = "pack", **fields: Any
) -> Fund:
    """A fund at 8.00 for 1,000 points; with a pack of so many when it is prepaid."""
    given = {"name": slug.title(), "kind": "prepaid", "price": Decimal("8.00"), "currency": "EUR"}
    fund = funds.open_fund(slug, partner=partner, unit=unit, actor=SYSTEM, **given | fields)
    if points:
        funds.buy_pack(fund, points=points, reference="invoice 1", key="1", actor=SYSTEM)
        fund.refresh_from_db()
    return fund


def funded(fund: Fund | None, slug: str = "brew-visit", **fields: Any) -> Campaign:
    """A live campaign that gives 20 points for a visit (unless `fields` say otherwise)."""
    given: dict[str, Any] = {
        "slug": slug,
        "name": slug.replace("-", " ").title(),
        "triggers": ["visit.checked_in"],
        "effects": [{"kind": "earn", "unit": "points", "amount": 20}],
        "funded_by": fund,
    }
    return standard.publish(given | fields, actor=SYSTEM)


def moves(fund: Fund) -> list[tuple[str, int]]:
    """(kind, points) of its moves, in order."""
    return list(FundMove.objects.filter(fund=fund).order_by("pk").values_list("kind", "points"))


def sums(fund: Fund) -> tuple[int, int, int, int | None]:
    """(bought, granted, returned, remaining), as outside checks see them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bought, granted, returned, remaining FROM audit.fund WHERE id = %s", [fund.pk]
        )
        return cursor.fetchone()


def books() -> list[str]:
    """The invariants of rewards and campaigns that do not hold."""
    wrong = []
    with connection.cursor() as cursor:
        for check in (*CAMPAIGNS, *REWARDS):
            cursor.execute(check.sql)
            wrong += [f"{check.code} {check.says}: {row}" for row in cursor.fetchall()]
    return wrong
