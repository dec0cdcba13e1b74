"""The catalogue and the vouchers, as a member meets them."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from loyalty.rewards.models import Redemption, Reward
from members import clock
from members.models import Balance, OpenLot
from members.operations import ledger
from tests.conftest import SYSTEM


def offer(points, slug: str, cost: int, **fields) -> Reward:
    wanted = {"name": slug.title(), "kind": "product", "unit": points, "state": "active"}
    return Reward.objects.create(slug=slug, cost=cost, **wanted | fields)


@pytest.fixture
def bo_in(client, bo, points):
    """Bo, signed in, with 500 points in two lots."""
    for amount, months in ((200, 11), (300, 1)):
        ledger.accrue(
            bo,
            unit=points,
            amount=amount,
            key=f"bo:{amount}",
            reason="Orders",
            actor=SYSTEM,
            cause=("test", None),
            at=clock.now() - timedelta(days=30 * months),
        )
    client.force_login(bo.user)
    return client


def text_of(response) -> str:
    words = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", words)


def held(bo, points) -> int:
    return Balance.objects.get(account=ledger.wallet(bo, points)).amount


def test_affordable_first_then_others_with_the_points_missing(bo_in, points):
    """UM6: stock, limit and validity on the card."""
    offer(points, "dinner", 1500)
    offer(points, "tote", 620, stock=3)
    offer(points, "tea", 80)
    offer(points, "lamp", 500, stock=7, limit_per_member=2, until=clock.now() + timedelta(days=9))
    offer(points, "gone", 10, stock=0)
    offer(points, "hidden", 10, state="draft")
    response = bo_in.get(reverse("rewards:catalogue"))
    assert [each.reward.slug for each in response.context["page"]] == [
        "tea",
        "lamp",
        "gone",
        "tote",
        "dinner",
    ]
    words = text_of(response)
    assert "120 points missing" in words and "1,000 points missing" in words
    assert "7 left 2 for each member until" in words
    assert "None left" in words


def test_one_missing_point_is_one_point(bo_in, points):
    """UM6."""
    offer(points, "tote", 501)
    assert "1 point missing" in text_of(bo_in.get(reverse("rewards:catalogue")))


def test_redeeming_leads_to_the_voucher_and_takes_the_points(bo_in, bo, points):
    """UM7: from the reward's page one press."""
    tea = offer(points, "tea", 80, stock=2)
    page = bo_in.get(reverse("rewards:reward", args=["tea"]))
    key = page.context["form"]["key"].value()
    response = bo_in.post(reverse("rewards:redeem", args=["tea"]), {"key": key})
    redemption = Redemption.objects.get()
    assert (response.status_code, response.url) == (
        302,
        reverse("rewards:voucher", args=[redemption.pk]),
    )
    assert (redemption.member, redemption.reward, redemption.cost) == (bo, tea, 80)
    assert held(bo, points) == 420
    assert f"{redemption.pk:06d}" in bo_in.get(response.url).content.decode()


def test_a_refusal_is_said_on_the_page_with_422_and_changes_nothing(bo_in, bo, points):
    """UA8."""
    offer(points, "dinner", 1500)
    response = bo_in.post(reverse("rewards:redeem", args=["dinner"]), {"key": uuid4()})
    assert response.status_code == 422
    assert "There are not enough points for this." in text_of(response)
    assert (Redemption.objects.count(), held(bo, points)) == (0, 500)


def test_a_form_without_its_key_is_refused(bo_in, bo, points):
    offer(points, "tea", 80)
    response = bo_in.post(reverse("rewards:redeem", args=["tea"]), {"key": "again"})
    assert (response.status_code, Redemption.objects.count()) == (422, 0)


def test_undo_within_ten_minutes_restores_lots_and_their_expiry(bo_in, bo, points):
    """UM8."""
    offer(points, "lamp", 450, stock=1)
    lots = list(OpenLot.objects.order_by("pk").values("entry_id", "remaining", "expires_at"))
    bo_in.post(reverse("rewards:redeem", args=["lamp"]), {"key": uuid4()})
    redemption = Redemption.objects.get()
    voucher = reverse("rewards:voucher", args=[redemption.pk])
    assert "You can undo this until" in text_of(bo_in.get(voucher))
    response = bo_in.post(reverse("rewards:cancel", args=[redemption.pk]))
    assert (response.status_code, response.url) == (302, voucher)
    after = list(OpenLot.objects.order_by("pk").values("entry_id", "remaining", "expires_at"))
    assert after == lots
    assert Reward.objects.get().stock == 1
    assert "You can undo this until" not in text_of(bo_in.get(voucher))


def test_after_ten_minutes_there_is_no_way_back(bo_in, bo, points):
    """UM8."""
    offer(points, "lamp", 450)
    bo_in.post(reverse("rewards:redeem", args=["lamp"]), {"key": uuid4()})
    redemption = Redemption.objects.get()
    past = clock.now() - timedelta(minutes=11)
    Redemption.objects.update(redeemed_at=past, undo_until=past + timedelta(minutes=10))
    assert "You can undo this until" not in text_of(
        bo_in.get(reverse("rewards:voucher", args=[redemption.pk]))
    )
    response = bo_in.post(reverse("rewards:cancel", args=[redemption.pk]))
    assert (response.status_code, held(bo, points)) == (422, 50)
    assert "This can no longer be undone." in text_of(response)


def test_another_members_voucher_is_not_found(bo_in, amara, points):
    offer(points, "tea", 80)
    bo_in.post(reverse("rewards:redeem", args=["tea"]), {"key": uuid4()})
    redemption = Redemption.objects.get()
    other = Client()
    other.force_login(amara.user)
    for name in ("rewards:voucher", "rewards:cancel"):
        address = reverse(name, args=[redemption.pk])
        send = other.post if name == "rewards:cancel" else other.get
        assert send(address).status_code == 404
    assert held(amara, points) == 600


def test_anothers_key_is_not_mine(bo_in, bo, amara, points):
    """The key is told by the browser, so it is kept apart for each member."""
    offer(points, "tea", 80)
    key = uuid4()
    other = Client()
    other.force_login(amara.user)
    for browser in (bo_in, other):
        browser.post(reverse("rewards:redeem", args=["tea"]), {"key": key})
    assert (held(bo, points), held(amara, points)) == (420, 520)


def test_the_catalogue_asks_the_same_number_of_queries_for_1_and_20(
    bo_in, points, django_assert_num_queries
):
    offer(points, "tea", 80)
    bo_in.get(reverse("rewards:catalogue"))
    with django_assert_num_queries(7):
        bo_in.get(reverse("rewards:catalogue"))
    for number in range(20):
        offer(points, f"more-{number}", 50 * number + 5)
    with django_assert_num_queries(7):
        bo_in.get(reverse("rewards:catalogue"))


@pytest.mark.django_db(transaction=True)
def test_the_same_form_sent_twice_at_once_redeems_once(bo, points):
    """UM7: two parallel POSTs with one key make one row."""
    ledger.accrue(
        bo, unit=points, amount=500, key="g", reason="r", actor=SYSTEM, cause=("test", None)
    )
    offer(points, "tea", 80, stock=5)
    key, start = uuid4(), Barrier(2)

    def press() -> str:
        try:
            browser = Client()
            browser.force_login(bo.user)
            start.wait()
            return browser.post(reverse("rewards:redeem", args=["tea"]), {"key": key}).url
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(press), pool.submit(press)
    assert first.result() == second.result()
    assert (Redemption.objects.count(), held(bo, points)) == (1, 420)
