"""Members who bring friends: what comes of it, and what does not."""

from datetime import timedelta

import pytest

from loyalty.campaigns.errors import IllegalReferralMove
from loyalty.campaigns.models import BudgetUse, Effect, LimitUse, Referral, ReferralPurchase
from loyalty.campaigns.operations import referrals
from members import clock
from members.domain.actors import Actor
from members.errors import Frozen, ReasonNeeded, Refused
from members.models import Activity, AuditRow
from members.operations import accounts, households, ledger, members
from tests.books import faults
from tests.campaigns.conftest import act, order, take, work
from tests.campaigns.referring import bring, bring_a_friend, brought, days_later, newcomer
from tests.conftest import SYSTEM, person
from tests.members.operations.test_merges import has

pytestmark = pytest.mark.django_db

BEFORE = "Somebody brought this friend before."


@pytest.fixture
def clerk(db) -> Actor:
    return Actor.user(person("clerk@example.test", is_staff=True))


@pytest.fixture
def ann(units):
    return newcomer("ann")


@pytest.fixture
def ben(units):
    return newcomer("ben")


def test_both_sides_are_paid_once_the_window_is_over(points, ann, ben):
    """E60, E63: signing up pays at once, the first purchase after 14 days, each exactly once."""
    bring_a_friend()
    answer = bring(ann, ben)
    assert (answer["status"], answer["not_earned"]) == ("accepted", [])
    assert (has(ann, points), has(ben, points)) == (10, 5)
    take(order(ben, "40.00"))
    days_later(13.9)
    assert (has(ann, points), has(ben, points)) == (10, 5)
    for _ in range(2):
        days_later(14.1)
    assert (has(ann, points), has(ben, points)) == (113, 55)
    referral = brought(ben)
    assert (referral.state, referral.order.external_id) == ("approved", "o1")
    assert Activity.objects.filter(kind__startswith="referral.").count() == 1 + 2 + 2 + 2
    assert faults() == []


def test_a_purchase_that_came_back_is_passed_over(points, ann, ben):
    """E63: the first was returned in parts, so the second is what counts."""
    bring_a_friend()
    bring(ann, ben)
    take(order(ben, "40.00", "10.00", id="o1"), order(ben, "20.00", id="o2"))
    for line in ("0", "1"):
        back = {"line_id": line, "quantity": 1}
        take(act("order.returned", ben, id=f"r{line}", order_id="o1", lines=[back]))
    days_later(14.1)
    assert brought(ben).order.external_id == "o2"
    states = ReferralPurchase.objects.order_by("activity__external_id")
    assert list(states.values_list("state", flat=True)) == ["passed", "counted"]
    assert (has(ann, points), has(ben, points)) == (113, 55)


def test_every_purchase_pays_and_the_first_pays_once(points, ann, ben):
    """E60: two more purchases bring the advocate 3 each; one of them comes back after it counted."""
    bring_a_friend()
    bring(ann, ben)
    take(*(order(ben, "40.00", id=f"o{number}") for number in range(3)))
    days_later(14.1)
    assert (has(ann, points), has(ben, points)) == (119, 55)
    take(act("order.returned", ben, id="r", order_id="o1"))
    work()
    assert (has(ann, points), has(ben, points)) == (116, 55)
    assert brought(ben).state == "approved"
    assert faults() == []


def test_what_comes_back_after_payment_takes_both_sides_back(points, ann, ben):
    """E28, E63, semantics 8: points, limits and budgets of either side, and once."""
    bring_a_friend()
    bring(ann, ben)
    take(order(ben, "40.00"))
    days_later(14.1)
    assert [use.units for use in BudgetUse.objects.order_by("pk")] == [100, 50, 10, 5, 3]
    for number in range(2):
        take(act("order.returned", ben, id=f"r{number}", order_id="o1"))
        work()
    referral = brought(ben)
    assert (referral.state, referral.cause) == ("void", "returned")
    assert (has(ann, points), has(ben, points)) == (0, 0)
    assert [use.units for use in BudgetUse.objects.order_by("pk")] == [0] * 5
    assert set(LimitUse.objects.values_list("times", "units")) == {(0, 0)}
    assert Effect.objects.filter(kind="reversal").count() == 5
    days_later(30)
    assert (has(ann, points), has(ben, points)) == (0, 0)
    assert faults() == []


