"""Purchases that name no member: matched by keys, now or later."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from loyalty.campaigns.domain.told import Told
from loyalty.campaigns.operations import intake, standard
from members import clock
from members.domain.keys import CARD, EMAIL, PHONE
from members.models import Activity, ActivityKey, Balance, Job, Member
from members.operations import keys, ledger, members, programme
from tests.books import faults
from tests.campaigns.conftest import act, order, points_of, take, work
from tests.campaigns.operations.test_any_order import BOOKS, NOW, histories
from tests.conftest import SYSTEM
from tests.together import together


@pytest.fixture
def campaigns(units):
    """One point for each whole 1.00, and nothing else."""
    [base] = [one for one in standard.STANDARD if one["slug"] == "base"]
    return standard.publish(base, actor=SYSTEM)


def keyless(*amounts: str, id: str = "o1", at=None, **customer) -> Told:
    return order("", *amounts, id=id, at=at, customer=customer)


def returned(id: str, of: str = "o1", member: str = "", **customer) -> Told:
    payload = {"order_id": of} | ({"customer": customer} if customer else {})
    return Told("shop", id, "order.returned", member, clock.now(), payload)


def has(member, unit) -> int:
    return Balance.objects.get(account=ledger.wallet(member, unit)).amount


@pytest.mark.django_db
def test_a_purchase_is_matched_by_the_first_key_that_is_known(campaigns, points, bo):
    """E89: at once; and what it said of the customer is not kept."""
    keys.give(bo, keys={PHONE: ["030 123456"]}, actor=SYSTEM)
    told = keyless("20.00", phone="+49 30 123456", email="some@example.test", name="Bo Bell")
    [answer] = take(told)
    assert points_of(answer) == [("base", 20, "active")]
    row = Activity.objects.get(external_id="o1")
    assert (row.member, row.subject, row.status_reason) == (bo, "", "")
    assert set(row.payload) == {"order_id", "currency", "lines"}
    assert not ActivityKey.objects.exists()
    assert take(told) == [answer | {"status": "duplicate"}]


@pytest.mark.django_db
def test_a_clash_of_keys_is_decided_by_their_order_and_noted(campaigns, points, bo, dee):
    """E89, semantics 25."""
    keys.give(bo, keys={EMAIL: ["us@example.test"]}, actor=SYSTEM)
    keys.give(dee, keys={CARD: ["4711"]}, actor=SYSTEM)
    take(keyless("20.00", card_token="4711", email="us@example.test"))
    row = Activity.objects.get(external_id="o1")
    assert row.member == dee
    assert row.status_reason == "Its keys belong to different members; the card decided."


@pytest.mark.django_db
def test_the_programme_chooses_the_order(campaigns, points, bo, dee, settings):
    settings.CUSTOMER_KEY_ORDER = ["email", "phone", "card"]
    keys.give(bo, keys={EMAIL: ["us@example.test"]}, actor=SYSTEM)
    keys.give(dee, keys={CARD: ["4711"]}, actor=SYSTEM)
    take(keyless("20.00", card_token="4711", email="us@example.test"))
    assert Activity.objects.get(external_id="o1").member == bo


@pytest.mark.django_db
def test_a_named_member_is_who_it_is(campaigns, points, bo, dee):
    """E89, semantics 25: another e-mail in the order re-assigns nothing and is no fault."""
    keys.give(dee, keys={EMAIL: ["dee@example.test"]}, actor=SYSTEM)
    [answer] = take(order(bo, "20.00", customer={"email": "dee@example.test", "phone": "?"}))
    assert (answer["status"], has(bo, points), has(dee, points)) == ("accepted", 20, 0)
    take(order("nobody", "20.00", id="o2", customer={"email": "dee@example.test"}))
    assert Activity.objects.get(external_id="o2").status == "parked"


@pytest.mark.django_db
def test_who_names_nobody_is_told_so(campaigns):
    """E89: nothing is stored that could never be matched."""
    for told in (order("", "20.00"), keyless("20.00"), keyless("20.00", phone="none", email="x")):
        [answer] = take(told)
        assert answer["status"] == "rejected"
        assert [fault["code"] for fault in answer["errors"]] == ["nobody"]
    assert Activity.objects.count() == 0


@pytest.mark.django_db
def test_what_is_no_object_is_kept_no_more_than_one_that_is(campaigns, bo):
    """E89: a kind whose schema lets anything pass stores nothing personal either."""
    take(act("app.opened", bo, id="x", customer=["bo@example.test"], screen="home"))
    assert Activity.objects.get(external_id="x").payload == {"screen": "home"}


def test_it_waits_for_its_key_and_counts_from_when_it_happened(campaigns, points, bo):
    """E89: parked, claimed when the member gets the key, once."""
    told = keyless("20.00", at=clock.now() - timedelta(days=40), card_token="4711")
    first = take(told)
    assert [answer["status"] for answer in first] == ["parked"]
    assert take(told) == first
    keys.give(bo, keys={CARD: ["4711"]}, actor=SYSTEM)
    work()
    assert has(bo, points) == 20
    assert not ActivityKey.objects.exists()
    keys.give(bo, keys={CARD: []}, actor=SYSTEM)
    keys.give(bo, keys={CARD: ["4711"]}, actor=SYSTEM)
    work()
    assert has(bo, points) == 20
    [again] = take(told)
    assert (again["status"], points_of(again)) == ("duplicate", [("base", 20, "active")])
    assert faults() == []


@pytest.mark.django_db
def test_other_content_is_not_a_retry(campaigns):
    """E89, semantics 16: the key is part of what was said."""
    take(keyless("20.00", card_token="4711"))
    [answer] = take(keyless("20.00", card_token="4712"))
    assert (answer["status"], answer["errors"][0]["code"]) == ("quarantined", "said_differently")


@pytest.mark.django_db
def test_what_was_told_is_known_after_a_change_of_the_secret(campaigns, points, bo, settings):
    """E89: a retry is a retry, and the key that it waits for is found."""
    told = keyless("20.00", card_token="4711")
    [first] = take(told)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "n" * 60
    assert take(told) == [first]
    keys.give(bo, keys={CARD: ["4711"]}, actor=SYSTEM)
    work()
    assert has(bo, points) == 20


@pytest.mark.django_db
def test_a_key_that_comes_first_and_is_somebody_elses_keeps_it(campaigns, points, bo, dee):
    """E89: what somebody else's card bought is not claimed by an e-mail address."""
    keys.give(bo, keys={CARD: ["4711"]}, actor=SYSTEM)
    Member.objects.filter(pk=bo.pk).update(erased_at=clock.now())
    take(keyless("20.00", card_token="4711", email="us@example.test"))
    Member.objects.filter(pk=bo.pk).update(erased_at=None)
    keys.give(dee, keys={EMAIL: ["us@example.test"]}, actor=SYSTEM)
    assert Activity.objects.get(external_id="o1").member is None


