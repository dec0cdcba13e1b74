"""Vouchers as their owner sees them, and coupons at a partner's till."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from events_directory.models import Partner
from events_directory.operations import partners
from loyalty.rewards.models import Coupon, CouponBatch, Redemption
from loyalty.rewards.operations import coupons, redemptions
from members.domain.actors import Actor
from members.models import Tier
from tests.conftest import SYSTEM, person
from tests.rewards.conftest import books, codes_of, held, redeem
from tests.rewards.views.test_portal import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def amara_in(client, amara):
    client.force_login(amara.user)
    return client


@pytest.fixture
def eli_in(eli, shop):
    browser = Client()
    browser.force_login(eli)
    return browser


@pytest.fixture
def tea(offer, shop):
    return offer("tea", kind="coupon", codes="generated", partner=shop, good_for_days=30)


def page_of(redemption, name="voucher"):
    return reverse(f"rewards:{name}", args=[redemption.pk])


def test_the_voucher_is_a_picture_and_a_short_code(amara_in, amara, tea):
    """UM9: QR and short code; kept by no cache on the way."""
    redemption = redeem(amara, tea)
    [code] = codes_of(redemption)
    for name in ("voucher", "voucher_print"):
        response = amara_in.get(page_of(redemption, name))
        assert response["Cache-Control"] == "private, no-store"
        assert f"<bdi>{code}</bdi>" in response.content.decode()
        assert response.content.decode().count('src="data:image/svg+xml') == 1


def test_a_used_or_undone_code_is_not_shown_again(amara_in, amara, tea):
    redemption = redeem(amara, tea, quantity=2)
    first, second = codes_of(redemption)
    coupons.burn(first, partner_id=None, actor=SYSTEM)
    page = amara_in.get(page_of(redemption)).content.decode()
    assert (first in page, second in page) == (False, True)
    assert page_of(redemption, "cancel") not in page  # what was used cannot be undone
    other = redeem(amara, tea, key="other")
    [code] = codes_of(other)
    redemptions.cancel(other, actor=SYSTEM)
    assert code not in amara_in.get(page_of(other)).content.decode()


def test_a_code_is_its_owners_alone(amara, bo, fay, tea):
    """Neither another member nor staff see it, in the portal or in the console."""
    redemption = redeem(amara, tea)
    [code] = codes_of(redemption)
    browser = Client()
    browser.force_login(bo.user)
    for name in ("voucher", "voucher_print"):
        assert browser.get(page_of(redemption, name)).status_code == 404
    browser.force_login(fay)
    coupon = Coupon.objects.get()
    for address in (
        reverse("admin:rewards_coupon_changelist"),
        reverse("admin:rewards_coupon_change", args=[coupon.pk]),
        reverse("admin:rewards_redemption_change", args=[redemption.pk]),
        reverse("admin:rewards_reward_changelist"),
    ):
        page = browser.get(address)
        assert page.status_code == 200
        assert code not in page.content.decode()


def test_two_taps_from_home(amara_in, amara, points, offer):
    """UM7: home shows it, its page has the button."""
    offer("tea", cost=80)
    home = amara_in.get("/").content.decode()
    assert f'href="{reverse("rewards:reward", args=["tea"])}"' in home
    page = amara_in.get(reverse("rewards:reward", args=["tea"]))
    key = page.context["form"]["key"].value()
    answers = [
        amara_in.post(reverse("rewards:redeem", args=["tea"]), {"key": key}) for _ in range(2)
    ]
    assert answers[0].url == answers[1].url
    assert (Redemption.objects.count(), held(amara, points)) == (1, 520)


def test_the_card_says_what_stands_in_the_way(amara_in, points, units, offer):
    """UM6: limit, window, tier, worth and validity on the card."""
    offer(
        "ball",
        kind="discount",
        worth=1250,
        currency="EUR",
        cost=10,
        tier=Tier.objects.get(slug="gold"),
        limit_per_member=1,
        limit_window="month",
        good_for_days=14,
    )
    words = text_of(amara_in.get(reverse("rewards:catalogue")))
    assert "worth 12.50 EUR 1 for each member a month from Gold on good for 14 days" in words
    page = amara_in.get(reverse("rewards:reward", args=["ball"]))
    assert "This is for members from Gold on." in text_of(page)
    assert "Redeem for" not in text_of(page)


def test_the_voucher_asks_the_same_number_of_queries_for_1_and_9_pieces(
    amara_in, amara, offer, django_assert_num_queries
):
    tea = offer("tea", cost=10, kind="coupon", codes="generated")
    one, nine = redeem(amara, tea), redeem(amara, tea, key="nine", quantity=9)
    amara_in.get(page_of(one))
    for redemption in (one, nine):
        with django_assert_num_queries(9):
            amara_in.get(page_of(redemption))


def test_a_partner_checks_then_takes(eli_in, amara, tea):
    """The till reads first and takes then; no code is ever in an address."""
    [code] = codes_of(redeem(amara, tea))
    till = reverse("partner_rewards:coupons", args=["elis"])
    seen = eli_in.post(till, {"code": code.lower().replace("-", " ")})
    assert seen.status_code == 200
    assert "Take it now" in text_of(seen)
    assert "Amara" not in text_of(seen)
    assert Coupon.objects.get().state == "assigned"
    taken = eli_in.post(reverse("partner_rewards:uses", args=["elis"]), {"code": code})
    assert (taken.status_code, taken.url) == (302, till)
    after = text_of(eli_in.get(till))
    assert "Taken: Tea." in after
    again = eli_in.post(reverse("partner_rewards:uses", args=["elis"]), {"code": code})
    assert again.status_code == 422
    assert "This coupon was used before." in text_of(again)
    assert books() == []


def test_another_partners_coupon_is_an_unknown_one(amara, tea):
    owner = person("finn@example.test")
    other = partners.register("Finn's", slug="finns", owner=owner, actor=Actor.user(owner))
    partners.verify(other, actor=SYSTEM)
    [code] = codes_of(redeem(amara, tea))
    browser = Client()
    browser.force_login(owner)
    till = reverse("partner_rewards:coupons", args=["finns"])
    pages = [text_of(browser.post(till, {"code": told})) for told in (code, "NOSUCH-CODE-99")]
    assert "There is no such code, or it is not for you to take." in pages[0]
    assert pages[0] == pages[1]
    elsewhere = reverse("partner_rewards:coupons", args=["elis"])
    assert browser.get(elsewhere).status_code == 404


def test_an_unverified_partner_takes_no_coupons(eli_in, shop):
    Partner.objects.update(state="pending", verified_at=None)
    assert eli_in.get(reverse("partner_rewards:coupons", args=["elis"])).status_code == 403
    page = eli_in.get(reverse("partner:listings", args=["elis"]))
    assert reverse("partner_rewards:coupons", args=["elis"]) not in page.content.decode()


def test_staff_import_a_file(client, fay, offer):
    ticket = offer("ticket", kind="coupon", codes="pool", low_at=9)
    client.force_login(fay)
    step = reverse("admin:rewards_reward_import_codes", args=[ticket.pk])
    assert client.get(step).status_code == 200
    faulty = client.post(step, {"file": SimpleUploadedFile("a.csv", b"AAAA-1\nX\n")})
    assert faulty.status_code == 422
    assert "Line 2" in text_of(faulty)
    assert not CouponBatch.objects.exists()
    done = client.post(step, {"file": SimpleUploadedFile("a.csv", b"AAAA-1\nBBBB-2\n")})
    assert done.status_code == 302
    assert (CouponBatch.objects.get().file_name, Coupon.objects.count()) == ("a.csv", 2)
    low = client.get(reverse("admin:rewards_reward_changelist"), {"left": "low"})
    assert "Ticket" in text_of(low)
    binary = client.post(step, {"file": SimpleUploadedFile("b.bin", b"\xff\xfe\x00")})
    assert binary.status_code == 422