def test_a_part_that_comes_back_takes_nothing(points, ann, ben):
    """E63: only the whole purchase."""
    bring_a_friend()
    bring(ann, ben)
    take(order(ben, "40.00", "5.00"))
    days_later(14.1)
    back = [{"line_id": "0", "quantity": 1}]
    take(act("order.returned", ben, id="r", order_id="o1", lines=back))
    work()
    assert (brought(ben).state, has(ann, points)) == ("approved", 113)


def test_what_cannot_be_says_why(points, ann, ben):
    """E62: oneself, and a friend whom somebody brought before; told again, the same answer."""
    bring_a_friend()
    cat, now = newcomer("cat"), clock.now()
    for number, (advocate, friend, why) in enumerate(
        (
            (ann, ann, "Nobody brings themselves."),
            (ann, ben, ""),
            (cat, ben, BEFORE),
            (ann, ben, BEFORE),
        )
    ):
        answer = bring(advocate, friend, id=f"j{number}", at=now)
        said = [{"campaign": "", "why": why}] if why else []
        assert (answer["status"], answer["not_earned"]) == ("accepted", said)
        again = bring(advocate, friend, id=f"j{number}", at=now)
        assert (again["status"], again["not_earned"]) == ("duplicate", said)
    assert Referral.objects.count() == 1


def test_two_in_one_batch_are_seen_by_each_other(ann, ben):
    """E62: the earlier one is the advocate."""
    cat, now = newcomer("cat"), clock.now()
    answers = take(
        act("referral.joined", cat, id="j1", friend="ben", at=now),
        act("referral.joined", ann, id="j2", friend="ben", at=now - timedelta(hours=1)),
    )
    assert [len(answer["not_earned"]) for answer in answers] == [1, 0]
    assert brought(ben).advocate == ann


def test_a_friend_nobody_knows_yet_is_waited_for(points, ann):
    """E62: it counts once they are a member."""
    bring_a_friend()
    answer = bring(ann, "dan")
    assert (answer["status"], answer["reason"]) == ("parked", "The friend is not known yet.")
    days_later(0)
    assert not Referral.objects.exists()
    dan = newcomer("dan")
    days_later(0.1)
    assert (brought(dan).state, has(ann, points), has(dan, points)) == ("pending", 10, 5)


def test_what_a_join_says_about_device_and_address_is_kept_as_hashes(ann, ben):
    bring(ann, ben, device="phone-17", address="Lindenweg 3, Berlin")
    kept = [*Referral.objects.values_list("device", "address")[0]]
    payload = Activity.objects.get(kind="referral.joined").payload
    assert [payload["device"], payload["address"]] == kept
    assert [len(each) for each in kept] == [64, 64]
    assert "phone" not in str(payload) and "inden" not in str(payload)


@pytest.mark.parametrize(
    ("more", "doubts"),
    [
        ({"email": "A.NN+x@googlemail.com"}, ["same_email"]),
        ({"email": "an.n@gmail.com", "device": "phone-17"}, ["same_email", "same_device"]),
        ({"device": "phone-17"}, ["same_device"]),
        ({"address": "LINDENWEG 3 - berlin"}, ["same_address"]),
        ({"address": "Lindenweg 4, Berlin"}, []),
    ],
)
def test_who_looks_like_the_advocate_or_another_friend(points, units, more, doubts):
    """E62: nothing is paid for it, and a person looks."""
    bring_a_friend()
    ann = newcomer("anne", given_name="Ann")
    members.update(ann, email="ann@gmail.com", actor=SYSTEM)
    bring(ann, newcomer("ben"), device="phone-17", address="Lindenweg 3, Berlin")
    cat = newcomer("cat")
    if "email" in more:
        members.update(cat, email=more["email"], actor=SYSTEM)
    bring(ann, cat, **{name: said for name, said in more.items() if name != "email"})
    referral = brought(cat)
    assert (referral.reasons, referral.state) == (doubts, "flagged" if doubts else "pending")
    assert (has(ann, points), has(cat, points)) == ((10, 0) if doubts else (20, 5))


