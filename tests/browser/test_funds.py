"""What a partner sees of the points it pays for, with a pack, a bill and a ceiling that is reached."""

from datetime import timedelta
from decimal import Decimal

import pytest

from events_directory.models import Partner
from loyalty.campaigns.operations import intake
from loyalty.rewards.operations import funds
from members import clock
from members.models import Member, Unit
from members.operations import sweeps
from tests.browser.looks import faults_of
from tests.campaigns.conftest import act
from tests.campaigns.funding import funded
from tests.conftest import SYSTEM

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
    pytest.mark.usefixtures("from_the_right"),
]

PAGE = "/partner/harbour-co-op/points/"


@pytest.fixture
def paid(neighbourhood) -> None:
    """A visit on the pack, and a monthly bill with a ceiling of one visit, then and now."""
    bo, points = Member.objects.get(ref="bo"), Unit.objects.get(code="points")
    with clock.standing_at(clock.now() - timedelta(days=40)):
        bill = funds.open_fund(
            "monthly", name="Refills, by the month", unit=points, kind="postpaid", ceiling=20,
            partner=Partner.objects.get(), price=Decimal("7.50"), currency="EUR", actor=SYSTEM,
        )  # fmt: skip
        funded(bill)
        intake.take([act("visit.checked_in", bo, id="then")], actor=SYSTEM)
    sweeps.run_due(at=clock.now(), names=["fund_bills"])
    intake.take([act("visit.checked_in", bo, id="now", store="harbour")], actor=SYSTEM)


def test_the_points_a_partner_pays_for_hold_wcag_policy_and_width(visit, neighbourhood, paid):
    """E93, UA2, UA4."""
    with visit(neighbourhood["eli"]) as visitor:
        assert faults_of(visitor, PAGE) == []
        said = visitor.page.locator("main").inner_text()
    for words in ("Visits to the harbour", "Refills, by the month", "ceiling is reached", "0.15"):
        assert words in said
