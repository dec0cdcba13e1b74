"""From a reward to the till: what the member shows, what the partner's screen says."""

import pytest
from playwright.sync_api import expect

from loyalty.rewards.models import Coupon, Redemption, Reward
from loyalty.rewards.operations import coupons, redemptions
from loyalty.rewards.operations.sealing import reveal
from members import clock
from members.domain.actors import Actor
from members.models import Member
from members.operations import ledger
from tests.browser.looks import faults_of
from tests.conftest import SYSTEM

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("browser"),
    pytest.mark.usefixtures("from_the_right"),
]


@pytest.fixture
def taken(neighbourhood) -> dict[str, Redemption]:
    """Amara has one redemption of every sort, Eli's shop takes her coffee."""
    amara = Member.objects.get(user=neighbourhood["amara"])
    points = Reward.objects.get(slug="coffee").unit
    ledger.accrue(
        amara,
        unit=points,
        amount=2_000,
        key="browser",
        reason="Orders",
        actor=SYSTEM,
        cause=("test", None),
        at=clock.now(),
    )
    found = {}
    for slug in ("coffee", "cinema", "trees", "preview", "tote"):
        found[slug] = redemptions.redeem(
            amara,
            reward=Reward.objects.get(slug=slug),
            quantity=2 if slug == "cinema" else 1,
            key=slug,
            actor=SYSTEM,
        )
    used = Coupon.objects.filter(redemption=found["cinema"]).earliest("pk")
    coupons.burn(reveal(used), partner_id=None, actor=Actor.system("till"))
    return found


def test_vouchers_hold_wcag_policy_and_width(visit, neighbourhood, taken):
    """UM9, UA2, UA4: every sort of voucher, and the sheet to print."""
    paths = [f"/rewards/vouchers/{redemption.pk}/" for redemption in taken.values()]
    paths += [f"/rewards/vouchers/{taken['cinema'].pk}/print/", "/rewards/", "/rewards/cinema/"]
    with visit(neighbourhood["amara"]) as visitor:
        assert [fault for path in paths for fault in faults_of(visitor, path)] == []


def test_a_coupon_is_checked_and_taken_at_the_till(visit, neighbourhood, taken):
    """UM9, UA2: typed as it is read out; read first, taken then."""
    coupon = Coupon.objects.get(redemption=taken["coffee"])
    partner = coupon.reward.partner
    with visit(neighbourhood["eli"]) as visitor:
        assert faults_of(visitor, f"/partner/{partner.slug}/coupons/") == []
        page = visitor.page
        page.get_by_label("Coupon code").fill(reveal(coupon).lower())
        page.get_by_role("button", name="Check").click()
        page.get_by_role("button", name="Take it now").click()
        expect(page.get_by_text("Taken: Coffee for two.")).to_be_visible()
    coupon.refresh_from_db()
    assert coupon.state == "burnt"


def test_the_sheet_is_printed_dark_on_white(visit, neighbourhood, taken):
    """UM9: also by somebody whose screen is dark."""
    with visit(neighbourhood["amara"], theme="dark") as visitor:
        visitor.go(f"/rewards/vouchers/{taken['coffee'].pk}/print/")
        visitor.page.emulate_media(media="print", color_scheme="dark")
        colour = "getComputedStyle(document.querySelector('.voucher-code')).color"
        assert visitor.page.evaluate(colour) == "rgb(25, 32, 28)"
        assert not visitor.page.locator(".site-head").is_visible()