def test_who_is_no_newcomer(ann, ben):
    """E62: an order before, or a member for long."""
    cat = newcomer("cat")
    take(order(ben, "5.00", at=clock.now() - timedelta(hours=1)))
    members.update(cat, joined_on=clock.now().date() - timedelta(days=31), actor=SYSTEM)
    for friend in (ben, cat):
        bring(ann, friend)
        assert brought(friend).reasons == ["existing_customer"]


def test_a_household_brings_itself(ann, ben):
    """E62."""
    households.open(ann, name="Home", actor=SYSTEM)
    households.join(ben, code=households.invite(ann, actor=SYSTEM).code, actor=SYSTEM)
    bring(ann, ben)
    assert brought(ben).reasons == ["same_household"]


@pytest.mark.parametrize("length", [2, 3, 6])
def test_rings_of_any_length(units, length):
    """E62: A brings B brings … brings A; the one who closes it is looked at."""
    people = [newcomer(f"m{number}") for number in range(length)]
    for place, one in enumerate(people):
        bring(one, people[(place + 1) % length])
    states = [brought(one).reasons for one in people]
    assert states == [["ring"]] + [[]] * (length - 1)


def test_too_many_at_once(units, ann):
    """E62: the sixth within thirty days; the policy says how many."""
    for number in range(6):
        bring(ann, newcomer(f"f{number}"))
    found = Referral.objects.order_by("pk").values_list("reasons", flat=True)
    assert list(found) == [[]] * 5 + [["too_many"]]
    referrals.set_terms(most=10, actor=SYSTEM)
    bring(ann, newcomer("f6"))
    assert brought(Referral.objects.latest("pk").friend).reasons == []


def test_thirty_variants_earn_one_reward(points, ann):
    """E62: the referral farm: one mailbox, one device, one address."""
    bring_a_friend()
    for number in range(30):
        friend = newcomer(f"f{number}")
        members.update(friend, email=f"f.ar.m+{number}@gMail.com", actor=SYSTEM)
        bring(ann, friend, device="d", address="a 1")
        take(order(friend, "20.00", id=f"o{number}"))
    days_later(15)
    assert has(ann, points) == 113
    assert Referral.objects.filter(state="flagged").count() == 29


def test_a_person_decides_about_a_doubtful_one(points, ann, ben, clerk):
    """E61: approved, it goes on as if nothing had been doubtful; with its reason in the trail."""
    bring_a_friend()
    bring(ann, ben, device="x")
    cat = newcomer("cat")
    bring(ann, cat, device="x")
    take(order(cat, "40.00"))
    days_later(15)
    assert (has(ann, points), has(cat, points)) == (10, 0)
    with pytest.raises(ReasonNeeded):
        referrals.approve(brought(cat), reason=" ", actor=clerk)
    referrals.approve(brought(cat), reason="Sisters", actor=clerk)
    work()
    assert (has(ann, points), has(cat, points)) == (20, 5)
    days_later(15)
    assert (brought(cat).state, has(ann, points), has(cat, points)) == ("approved", 123, 55)
    with pytest.raises(IllegalReferralMove):
        referrals.approve(brought(cat), reason="Again", actor=clerk)
    row = AuditRow.objects.get(verb="campaigns.referral.pending")
    assert (row.actor_id, row.reason) == (clerk.id, "Sisters")


def test_a_person_voids_at_any_time(points, ann, ben, clerk):
    """E61, E63: nothing pays afterwards, whatever was on its way."""
    bring_a_friend()
    bring(ann, ben)
    take(order(ben, "40.00"))
    referrals.void(brought(ben), reason="A farm", actor=clerk)
    days_later(15)
    assert (has(ann, points), has(ben, points)) == (0, 0)
    with pytest.raises(IllegalReferralMove):
        referrals.void(brought(ben), reason="A farm", actor=clerk)
    assert faults() == []