@pytest.mark.django_db
@pytest.mark.parametrize("first", ["order", "return", "key"])
def test_what_came_back_is_taken_back_whenever_it_is_told(campaigns, points, bo, first):
    """E89, E31: keyless orders and returns, in whatever order with the key."""
    steps = {
        "order": lambda: take(keyless("20.00", card_token="4711")),
        "return": lambda: take(returned("r1", card_token="4711")),
        "key": lambda: keys.give(bo, keys={CARD: ["4711"]}, actor=SYSTEM),
    }
    for name in [first, *(name for name in steps if name != first)]:
        steps[name]()
        work()
    assert has(bo, points) == 0
    assert Activity.objects.filter(status="accepted", kind="order.returned").count() == 1
    assert faults() == []


@pytest.mark.django_db
def test_a_return_may_name_the_member_or_the_key(campaigns, points, bo):
    """E89: a keyless order returned by its member; a member's order returned by a key."""
    take(keyless("20.00", card_token="4711"), returned("r1", member="bo"))
    take(order(bo, "30.00", id="o2"), returned("r2", of="o2", card_token="4711"))
    assert has(bo, points) == 30
    keys.give(bo, keys={CARD: ["4711"]}, actor=SYSTEM)
    work()
    assert has(bo, points) == 0
    assert faults() == []


