"""A redemption that a person looks at, as its member meets it."""

import pytest

from loyalty.campaigns.operations import review_rules
from loyalty.rewards.models import Redemption
from tests.conftest import SYSTEM
from tests.rewards.views.test_portal import bo_in, held, offer, text_of

__all__ = ["bo_in"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(bo_in, bo, points) -> Redemption:
    offer(points, "tea", 80)
    rule = review_rules.define(
        "all", name="All", side="spend", window_hours=1, most_times=0, actor=SYSTEM
    )
    review_rules.activate(rule, actor=SYSTEM)
    page = bo_in.get("/rewards/tea/")
    key = page.context["form"]["key"].value()
    bo_in.post("/rewards/tea/redemptions/", {"key": key})
    return Redemption.objects.get()


def test_they_read_that_it_is_looked_at(bo_in, bo, points, waiting):
    """E64: no number is shown, and no time that is over."""
    text = text_of(bo_in.get(f"/rewards/vouchers/{waiting.pk}/"))
    assert "We are looking at this one before it is yours." in text
    assert "Show this number" not in text and "You can undo this until" not in text
    assert "We are looking at it" in text_of(bo_in.get("/rewards/vouchers/"))
    assert held(bo, points) == 420


def test_they_may_change_their_mind(bo_in, bo, points, waiting):
    """E64."""
    bo_in.post(f"/rewards/vouchers/{waiting.pk}/cancellation/")
    assert (Redemption.objects.get().state, held(bo, points)) == ("cancelled", 500)