def test_facts_that_were_not_evaluated_yet_never_are(points, ann, ben, clerk):
    """E63: void comes before the worker does."""
    bring_a_friend()
    take(act("referral.joined", ann, id="j", friend="ben"))
    referrals.void(brought(ben), reason="A farm", actor=clerk)
    work()
    facts = Activity.objects.filter(kind="referral.signed_up")
    assert list(facts.values_list("status", flat=True)) == ["declined"] * 2
    assert not Effect.objects.exists()


@pytest.mark.parametrize("verb", [referrals.approve, referrals.void])
@pytest.mark.parametrize("side", ["advocate", "friend", "household"])
def test_nobody_decides_for_themselves_or_their_household(ann, bo, amara, clerk, verb, side):
    """E61: and nothing has changed."""
    bring(ann, bo, device="x") if side == "friend" else bring(bo, ann, device="x")
    Referral.objects.update(state="flagged")
    user = bo.user
    if side == "household":
        households.open(bo, name="Home", actor=SYSTEM)
        households.join(amara, code=households.invite(bo, actor=SYSTEM).code, actor=SYSTEM)
        user = amara.user
    with pytest.raises(Refused) as refusal:
        verb(Referral.objects.get(), reason="Fine", actor=Actor.user(user))
    expected = "not_for_household" if side == "household" else "no_referral_for_oneself"
    assert (refusal.value.code, Referral.objects.get().state) == (expected, "flagged")


def test_points_that_were_spent_are_owed(points, ann, ben, clerk):
    """E25, E63: the advocate has spent what is taken back."""
    bring_a_friend()
    bring(ann, ben)
    ledger.redeem(
        ann, unit=points, amount=10, key="k", reason="Mug", actor=SYSTEM, cause=("test", None)
    )
    referrals.void(brought(ben), reason="A farm", actor=clerk)
    assert (has(ann, points), has(ann, points, "debt"), has(ben, points)) == (0, -10, 0)
    assert faults() == []


def test_an_order_told_while_the_join_was_noted_is_found(points, ann, ben):
    bring_a_friend()
    bring(ann, ben)
    take(order(ben, "40.00"))
    ReferralPurchase.objects.all().delete()
    days_later(0.01)
    assert ReferralPurchase.objects.get().state == "waiting"


def test_what_costs_nothing_does_not_count(points, ann, ben):
    """E63: an order paid with points, or of nothing, is no purchase."""
    bring_a_friend()
    bring(ann, ben)
    take(order(ben, "40.00", paid_with_points="40.00"))
    days_later(15)
    assert (brought(ben).state, has(ann, points)) == ("pending", 10)


def test_a_frozen_account_is_waited_for(points, ann, ben, clerk):
    """E63: a person is refused and nothing has changed; what came back is looked at again later."""
    bring_a_friend()
    bring(ann, ben)
    take(order(ben, "40.00"))
    days_later(14.1)
    wallet = ledger.wallet(ann, points).pk
    accounts.freeze(wallet, reason="Odd", actor=SYSTEM)
    with pytest.raises(Frozen):
        referrals.void(brought(ben), reason="A farm", actor=clerk)
    take(act("order.returned", ben, id="r", order_id="o1"))
    work()
    assert (brought(ben).state, has(ann, points), has(ben, points)) == ("approved", 113, 55)
    accounts.unfreeze(wallet, reason="Fine", actor=clerk)
    with clock.standing_at(clock.now() + timedelta(hours=2)):
        work()
    assert (brought(ben).state, has(ann, points), has(ben, points)) == ("void", 0, 0)
    assert faults() == []


def test_friends_nobody_ever_knows_stand_in_nobodys_way(ann):
    """E62: however many references lead nowhere."""
    take(*(act("referral.joined", ann, id=f"j{n}", friend=f"nobody{n}") for n in range(20)))
    bring(ann, "dan")
    dan = newcomer("dan")
    days_later(0.1)
    assert brought(dan).advocate == ann
