"""What each kind of reward gives, for whom, how often; reservations; what ends by itself."""

from datetime import timedelta

import pytest

from events_directory.operations import bookings, micro_events, occurrences, partners, pools
from loyalty.rewards import permissions
from loyalty.rewards.errors import (
    AlreadyUsed,
    BadgeNeeded,
    CouponStillOut,
    IllegalMove,
    LimitReached,
    Misfit,
    NoneLeft,
    NotYet,
    OneAtATime,
    SeatTaken,
    TierNeeded,
)
from loyalty.rewards.models import Coupon, Redemption, Reward
from loyalty.rewards.operations import due, redemptions, rewards
from members import clock
from members.domain.actors import Actor
from members.errors import HoldEnded
from members.models import Access, Hold, Tier
from members.operations import accesses, audit
from recognition.operations import badges
from tests.conftest import SYSTEM
from tests.rewards.conftest import books, codes_of, held, redeem

LONG_AGO = clock.now() - timedelta(days=1)


def later(monkeypatch, **by):
    at = clock.now() + timedelta(**by)
    monkeypatch.setattr(clock, "now", lambda: at)
    return at


@pytest.fixture
def pool(db):
    return pools.establish("trees", name="Town forest", currency="EUR", actor=SYSTEM)


def available(pool) -> int:
    return pool.accounts.get(holds="available").balance


@pytest.fixture
def evening(shop, eli):
    """A date of an event for those who hold the access `bench`."""
    actor = Actor.user(eli)
    venue = partners.add_venue(
        shop, name="Back room", address="Lindenweg 3", zone="Europe/Berlin", actor=actor
    )
    event = micro_events.draft(
        shop,
        title="Mend a lamp",
        venue=venue,
        category="repair",
        neighbourhood="Northgate",
        summary="Bring the lamp.",
        access_name="bench",
        actor=actor,
    )
    date = occurrences.add(
        event,
        local_on=(clock.now() + timedelta(days=7)).date(),
        local_time=clock.now().time().replace(hour=18, minute=0, second=0, microsecond=0),
        capacity=4,
        actor=actor,
    )
    micro_events.submit(event, actor=actor)
    micro_events.publish(event, actor=SYSTEM)
    return date


@pytest.mark.django_db
def test_a_donation_reaches_its_pool_once_it_cannot_be_undone(amara, offer, pool, monkeypatch):
    trees = offer("oak", kind="donation", pool=pool, worth=250, currency="EUR")
    kept, undone = redeem(amara, trees, quantity=2), redeem(amara, trees, key="other")
    redemptions.cancel(undone, actor=SYSTEM)
    assert due.hand_overs(LONG_AGO, clock.now()).done == 0
    assert available(pool) == 0
    until = later(monkeypatch, minutes=10)
    assert (due.hand_overs(LONG_AGO, until).done, due.hand_overs(LONG_AGO, until).done) == (1, 0)
    kept.refresh_from_db()
    assert (kept.state, available(pool)) == ("fulfilled", 500)
    with pytest.raises(AlreadyUsed):
        redemptions.cancel(kept, actor=SYSTEM, at_any_time=True)
    assert books() == []


@pytest.mark.django_db
def test_a_place_at_an_event_opens_the_door_and_undoing_closes_it(amara, offer, evening):
    slot = offer("bench", kind="slot", micro_event=evening.micro_event, good_for_days=14)
    redemption = redeem(amara, slot)
    assert accesses.has_access(amara, name="bench")
    booking = bookings.book(evening, member=amara, key="b", actor=SYSTEM)
    with pytest.raises(SeatTaken):
        redemptions.cancel(redemption, actor=SYSTEM)
    assert accesses.has_access(amara, name="bench")
    bookings.cancel(booking, actor=SYSTEM)
    redemptions.cancel(redemption, actor=SYSTEM)
    assert not accesses.has_access(amara, name="bench")
    assert books() == []


@pytest.mark.django_db
def test_an_access_is_had_once_at_a_time_and_as_long_as_its_voucher(amara, offer):
    early = offer("early", kind="access", access_name="early-sale", good_for_days=3)
    with pytest.raises(OneAtATime):
        redeem(amara, early, quantity=2)
    redemption = redeem(amara, early)
    assert Access.objects.get().until == redemption.expires_at
    assert Access.objects.get().cause == f"redemption:{redemption.pk}"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "discount"},
        {"kind": "discount", "worth": 500},
        {"kind": "donation", "worth": 500, "currency": "EUR"},
        {"kind": "slot"},
        {"kind": "access"},
        {"kind": "coupon"},
        {"kind": "access", "access_name": "x", "codes": "generated"},
        {"kind": "coupon", "codes": "pool", "stock": 5},
        {"since": clock.now(), "until": clock.now() - timedelta(days=1)},
    ],
)
def test_what_does_not_fit_together_is_refused(offer, fields):
    with pytest.raises(Misfit):
        offer("odd", **fields)
    assert not Reward.objects.exists()


@pytest.mark.django_db
def test_a_donation_is_in_the_currency_of_its_pool(offer, pool):
    with pytest.raises(Misfit):
        offer("oak", kind="donation", pool=pool, worth=250, currency="CHF")


