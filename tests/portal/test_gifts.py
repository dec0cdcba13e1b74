"""Giving points on the portal: by code, confirmed, once, undone for ten minutes, telling no names."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from members.models import AuditRow, Balance, Entry, Gift, GiftCode, Member
from members.operations import gifts, ledger
from tests.books import faults
from tests.conftest import SYSTEM
from tests.portal.test_signing_in import PASSWORD, ama, sign_in

__all__ = ["ama"]

GIVE = reverse("points:give")


@pytest.fixture(autouse=True)
def _no_guesses():
    cache.clear()


@pytest.fixture
def amara_in(client, at_noon, amara):
    client.force_login(amara.user)
    return client


@pytest.fixture
def code(bo) -> str:
    """Bo's code, as Bo reads it out."""
    return str(gifts.give_code(bo, actor=SYSTEM))


def form(code: str, amount: int = 250, **more) -> dict:
    return {"code": code, "amount": amount, "message": "For you", "key": str(uuid4())} | more


def sent(unit, code: str, amount: int = 250, **more) -> dict:
    return form(code, amount, unit=unit.pk, **more)


def owned(member: Member, unit) -> int:
    return Balance.objects.get(account=ledger.wallet(member, unit)).amount


def test_a_gift_is_shown_first_given_once_and_keeps_its_lots(amara_in, amara, bo, points, code):
    """UM7, UA7, E10: plain forms; the confirmation changes nothing; pressed twice it gives once."""
    asked = sent(points, code.lower().replace("-", " "))
    page = amara_in.post(GIVE, asked)
    assert page.status_code == 200
    assert bo.public_name in page.content.decode() and "Bo" not in page.content.decode()
    assert (page.context["left"], Gift.objects.count(), owned(bo, points)) == (350, 0, 0)
    answers = [amara_in.post(GIVE, asked | {"sure": "yes"}) for _ in range(2)]
    gift = Gift.objects.get()
    assert {answer["Location"] for answer in answers} == {reverse("points:gift", args=[gift.pk])}
    assert (owned(amara, points), owned(bo, points), gift.message) == (350, 250, "For you")
    ends = {lot.expires_at for lot in bo.accounts.get(unit=points, kind="wallet").open_lots.all()}
    assert len(ends) == 2
    assert faults() == []


def test_change_brings_the_form_back_with_the_input(amara_in, points, code):
    page = amara_in.post(GIVE, sent(points, code) | {"again": "yes"})
    assert (page.status_code, page.context["form"]["amount"].value()) == (200, "250")
    assert Gift.objects.count() == 0


def test_only_a_code_finds_anybody_and_everything_else_gets_one_sentence(
    amara_in, bo, dee, points, code
):
    """No enumeration: a reference, an address, a name and nonsense are answered alike."""
    answers = set()
    for guess in (bo.ref, bo.email[:20], bo.pseudonym, "K7QP-3MXD", dee.ref):
        page = amara_in.post(GIVE, sent(points, guess))
        assert page.status_code == 422
        answers.add(" ".join(page.context["form"].errors["code"]))
        assert bo.public_name not in page.content.decode().replace(guess, "")
    assert answers == {"This code leads to nobody. Ask for it again, letter by letter."}


def test_after_ten_wrong_codes_none_is_read_for_an_hour(amara_in, at_noon, bo, points, code):
    for _ in range(10):
        assert amara_in.post(GIVE, sent(points, "WRONG")).status_code == 422
    page = amara_in.post(GIVE, sent(points, code, sure="yes"))
    assert page.status_code == 429
    assert "Try again in an hour." in page.content.decode()
    assert (Gift.objects.count(), owned(bo, points)) == (0, 0)
    at_noon.shift(timedelta(minutes=61))
    assert amara_in.post(GIVE, sent(points, code, sure="yes")).status_code == 302


@pytest.mark.parametrize(("amount", "field"), [(601, "amount"), (0, "amount"), (-5, "amount")])
def test_what_cannot_be_given_is_said_and_nothing_changes(
    amount, field, amara_in, amara, points, code
):
    """UA8."""
    page = amara_in.post(GIVE, sent(points, code, amount, sure="yes"))
    assert (page.status_code, list(page.context["form"].errors)) == (422, [field])
    assert (owned(amara, points), Gift.objects.count()) == (600, 0)


def test_nobody_gives_to_themselves_nor_status_points(amara_in, amara, bo, units, points, code):
    own = str(gifts.give_code(amara, actor=SYSTEM))
    page = amara_in.post(GIVE, sent(points, own))
    assert page.context["form"].errors["code"] == ["This is your own code."]
    assert amara_in.post(GIVE, sent(units["status"], code)).status_code == 422
    assert Gift.objects.count() == 0


