"""Nobody decides by hand for their own household, nor for people who left it lately."""

from datetime import timedelta

import pytest
from django.db import connection

from loyalty.rewards.operations import redemptions, rewards
from loyalty.rewards.permissions import can_cancel
from members import clock
from members.domain.actors import Actor
from members.errors import NotForHousehold, NotForOneself
from members.models import (
    Adjustment,
    AuditRow,
    Balance,
    Entry,
    HouseholdSeat,
    Member,
    Tier,
    TierPeriod,
)
from members.operations import (
    accounts,
    adjustments,
    corrections,
    debts,
    gifts,
    households,
    ledger,
    lifts,
    lots,
    members,
    merges,
)
from members.operations.checks import CHECKS
from members.permissions import (
    can_adjust,
    can_close_household,
    can_decide,
    can_end_lift,
    can_give_tier,
    can_take_back,
    can_unfreeze,
)
from tests.books import faults
from tests.conftest import SYSTEM, member_of, person

pytestmark = pytest.mark.django_db

SENTENCE = "Nobody adjusts points or tiers of their own household."


@pytest.fixture
def hal(units):
    """Staff with every permission, in one household with Amara."""
    return person("hal@example.test", is_staff=True, is_superuser=True)


@pytest.fixture
def home(amara, hal):
    household = households.open(amara, name="Lindenweg 3", actor=SYSTEM)
    code = households.invite(amara, actor=SYSTEM).code
    households.join(member_of(hal, "hal"), code=code, actor=SYSTEM)
    return household


@pytest.fixture
def owing(amara, points):
    """Amara owes 100 points."""
    entry = Entry.objects.get(key="amara:100")
    ledger.redeem(
        amara, unit=points, amount=600, key="r", reason="x", actor=SYSTEM, cause=("test", 1)
    )
    corrections.reverse(entry, key="back", reason="It came back", actor=SYSTEM)
    return amara


def written() -> tuple[int, int, int]:
    return Entry.objects.count(), Adjustment.objects.count(), AuditRow.objects.count()


def test_no_adjustment_for_ones_own_household(amara, hal, fay, points, home):
    """E65, US4: neither as the maker nor as the second person; refused, and nothing changes."""
    proposed = adjustments.make(amara, unit=points, amount=5000, reason="x", by=fay, key="k")
    said = written()
    for act in (
        lambda: adjustments.make(amara, unit=points, amount=5, reason="x", by=hal, key="h"),
        lambda: adjustments.foresee(amara, unit=points, amount=5, reason="x", by=hal),
        lambda: adjustments.approve(proposed, by=hal),
        lambda: adjustments.decline(proposed, by=hal, reason="x"),
    ):
        with pytest.raises(NotForHousehold):
            act()
    for verdict in (can_adjust(hal, amara), can_decide(hal, proposed)):
        assert (verdict.allowed, verdict.reason) == (False, SENTENCE)
    assert written() == said
    assert can_adjust(fay, amara) and faults() == []


def test_no_debt_is_forgiven_to_ones_own_household(owing, hal, points, home):
    """E65."""
    said = written()
    with pytest.raises(NotForHousehold):
        debts.forgive(owing, unit=points, amount=5, key="f", reason="x", by=hal)
    assert written() == said
    assert Balance.objects.get(account=ledger.wallet(owing, points, "debt")).amount == -100


def test_no_gift_to_or_from_ones_own_household_is_taken_back(amara, bo, dee, hal, points, home):
    """E65: the giver may still undo their own for ten minutes."""
    given = gifts.give(amara, receiver=bo, unit=points, amount=50, key="a", actor=SYSTEM)
    got = gifts.give(bo, receiver=amara, unit=points, amount=10, key="b", actor=SYSTEM)
    own = gifts.give(amara, receiver=hal.member, unit=points, amount=10, key="c", actor=SYSTEM)
    said = written()
    for gift in (given, got, own):
        with pytest.raises(NotForHousehold):
            gifts.take_back(gift, actor=Actor.user(hal), reason="x")
        assert not can_take_back(hal, gift)
    with pytest.raises(NotForOneself):
        gifts.take_back(got, actor=Actor.user(bo.user), reason="x")
    assert written() == said
    gifts.undo(own, by=amara, actor=Actor.user(amara.user))
    assert faults() == []


def test_no_tier_for_ones_own_household(amara, hal, fay, home):
    """E65, E54: neither given nor ended."""
    gold, until = Tier.objects.get(slug="gold"), clock.now().date() + timedelta(days=30)
    lift = lifts.give_tier(amara, tier=gold, until=until, reason="x", actor=Actor.user(fay))
    said = written()
    silver = Tier.objects.get(slug="silver")
    with pytest.raises(NotForHousehold):
        lifts.give_tier(amara, tier=silver, until=until, reason="x", actor=Actor.user(hal))
    with pytest.raises(NotForHousehold):
        lifts.end_lift(lift, reason="x", actor=Actor.user(hal))
    for verdict in (can_give_tier(hal, amara), can_end_lift(hal, lift)):
        assert (verdict.allowed, verdict.reason) == (False, SENTENCE)
    assert written() == said


def test_no_account_of_ones_own_household_is_unfrozen(amara, hal, points, home):
    """E65, P16: neither a wallet nor the purse."""
    for account in (ledger.wallet(amara, points), accounts.purse(home, points)):
        accounts.freeze(account.pk, reason="Looked odd", actor=SYSTEM)
        balance = Balance.objects.get(pk=account.pk)
        said = written()
        with pytest.raises(NotForHousehold):
            accounts.unfreeze(account.pk, reason="It is fine", actor=Actor.user(hal))
        verdict = can_unfreeze(hal, balance)
        assert (verdict.allowed, verdict.reason) == (False, SENTENCE)
        assert (written(), Balance.objects.get(pk=account.pk).is_frozen) == (said, True)