@pytest.mark.django_db
def test_the_predicate_and_the_operation_say_the_same_sentence(amara, offer, units):
    """E49: eligibility by tier and badge; page, API and operation share one predicate."""
    gold = Tier.objects.get(slug="gold")
    badge = badges.define("fixer", name="Fixer", criteria="Mend.", actor=SYSTEM)
    badge = badges.activate(badge, actor=SYSTEM)
    closed = {
        offer("ball", tier=gold): TierNeeded,
        offer("tools", badge=badge): BadgeNeeded,
        offer("soon", since=clock.now() + timedelta(days=3)): NotYet,
        offer("gone", stock=0): NoneLeft,
    }
    for reward, refusal in closed.items():
        shown = permissions.can_redeem(amara, Reward.objects.with_terms().get(pk=reward.pk))
        with pytest.raises(refusal) as refused:
            redeem(amara, reward, key=reward.slug)
        assert not shown
        assert [shown.reason] == refused.value.messages
    badges.award(amara, badge=badge, key="a", actor=SYSTEM, reason="Mended.")
    assert redeem(amara, Reward.objects.get(slug="tools")).state == "confirmed"


@pytest.mark.django_db
def test_a_limit_counts_in_its_window(amara, offer, monkeypatch):
    daily = offer("tea", cost=10, limit_per_member=1, limit_window="day")
    redeem(amara, daily)
    with pytest.raises(LimitReached) as refused:
        redeem(amara, daily, key="again")
    assert refused.value.messages == ["Each member can have 1 of these a day."]
    later(monkeypatch, days=1)
    redeem(amara, daily, key="tomorrow")
    assert Redemption.objects.count() == 2


@pytest.mark.django_db
def test_a_reservation_holds_points_stock_and_code_until_it_is_confirmed(amara, points, pool_of):
    ticket = pool_of(["AAAA-1", "BBBB-2"], cost=100)
    reserved = redemptions.reserve(amara, reward=ticket, key="cart", actor=SYSTEM)
    again = redemptions.reserve(amara, reward=ticket, key="cart", actor=SYSTEM)
    assert again == reserved
    assert (reserved.state, held(amara, points), reserved.entry) == ("reserved", 500, None)
    assert Coupon.objects.get(redemption=reserved).state == "held"
    confirmed = redemptions.confirm(reserved, actor=SYSTEM)
    assert redemptions.confirm(reserved, actor=SYSTEM) == confirmed
    assert codes_of(confirmed) == ["AAAA-1"]
    assert Coupon.objects.get(redemption=reserved).state == "assigned"
    redemptions.cancel(confirmed, actor=SYSTEM)
    assert held(amara, points) == 600
    assert books() == []


@pytest.mark.django_db
def test_a_reservation_nobody_confirms_gives_everything_back(amara, points, pool_of, monkeypatch):
    ticket = pool_of(["AAAA-1"], cost=100)
    reserved = redemptions.reserve(
        amara, reward=ticket, key="cart", actor=SYSTEM, lasts=timedelta(minutes=5)
    )
    until = later(monkeypatch, minutes=5)
    with pytest.raises(HoldEnded):
        redemptions.confirm(reserved, actor=SYSTEM)
    assert due.reservations(LONG_AGO, until).done == 1
    assert due.reservations(LONG_AGO, until).done == 0
    reserved.refresh_from_db()
    assert (reserved.state, held(amara, points)) == ("cancelled", 600)
    assert Hold.objects.get().state == "released"
    assert Coupon.objects.get().state == "free"  # nobody has seen it
    assert books() == []


@pytest.mark.django_db
def test_what_has_a_coupon_is_handed_over_by_using_it(amara, offer):
    redemption = redeem(amara, offer("tea", kind="coupon", codes="generated"))
    with pytest.raises(CouponStillOut):
        redemptions.fulfil(redemption, actor=SYSTEM)
    assert Redemption.objects.get().state == "confirmed"


@pytest.mark.django_db
def test_old_vouchers_end_with_and_without_a_coupon(amara, offer, monkeypatch):
    redeem(amara, offer("tea", kind="coupon", codes="generated", good_for_days=1))
    mug = redeem(amara, offer("mug", good_for_days=1), key="mug")
    until = later(monkeypatch, days=3)
    assert (due.endings(LONG_AGO, until).done, due.endings(LONG_AGO, until).done) == (2, 0)
    assert set(Redemption.objects.values_list("state", flat=True)) == {"expired"}
    with pytest.raises(IllegalMove):
        redemptions.fulfil(mug, actor=SYSTEM)
    assert books() == []


@pytest.mark.django_db
def test_staff_hear_of_what_runs_low(offer, pool_of):
    offer("many", stock=50, low_at=5)
    offer("few", stock=4, low_at=5)
    pool_of(["AAAA-1", "BBBB-2"], slug="pooled", low_at=3)
    assert {reward.slug for reward in Reward.objects.running_low()} == {"few", "pooled"}


@pytest.mark.django_db
def test_a_change_is_remembered_with_the_rate(offer, pool):
    oak = offer("oak", kind="donation", pool=pool, worth=250, currency="EUR")
    rewards.change(oak, worth=300, actor=SYSTEM)
    row = audit.AuditRow.objects.get(verb="rewards.reward.changed")
    assert (row.before, row.after) == ({"worth": "250"}, {"worth": "300"})