def test_the_giver_undoes_it_for_ten_minutes(amara_in, at_noon, amara, bo, points, code):
    """UM8: lots and their ends are as before; afterwards it is said that it is too late."""
    lots = amara.accounts.get(unit=points, kind="wallet").open_lots.order_by("entry_id")
    before = list(lots.values_list())
    amara_in.post(GIVE, sent(points, code, sure="yes"))
    gift = Gift.objects.get()
    page, undo = (reverse(f"points:{name}", args=[gift.pk]) for name in ("gift", "gift_return"))
    assert undo in amara_in.get(page).content.decode()
    assert amara_in.post(undo)["Location"] == page
    assert list(lots.values_list()) == before
    assert undo not in amara_in.get(page).content.decode()
    assert amara_in.post(undo).status_code == 302
    assert AuditRow.objects.filter(verb="members.gift.taken_back").count() == 1

    amara_in.post(GIVE, sent(points, code, sure="yes"))
    late = reverse("points:gift_return", args=[Gift.objects.latest("pk").pk])
    at_noon.shift(timedelta(minutes=10))
    answer = amara_in.post(late)
    assert (answer.status_code, owned(bo, points)) == (422, 250)
    assert "The ten minutes are over." in answer.content.decode()


def test_a_gift_that_was_used_stays(amara_in, bo, points, code):
    amara_in.post(GIVE, sent(points, code, sure="yes"))
    ledger.redeem(
        bo, unit=points, amount=1, key="r", reason="x", actor=SYSTEM, cause=("test", None)
    )
    answer = amara_in.post(reverse("points:gift_return", args=[Gift.objects.get().pk]))
    assert answer.status_code == 422
    assert "Some of this gift has been used already." in answer.content.decode()
    assert owned(bo, points) == 249


def test_the_receiver_sees_the_gift_but_not_where_its_points_came_from(
    client, amara, bo, dee, points
):
    """Privacy: neither the giver's name nor the reason of the giver's lots."""
    gift = gifts.give(amara, receiver=bo, unit=points, amount=250, key="g", actor=SYSTEM)
    client.force_login(bo.user)
    page, undo = (reverse(f"points:{name}", args=[gift.pk]) for name in ("gift", "gift_return"))
    text = client.get(page).content.decode()
    assert amara.public_name in text and "Amara" not in text and undo not in text
    assert client.post(undo).status_code == 403
    for entry in Entry.objects.filter(cause_kind="gift"):
        text = client.get(reverse("points:line", args=[entry.pk])).content.decode()
        assert "Earlier orders" not in text and "Amara" not in text
    assert (owned(bo, points), Gift.objects.get().state) == (250, "given")
    client.force_login(dee.user)
    assert client.get(page).status_code == 404
    assert client.post(undo).status_code == 404


def test_a_code_is_made_by_asking_and_replaced_at_once(amara_in, amara, bo, points):
    page = reverse("points:gifts")
    assert "Make my code" in amara_in.get(page).content.decode()
    assert not GiftCode.objects.exists()
    amara_in.post(reverse("points:gift_code"))
    first = str(GiftCode.objects.get())
    assert first in amara_in.get(page).content.decode()
    amara_in.post(reverse("points:gift_code"))
    second = str(GiftCode.objects.get())
    assert gifts.bearer_of(first) is None and gifts.bearer_of(second) == amara
    verbs = AuditRow.objects.filter(verb__startswith="members.gift_code").order_by("id")
    assert [row.verb for row in verbs] == ["members.gift_code.made", "members.gift_code.replaced"]


def test_the_list_of_gifts_costs_the_same_however_long_it_is(
    amara_in, amara, bo, points, django_assert_num_queries
):
    page = reverse("points:gifts")
    gifts.give(amara, receiver=bo, unit=points, amount=1, key="0", actor=SYSTEM)
    amara_in.get(page)
    with django_assert_num_queries(QUERIES):
        amara_in.get(page)
    for number in range(1, 15):
        gifts.give(amara, receiver=bo, unit=points, amount=1, key=f"{number}", actor=SYSTEM)
    with django_assert_num_queries(QUERIES):
        assert len(amara_in.get(page).context["page"].object_list) == 15


#: Session, user, seats, member, the code, the count, the gifts.
QUERIES = 7


def test_no_gift_yet_offers_one_action(amara_in):
    """UM23 (empty states)."""
    text = amara_in.get(reverse("points:gifts")).content.decode()
    assert "No gift yet" in text and GIVE in text


def test_a_large_gift_asks_who_gives_it(client, ama, bo, points, code, settings):
    """Attack 6: an open page is not enough; once they have shown that it is them, what they asked for is
    done. Smaller ones, and none at all where it is switched off, ask nothing."""
    sign_in(client, ama.user)
    settings.GIFT_CONFIRMED_FROM = 200
    asked = sent(points, code, 200) | {"sure": "yes"}
    sent_on = client.post(GIVE, asked)
    assert sent_on.url.startswith("/account/reauthenticate/")
    assert not Gift.objects.exists() and owned(bo, points) == 0
    small = client.post(GIVE, sent(points, code, 199) | {"sure": "yes"})
    assert small.url == reverse("points:gift", args=[Gift.objects.get().pk])
    client.post(GIVE, asked)
    client.post(sent_on.url, {"password": PASSWORD})
    assert sorted(Gift.objects.values_list("amount", flat=True)) == [199, 200]
    settings.GIFT_CONFIRMED_FROM = 0
    other = Client()
    sign_in(other, ama.user)
    assert other.post(GIVE, sent(points, code, 201) | {"sure": "yes"}).url.startswith("/points/")
