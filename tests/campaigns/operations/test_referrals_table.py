"""The table of `docs/algorithms/referrals.md`, day by day."""

from datetime import timedelta

import pytest
from django.conf import settings

from loyalty.campaigns.operations import referral_windows
from members import clock
from tests.campaigns.conftest import act, order, take, work
from tests.campaigns.referring import bring, bring_a_friend, brought, newcomer
from tests.members.operations.test_merges import has
from tests.tables import rows_under

pytestmark = pytest.mark.django_db

PAGE = settings.BASE_DIR / "docs" / "algorithms" / "referrals.md"


def test_day_by_day(points):
    """E60, E61, E63, E28."""
    bring_a_friend()
    ann, ben, start = newcomer("ann"), newcomer("ben"), clock.now()

    def buys(id: str):
        return lambda: take(order(ben, "40.00", id=id))

    def comes_back(id: str):
        return lambda: take(act("order.returned", ben, id=f"r{id}", order_id=id))

    steps = {
        "the friend joins": lambda: bring(ann, ben),
        "buys A": buys("A"),
        "A comes back": comes_back("A"),
        "buys B": buys("B"),
        "buys C": buys("C"),
        "C comes back": comes_back("C"),
        "B comes back": comes_back("B"),
    }
    told = rows_under(PAGE, "What it brings, and when")
    for day, step, *expected in told:
        at = start + timedelta(days=int(day))
        with clock.standing_at(at):
            steps.get(step, lambda: None)()
            referral_windows.window_ends(at - timedelta(days=1), at)
            work()
        seen = [brought(ben).state, str(has(ann, points)), str(has(ben, points))]
        assert seen == expected, (day, step)
    assert len(told) == 10