def test_no_lot_of_ones_own_household_lives_longer_by_hand(amara, hal, points, home):
    """E65, E19."""
    said = written()
    with pytest.raises(NotForHousehold):
        lots.extend_by_hand(
            amara, unit=points, until=clock.now(), reason="x", actor=Actor.user(hal)
        )
    with pytest.raises(NotForHousehold):
        lots.reinstate(amara, unit=points, reason="x", actor=Actor.user(hal))
    assert written() == said


def test_no_redemption_of_ones_own_household_is_cancelled_by_staff(amara, hal, fay, points, home):
    """E65: the points would come back after the ten minutes."""
    mug = rewards.offer("mug", unit=points, actor=SYSTEM, name="Mug", kind="product", cost=10)
    redemption = redemptions.redeem(amara, reward=mug, key="mug", actor=SYSTEM)
    said = written()
    with pytest.raises(NotForHousehold):
        redemptions.cancel(redemption, actor=Actor.user(hal), at_any_time=True)
    verdict = can_cancel(hal, redemption)
    assert (verdict.allowed, verdict.reason) == (False, SENTENCE)
    assert written() == said
    assert can_cancel(fay, redemption) and can_cancel(amara.user, redemption)


def test_nobody_closes_their_own_household_as_staff(amara, hal, fay, points, home):
    """E65: as its head they may, at the portal."""
    said = written()
    with pytest.raises(NotForHousehold):
        households.close(home, reason="x", actor=Actor.user(hal))
    assert written() == said and not can_close_household(hal, home)
    assert can_close_household(fay, home)


def test_who_left_lately_is_still_of_the_household(at_noon, amara, hal, points, home):
    """E65: for thirty days, whoever of the two left; closing it makes no stranger either."""
    households.leave(hal.member, actor=SYSTEM)
    at_noon.shift(timedelta(days=30) - timedelta(seconds=1))
    assert can_adjust(hal, amara).reason == SENTENCE
    at_noon.shift(timedelta(seconds=1))
    assert can_adjust(hal, amara)
    households.leave(amara, actor=SYSTEM)
    assert not HouseholdSeat.objects.now().exists()
    adjustments.make(amara, unit=points, amount=5, reason="x", by=hal, key="h")
    assert faults() == []


def test_the_books_name_an_adjustment_within_a_household(amara, hal, points, at_noon):
    """I18: made at the table, past the operations."""
    home = households.open(amara, name="Home", actor=SYSTEM)
    own = member_of(hal, "hal")
    seat = HouseholdSeat.objects.create(household=home, member=own, joined_at=clock.now())
    at_noon.shift(timedelta(hours=1))
    row = Adjustment.objects.create(
        member=amara, unit=points, amount=5, reason="x", key="x", state="proposed",
        made_by=hal, made_at=clock.now(),
    )  # fmt: skip
    [check] = [check for check in CHECKS if check.code == "I18"]

    def named() -> list:
        with connection.cursor() as cursor:
            cursor.execute(check.sql)
            return cursor.fetchall()

    assert [found[0] for found in named()] == [row.pk]
    HouseholdSeat.objects.filter(pk=seat.pk).update(joined_at=clock.now())
    assert named() == []


def test_asking_who_is_near_costs_one_query(amara, hal, home, django_assert_num_queries):
    with django_assert_num_queries(1):
        can_adjust(hal, amara)


def test_a_membership_that_was_merged_into_ones_own_is_ones_own(hal, fay, units, points):
    """E65, E68: what is given to the old reference would be theirs, on whatever way."""
    own, old = member_of(hal, "hal"), members.enrol("old", actor=SYSTEM)
    proposed = adjustments.make(
        old, unit=points, amount=points.adjust_limit + 1, reason="x", by=fay, key="p"
    )
    merges.merge(old, own, reason="The same person", key="m", by=fay)
    old.refresh_from_db()
    said = written()
    for attempt in (
        lambda: adjustments.make(old, unit=points, amount=5, reason="x", by=hal, key="h"),
        lambda: adjustments.approve(proposed, by=hal),
        lambda: debts.forgive(old, unit=points, amount=5, key="f", reason="x", by=hal),
        lambda: lots.reinstate(old, unit=points, reason="x", actor=Actor.user(hal)),
    ):
        with pytest.raises(NotForOneself):
            attempt()
    assert not can_adjust(hal, old) and written() == said


def test_a_household_that_was_left_by_merging_is_still_near(amara, bo, hal, fay, points, home):
    """E65, E68: whoever was in one household with her under the reference before."""
    merges.merge(amara, bo, reason="The same person", key="m", by=fay, keeps="target")
    said = written()
    for who in (Member.objects.get(pk=amara.pk), bo):
        with pytest.raises(NotForHousehold):
            adjustments.make(who, unit=points, amount=5, reason="x", by=hal, key="h")
    assert written() == said


def test_status_points_for_an_old_reference_lift_whoever_has_it(amara, bo, fay, units):
    """E50, E68: the tier is the other's, and nobody stands on a ladder twice."""
    old = members.enrol("old", actor=SYSTEM)
    merges.merge(old, bo, reason="The same person", key="m", by=fay)
    old.refresh_from_db()
    adjustments.make(old, unit=units["status"], amount=150, reason="x", by=fay, key="s")
    held = TierPeriod.objects.filter(ends_at=None, member__in=[old, bo])
    assert list(held.values_list("member__ref", "tier__slug")) == [("bo", "silver")]
