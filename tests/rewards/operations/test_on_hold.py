"""While an organisation is suspended, what it takes is not on offer, and vouchers wait (ADR 44)."""

import pytest
from django.urls import reverse

from events_directory.models import MicroEvent
from events_directory.operations import partners
from loyalty.rewards.errors import NotOnOffer
from loyalty.rewards.models import Redemption, Reward
from loyalty.rewards.operations import presents, rewards
from members import clock
from tests.conftest import SYSTEM
from tests.events_directory.conftest import drafted, occurrence, venue  # noqa: F401 fixtures
from tests.rewards.conftest import books, held, redeem

PAUSED = "The shop that takes this is paused just now."
pytestmark = pytest.mark.django_db


@pytest.fixture
def suspended(shop):
    return lambda: partners.suspend(shop, reason="Complaints", actor=SYSTEM)


def on_offer() -> set[str]:
    return set(Reward.objects.on_offer(clock.now()).values_list("slug", flat=True))


def test_coupons_and_places_leave_the_catalogue_and_come_back(
    amara,
    points,
    offer,
    shop,
    suspended,
    occurrence,  # noqa: F811 the fixture
):
    """ADR 44: nobody pays for what cannot be used; what others take stays on offer."""
    offer("tea")
    offer("ticket", kind="coupon", codes="generated", partner=shop)
    MicroEvent.objects.update(access_name="bench")
    occurrence.micro_event.refresh_from_db()
    offer("seat", kind="slot", micro_event=occurrence.micro_event, stock=3)
    assert on_offer() == {"tea", "ticket", "seat"}
    before = held(amara, points)
    suspended()
    assert on_offer() == {"tea"}
    for slug in ("ticket", "seat"):
        with pytest.raises(NotOnOffer):
            redeem(amara, Reward.objects.get(slug=slug), key=slug)
        assert not presents.is_on_offer(Reward.objects.with_terms().get(slug=slug), clock.now())
    assert (held(amara, points), Redemption.objects.count(), books()) == (before, 0, [])
    partners.verify(shop, actor=SYSTEM)
    assert on_offer() == {"tea", "ticket", "seat"}
    redeem(amara, Reward.objects.get(slug="ticket"))


def test_a_voucher_says_that_it_waits(client, amara, offer, shop, suspended):
    """ADR 44."""
    taken = redeem(amara, offer("ticket", kind="coupon", codes="generated", partner=shop))
    client.force_login(amara.user)
    page = reverse("rewards:voucher", args=[taken.pk])
    assert PAUSED not in client.get(page).content.decode()
    suspended()
    assert PAUSED in client.get(page).content.decode()
    rewards.change(taken.reward, partner=None, actor=SYSTEM)
    assert PAUSED not in client.get(page).content.decode()