@pytest.mark.django_db
def test_a_return_between_claim_and_evaluation_waits(campaigns, points, bo):
    """E89: the order is the member's, but has brought nothing yet that could be taken back."""
    take(keyless("20.00", card_token="4711"))
    keys.give(bo, keys={CARD: ["4711"]}, actor=SYSTEM)
    [answer] = take(returned("r1", member="bo"))
    assert answer["status"] == "parked"
    work()
    assert has(bo, points) == 0


@pytest.mark.django_db
def test_a_return_of_no_such_line_is_set_aside_when_claimed(campaigns, bo):
    take(order(bo, "20.00"))
    lines = [{"line_id": "9", "quantity": 1}]
    payload = {"order_id": "o1", "lines": lines, "customer": {"card_token": "4711"}}
    take(Told("shop", "r1", "order.returned", "", clock.now(), payload))
    keys.give(bo, keys={CARD: ["4711"]}, actor=SYSTEM)
    work()
    assert Activity.objects.get(external_id="r1").status == "quarantined"


@pytest.mark.django_db(transaction=True)
def test_a_purchase_and_its_key_at_one_moment_find_each_other(campaigns, points, bo):
    """E89: whichever comes first, the purchase counts once."""
    for number in range(8):
        told = keyless("10.00", id=f"o{number}", card_token=f"c{number}")
        cards = [f"c{each}" for each in range(number + 1)]
        said = together(
            lambda told=told: take(told),
            lambda cards=cards: keys.give(bo, keys={CARD: cards}, actor=SYSTEM),
        )
        assert said == ["done", "done"]
    work()
    assert not Activity.objects.filter(status="parked").exists()
    assert not Job.objects.filter(state="dead").exists()
    assert has(bo, points) == 80


class KeylessInAnyOrder(TestCase):
    """The same books, whether the member was known from the start or only at the end."""

    @classmethod
    def setUpTestData(cls) -> None:
        programme.install(actor=SYSTEM)
        wanted = [one for one in standard.STANDARD if one["slug"] == "base"]
        standard.publish(wanted[0], actor=SYSTEM)
        with clock.standing_at(NOW - timedelta(days=400)):
            members.enrol("ann", actor=SYSTEM)

    @settings(
        max_examples=15,
        deadline=None,
        phases=[Phase.explicit, Phase.reuse, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(histories(), st.randoms(use_true_random=False))
    def test_late_matching_ends_in_the_same_books(self, told, chance):
        """E89, I2: some told by key, in any order, the key given at any moment."""
        by_key = [self._without_member(one) if chance.random() < 0.7 else one for one in told]
        chance.shuffle(by_key)
        moment = chance.randrange(len(by_key) + 1)
        with clock.standing_at(NOW):
            assert self._books(by_key, moment) == self._books(told, 0)

    @staticmethod
    def _without_member(one: Told) -> Told:
        payload = {**one.payload, "customer": {"card_token": "4711"}}
        return Told(one.source, one.external_id, one.kind, "", one.occurred_at, payload)

    @staticmethod
    def _books(told: list[Told], moment: int) -> list[tuple]:
        """What the books say when the key is given before the told number `moment`; undone again."""
        with transaction.atomic():
            ann = Member.objects.get(ref="ann")
            for place in range(len(told) + 1):
                if place == moment:
                    keys.give(ann, keys={CARD: ["4711"]}, actor=SYSTEM)
                if place < len(told):
                    intake.take([told[place]], actor=SYSTEM)
            for job in Job.objects.filter(kind="activity.evaluate", state="ready"):
                intake.evaluate_recorded(
                    job.arguments["activities"],
                    actor=SYSTEM,
                    claimed=job.arguments.get("claimed", False),
                )
            assert faults() == []
            with connection.cursor() as cursor:
                cursor.execute(BOOKS)
                found = cursor.fetchall()
            transaction.set_rollback(True)
        return found
