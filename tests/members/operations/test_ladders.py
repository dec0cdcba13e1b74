"""Tiers as they are stored: several ladders, spending, returns, tiers by hand, changed ladders."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction

from members import clock
from members.domain.actors import Actor
from members.errors import DayPassed, LowestTier, NoTierForOneself, OverAlready, TierGiven
from members.models import AuditRow, Job, LadderVersion, Tier, TierGroup, TierLift, TierPeriod, Unit
from members.operations import corrections, due, jobs, ledger, lifts, programme, tiers
from tests.conftest import SYSTEM

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


def give(member, unit, amount, at, key):
    return ledger.accrue(
        member,
        unit=unit,
        amount=amount,
        key=key,
        reason="Orders",
        actor=SYSTEM,
        cause=("test", None),
        at=at,
    )


def held(member, group="status"):
    return TierPeriod.objects.get(member=member, group__slug=group, ends_at=None)


@pytest.fixture
def green(units) -> Unit:
    """Green points can be spent, and count towards a ladder of their own by calendar year."""
    unit = programme.add_unit(
        "green", name="Green points", purpose=Unit.Purpose.SPENDABLE, actor=SYSTEM
    )
    group = programme.add_group(
        "green", name="Garden", unit=unit, actor=SYSTEM, window="calendar", grace_days=14
    )
    for slug, threshold in (("seed", 0), ("sprout", 10), ("tree", 50)):
        programme.add_tier(group, slug=slug, name=slug, threshold=threshold, actor=SYSTEM)
    Job.objects.all().delete()
    return unit


def test_a_member_stands_on_several_ladders_at_once(units, green, bo):
    """E54: one by status points over 12 months, another by green points in the calendar year."""
    give(bo, units["status"], 160, NOON, "s")
    give(bo, green, 55, NOON, "g")
    assert tiers.settle([bo], actor=SYSTEM, at=NOON) == 2
    assert (held(bo).tier.slug, held(bo, "green").tier.slug) == ("silver", "tree")
    assert held(bo, "green").review_at == datetime(
        2026, 12, 31, 23, tzinfo=UTC
    )  # Berlin's midnight
    assert tiers.settle([bo], actor=SYSTEM, at=NOON) == 0


def test_settling_asks_as_often_for_many_members_and_ladders(
    units, green, bo, amara, dee, django_assert_num_queries
):
    """E54: the transaction's two, ladders two, events, lifts, and rows read, deleted and written; the facts
    and the job that rules hear of it by, in a transaction of their own."""
    for number, member in enumerate((bo, amara, dee)):
        give(member, units["status"], 160, NOON, f"s{number}")
        give(member, green, 55, NOON, f"g{number}")
    for members in ([bo], [amara, dee]):
        with django_assert_num_queries(13):
            assert tiers.settle(members, actor=SYSTEM, at=NOON) == 2 * len(members)


def test_spending_never_lowers_status(green, bo):
    """E49: green points are spent, and given back; the tree stays, and nothing counts twice."""
    give(bo, green, 50, NOON - timedelta(days=1), "g")
    with clock.standing_at(NOON):
        spent = ledger.redeem(
            bo, unit=green, amount=45, key="r", reason="A mug", actor=SYSTEM, cause=("test", None)
        )
        tiers.settle([bo], actor=SYSTEM)
        assert held(bo, "green").tier.slug == "tree"
        corrections.restore(spent, key="back", reason="Undone", actor=SYSTEM)
        tiers.settle([bo], actor=SYSTEM)
    [ladder] = [each for each in tiers.ladders() if each.group.slug == "green"]
    standing = tiers.standings([ladder], [bo])[ladder.group.pk][bo.pk]
    assert standing.status(ladder, NOON).at(NOON) == 50


@pytest.mark.parametrize(("days", "tier"), [(30, "bronze"), (31, "silver")])
def test_a_return_takes_an_upgrade_back_for_thirty_days(units, bo, days, tier):
    """Semantic 17: inside 30 days at once, later at the review; either way in any order of arrival."""
    earned = give(bo, units["status"], 160, NOON, "s")
    with clock.standing_at(NOON + timedelta(days=days)):
        corrections.reverse(earned, key="back", reason="Returned", actor=SYSTEM)
        tiers.settle([bo], actor=SYSTEM)
        assert held(bo).tier.slug == tier
    review = datetime(2027, 6, 15, 22, tzinfo=UTC)
    with clock.standing_at(review):
        due.tier_reviews(review, review)
        assert held(bo).tier.slug == "bronze"
        assert held(bo).cause == ("taken_back" if tier == "bronze" else "not_kept")


def test_a_tier_by_hand_has_a_reason_an_end_and_a_trail(units, bo, fay):
    """E54: gold for Bo until a day; afterwards what was earned meanwhile."""
    actor, gold = Actor.user(fay), Tier.objects.get(slug="gold")
    with clock.standing_at(NOON):
        lift = lifts.give_tier(
            bo, tier=gold, until=date(2026, 7, 31), reason="Waited long", actor=actor
        )
        assert (held(bo).tier, held(bo).cause) == (gold, "given")
        assert held(bo).review_at == lift.ends_at == datetime(2026, 7, 31, 22, tzinfo=UTC)
        row = AuditRow.objects.get(verb="members.tier_lift.given")
        assert (row.actor_id, row.reason) == (fay.pk, "Waited long")
        assert row.after == {"member": bo.pk, "tier": "gold", "until": "2026-07-31"}
        moved = AuditRow.objects.get(verb="members.tier.moved")
        assert (moved.before, moved.after, moved.reason) == (
            {"tier": "bronze"},
            {"tier": "gold"},
            "given",
        )
        with pytest.raises(TierGiven):
            lifts.give_tier(bo, tier=gold, until=date(2026, 7, 31), reason="Again", actor=actor)
    give(bo, units["status"], 160, NOON + timedelta(days=3), "s")
    with clock.standing_at(lift.ends_at):
        due.tier_reviews(lift.ends_at, lift.ends_at)
        assert (held(bo).tier.slug, held(bo).cause) == ("silver", "given_until")
        with pytest.raises(OverAlready):
            lifts.end_lift(lift, reason="Enough", actor=actor)


def test_a_tier_by_hand_can_end_early(units, bo, fay):
    """E54."""
    actor, gold = Actor.user(fay), Tier.objects.get(slug="gold")
    with clock.standing_at(NOON):
        lift = lifts.give_tier(bo, tier=gold, until=date(2026, 7, 31), reason="Oh", actor=actor)
    with clock.standing_at(NOON + timedelta(days=1)):
        lifts.end_lift(lift, reason="By mistake", actor=actor)
        assert held(bo).tier.slug == "bronze"
        assert AuditRow.objects.get(verb="members.tier_lift.ended").reason == "By mistake"
        with pytest.raises(OverAlready):
            lifts.end_lift(lift, reason="Again", actor=actor)


def test_nobody_gives_a_tier_to_themselves_nor_for_no_reason_nor_in_the_past(units, bo, fay):
    """E54: refused, and nothing is written."""
    gold = Tier.objects.get(slug="gold")
    before = AuditRow.objects.count()
    words = {"tier": gold, "until": date(2026, 7, 31), "reason": "Me"}
    with clock.standing_at(NOON):
        with pytest.raises(NoTierForOneself):
            lifts.give_tier(bo, actor=Actor.user(bo.user), **words)
        with pytest.raises(DayPassed):
            lifts.give_tier(
                bo, tier=gold, until=date(2026, 6, 14), reason="Late", actor=Actor.user(fay)
            )
        with pytest.raises(ValidationError):
            lifts.give_tier(bo, tier=gold, until=date(2026, 7, 31), reason="", actor=SYSTEM)
        lift = lifts.give_tier(bo, actor=Actor.user(fay), **words)
        with pytest.raises(NoTierForOneself):
            lifts.end_lift(lift, reason="Me", actor=Actor.user(bo.user))
    assert TierLift.objects.get().ended_at is None
    assert AuditRow.objects.count() == before + 2


def test_a_changed_ladder_measures_everybody_anew(units, bo, amara):
    """E52: by the worker, and the trail says what was changed; what was reached stays to its review."""
    give(bo, units["status"], 160, NOON - timedelta(days=200), "s")
    tiers.settle([bo], actor=SYSTEM, at=NOON)
    group = TierGroup.objects.get(slug="status")
    with clock.standing_at(NOON):
        programme.change_group(group, window_months=6, actor=SYSTEM)
        assert held(bo).review_at.year == 2026
        while jobs.work_off():
            pass
        assert (held(bo).tier.slug, held(amara).tier.slug) == ("silver", "bronze")
        review = held(bo).review_at
    with clock.standing_at(review):
        tiers.settle([bo], actor=SYSTEM)
        assert held(bo).tier.slug == "bronze"
    row = AuditRow.objects.get(verb="members.tier_group.changed")
    assert (row.before, row.after) == ({"window_months": 12}, {"window_months": 6})


def test_what_is_told_late_goes_by_the_ladder_of_its_time(units, bo):
    """E86, semantic 15: 160 points were silver then, and are not since the bar was raised."""
    silver = Tier.objects.get(slug="silver")
    with clock.standing_at(NOON - timedelta(days=60)):
        tiers.settle([bo], actor=SYSTEM)
    with clock.standing_at(NOON - timedelta(days=30)):
        programme.change_tier(silver, threshold=200, actor=SYSTEM)
    with clock.standing_at(NOON):
        give(bo, units["status"], 160, NOON - timedelta(days=1), "new")
        tiers.settle([bo], actor=SYSTEM)
        assert held(bo).tier.slug == "bronze"
        give(bo, units["status"], 160, NOON - timedelta(days=40), "late")
        tiers.settle([bo], actor=SYSTEM)
        assert (held(bo).tier.slug, held(bo).starts_at) == ("silver", NOON - timedelta(days=40))
        programme.change_tier(Tier.objects.get(slug="gold"), threshold=300, actor=SYSTEM)
        while jobs.work_off():
            pass
        assert (held(bo).tier.slug, held(bo).starts_at) == ("gold", NOON)


def test_a_ladders_versions_never_change(units):
    """E52, E86."""
    version = LadderVersion.objects.get()
    assert (version.starts_at, sorted(version.thresholds.values())) == (None, [0, 150, 400])
    with pytest.raises(DatabaseError), transaction.atomic():
        LadderVersion.objects.update(grace_days=3)
    with pytest.raises(DatabaseError), transaction.atomic():
        version.delete()


@pytest.mark.parametrize(
    "terms",
    [
        {"window": "fixed"},
        {"window_starts_on": date(2026, 1, 1)},
        {"window": "calendar", "window_months": 6},
        {"window_months": 0},
        {"grace_days": 366},
        {"undo_days": 366},
    ],
)
def test_a_ladder_that_makes_no_sense_is_refused(units, terms):
    """E52: by the operation with a sentence, by the database in any case."""
    group = TierGroup.objects.get(slug="status")
    with pytest.raises(ValidationError):
        programme.change_group(group, actor=SYSTEM, **terms)
    with pytest.raises(IntegrityError), transaction.atomic():
        TierGroup.objects.update(**terms)
    assert not AuditRow.objects.filter(verb="members.tier_group.changed").exists()


def test_the_first_tier_of_a_ladder_starts_at_nought(units):
    """E54."""
    group = programme.add_group("green", name="Green", unit=units["points"], actor=SYSTEM)
    with pytest.raises(LowestTier):
        programme.add_tier(group, slug="tree", name="Tree", threshold=50, actor=SYSTEM)
    assert not Tier.objects.filter(group=group).exists()
